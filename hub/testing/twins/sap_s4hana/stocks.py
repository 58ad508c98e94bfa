"""Goods movements and reservations: what is moved must be there, and a movement is a document for ever."""

from decimal import Decimal

from hub.testing.twin.odata.store import Row, Store
from hub.testing.twin.odata.types import Kind
from hub.testing.twin.refusals import RefusedError

CODES = {"201": "03", "202": "03", "311": "04", "312": "04", "501": "05"}  # movement type -> goods movement code
INTO, OUT_OF = frozenset({"202", "501"}), frozenset({"201"})
TRANSFERS = frozenset({"311"})
UNRESTRICTED = "01"
HEADER, ITEM = "A_MaterialDocumentHeader", "A_MaterialDocumentItem"


class Stocks:
    """The rules of material documents and reservations."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def making(self, kind: Kind, row: Row) -> None:
        """Complete and check a new row."""
        now = self._store.clock()
        if kind.set == HEADER:
            row |= {
                "MaterialDocumentYear": str(row["PostingDate"].year),
                "MaterialDocument": self._number(HEADER, 4_900_000_000),
            }
            row |= {"CreationDate": now.date(), "CreationTime": now.time().replace(microsecond=0, tzinfo=None)}
        elif kind.set == ITEM:
            self._item(row)
        elif kind.set == "A_ReservationDocumentHeader":
            row["Reservation"] = self._number("A_ReservationDocumentHeader", 0)
        elif kind.set == "A_ReservationDocumentItem":
            self._known(row["Product"])
            others = [
                each for each in self._store.table(kind.set).values() if each["Reservation"] == row["Reservation"]
            ]
            row |= {"ReservationItem": str(len(others) + 1), "RecordType": ""}

    def made(self, kind: Kind, row: Row) -> None:
        """Move what a document says."""
        if kind.set == HEADER:
            own = [
                each for each in self._store.table(ITEM).values() if each["MaterialDocument"] == row["MaterialDocument"]
            ]
            if not own:
                raise RefusedError(400, "M7/001", "A material document has items")
            for item in own:
                self._post(row, item)

    def cancel(self, year: str, number: str) -> tuple[Kind, Row]:
        """The document that takes another back."""
        header = self._store.table(HEADER).get((year, number))
        items = [
            each
            for each in self._store.table(ITEM).values()
            if (each["MaterialDocumentYear"], each["MaterialDocument"]) == (year, number)
        ]
        if header is None or any(each["GoodsMovementIsCancelled"] for each in items):
            raise RefusedError(400, "M7/147", "The document cannot be cancelled")
        for item in items:
            item["GoodsMovementIsCancelled"] = True
            self._move(item, item["StorageLocation"], self._signed(item) * -1)
        number = self._number(HEADER, 4_900_000_000)
        made = self._store.keep(HEADER, **{**header, "MaterialDocument": number})
        return self._store.kind(HEADER), made

    def level(self, material: str, plant: str, location: str) -> Row:
        """The stock of a material in a place, for unrestricted use."""
        key = (material, plant, location, "", "", "", "", "", "", "", UNRESTRICTED)
        found = self._store.table("A_MatlStkInAcctMod").get(key)
        if found is not None:
            return found
        return self._store.keep(
            "A_MatlStkInAcctMod", Material=material, Plant=plant, StorageLocation=location,
            InventoryStockType=UNRESTRICTED, MaterialBaseUnit="PC",
        )  # fmt: skip

    def _item(self, row: Row) -> None:
        self._known(row["Material"])
        if row["GoodsMovementType"] not in CODES:
            raise RefusedError(400, "M7/096", f"Movement type '{row['GoodsMovementType']}' is not possible")
        if row["QuantityInEntryUnit"] <= 0:
            raise RefusedError(400, "M7/002", "Property 'QuantityInEntryUnit' is missing", field="QuantityInEntryUnit")
        if row["GoodsMovementType"] in OUT_OF | INTO and not row["CostCenter"]:
            raise RefusedError(400, "M7/018", "Property 'CostCenter' is missing", field="CostCenter")
        others = [
            each for each in self._store.table(ITEM).values() if each["MaterialDocument"] == row["MaterialDocument"]
        ]
        row |= {"MaterialDocumentItem": str(len(others) + 1), "QuantityInBaseUnit": row["QuantityInEntryUnit"]}

    def _known(self, material: str) -> None:
        if (material,) not in self._store.table("A_Product"):
            raise RefusedError(400, "M3/305", f"Material '{material}' does not exist", field="Material")

    def _post(self, header: Row, item: Row) -> None:
        if CODES[item["GoodsMovementType"]] != header["GoodsMovementCode"]:
            raise RefusedError(400, "M7/096", "Movement type and goods movement code do not fit")
        self._move(item, item["StorageLocation"], self._signed(item))
        if item["GoodsMovementType"] in TRANSFERS:
            if not item["IssuingOrReceivingStorageLoc"]:
                raise RefusedError(400, "M7/003", "Property 'IssuingOrReceivingStorageLoc' is missing")
            self._move(item, item["IssuingOrReceivingStorageLoc"], item["QuantityInEntryUnit"])
            there = {"StorageLocation": item["IssuingOrReceivingStorageLoc"], "IssuingOrReceivingStorageLoc": ""}
            number = {"MaterialDocumentItem": str(int(item["MaterialDocumentItem"]) + 1), "IsAutomaticallyCreated": "X"}
            self._store.keep(ITEM, **{**item, **there, **number})
        if item["Reservation"]:
            self._withdraw(item)

    @staticmethod
    def _signed(item: Row) -> Decimal:
        quantity: Decimal = item["QuantityInEntryUnit"]
        arrives = item["GoodsMovementType"] in INTO or item["IsAutomaticallyCreated"]
        return quantity if arrives else -quantity

    def _move(self, item: Row, location: str, quantity: Decimal) -> None:
        level = self.level(item["Material"], item["Plant"], location)
        after = level["MatlWrhsStkQtyInMatlBaseUnit"] + quantity
        if after < 0:
            raise RefusedError(400, "M7/021", f"Deficit of SL Unrestricted-use {-after} PC : '{item['Material']}'")
        level["MatlWrhsStkQtyInMatlBaseUnit"] = after

    def _withdraw(self, item: Row) -> None:
        key = (item["Reservation"], item["ReservationItem"] or "1", "")
        reserved = self._store.table("A_ReservationDocumentItem").get(key)
        if reserved is None:
            raise RefusedError(400, "M7/061", f"Reservation '{item['Reservation']}' does not exist")
        reserved["ResvnItmWithdrawnQtyInBaseUnit"] += item["QuantityInEntryUnit"]
        reserved["ReservationItemIsFinallyIssued"] = (
            reserved["ResvnItmWithdrawnQtyInBaseUnit"] >= reserved["ResvnItmRequiredQtyInEntryUnit"]
        )

    def _number(self, set_: str, first: int) -> str:
        column = "Reservation" if set_ == "A_ReservationDocumentHeader" else "MaterialDocument"
        return str(1 + max((int(each[column]) for each in self._store.table(set_).values()), default=first))
