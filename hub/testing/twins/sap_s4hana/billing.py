"""Memo requests, and the billing documents that finance makes of them."""

from datetime import timedelta
from decimal import Decimal

from hub.testing.twin.odata.store import Row, Store
from hub.testing.twin.odata.types import Kind
from hub.testing.twin.refusals import RefusedError

WORDS = ("Debit", "Credit")
TYPES = {"Debit": ("DR", "L2N", "L2", "P", "Y9"), "Credit": ("CR", "G2N", "G2", "O", "Y8")}
OPEN, PARTLY, DONE = "A", "B", "C"
CENT = Decimal("0.01")
TAX = Decimal("0.13")
SALES_AREAS = {("1710", "10", "00")}
REJECTIONS = frozenset({"", "00", "10"})


class Billing:
    """The rules of API_DEBIT_MEMO_REQUEST_SRV and API_CREDIT_MEMO_REQUEST_SRV."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def making(self, kind: Kind, row: Row) -> None:
        """Complete and check a new row."""
        word = word_of(kind)
        if kind.set == f"A_{word}MemoRequest":
            self._request(word, row)
        elif kind.set == f"A_{word}MemoRequestItem":
            self._item(word, row)
        else:
            self._price(kind, word, row)

    def made(self, kind: Kind, row: Row) -> None:
        """Reckon a request when all of it is there."""
        word = word_of(kind)
        if kind.set == f"A_{word}MemoRequest":
            if not self._items(word, row):
                raise RefusedError(400, "V1/003", "A request has items")
            self._reckon(word, row)

    def changed(self, kind: Kind, row: Row) -> None:
        """A change of a request or of what belongs to it dates the request."""
        word = word_of(kind)
        request = self._store.table(f"A_{word}MemoRequest")[(row[f"{word}MemoRequest"],)]
        self._reckon(word, request)
        self._date(request)

    def bill(self, word: str, number: str) -> str | None:
        """What finance does: bill a request that is neither blocked nor rejected; gives the billing document."""
        request = self._store.table(f"A_{word}MemoRequest")[(number,)]
        if request["HeaderBillingBlockReason"] or request["OverallOrdReltdBillgStatus"] == DONE:
            return None
        if request["OverallSDDocumentRejectionSts"] == DONE:
            return None
        document = str(90_000_001 + len(self._store.table("A_BillingDocument")))
        net = request["TotalNetAmount"]
        tax = (net * TAX).quantize(CENT)
        now = self._store.clock()
        made = self._store.keep(
            "A_BillingDocument", BillingDocument=document, BillingDocumentType=TYPES[word][2],
            SDDocumentCategory=TYPES[word][3], BillingDocumentDate=now.date(), TotalNetAmount=net, TaxAmount=tax,
            TotalGrossAmount=net + tax, TransactionCurrency=request["TransactionCurrency"],
            SoldToParty=request["SoldToParty"], AccountingPostingStatus=DONE, InvoiceClearingStatus=OPEN,
        )  # fmt: skip
        self._date(made)
        self._store.keep(
            f"A_{word}MemoReqSubsqntProcFlow", DocRelationshipUUID=f"{document:>036}", SubsequentDocument=document,
            SubsequentDocumentCategory=TYPES[word][3], **{f"{word}MemoRequest": number},
        )  # fmt: skip
        for item in self._items(word, request):
            item["OrderRelatedBillingStatus"] = DONE
        request |= {"OverallOrdReltdBillgStatus": DONE, "OverallSDProcessStatus": DONE}
        self._date(request)
        return document

    def clear(self, document: str, *, wholly: bool = True) -> None:
        """What a payment does to a billing document."""
        row = self._store.table("A_BillingDocument")[(document,)]
        row["InvoiceClearingStatus"] = DONE if wholly else PARTLY
        self._date(row)

    def cancel(self, document: str) -> None:
        """Somebody in finance cancels a billing document."""
        row = self._store.table("A_BillingDocument")[(document,)]
        row["BillingDocumentIsCancelled"] = True
        self._date(row)

    def _request(self, word: str, row: Row) -> None:
        number = f"{word}MemoRequest"
        if row[number]:
            raise RefusedError(400, "V1/330", "The number is assigned internally", field=number)
        if row[f"{number}Type"] != TYPES[word][0]:
            raise RefusedError(400, "V1/319", f"Sales document type '{row[f'{number}Type']}' is not defined")
        if (row["SalesOrganization"], row["DistributionChannel"], row["OrganizationDivision"]) not in SALES_AREAS:
            raise RefusedError(400, "V1/310", "The sales area is not defined")
        partner = self._store.table("A_BusinessPartner").get((row["SoldToParty"],))
        if partner is None or not partner["Customer"]:
            raise RefusedError(400, "VP/112", f"Customer '{row['SoldToParty']}' does not exist", field="SoldToParty")
        first = {"Debit": 70_000_000, "Credit": 60_000_000}[word]
        row[number] = str(first + 1 + len(self._store.table(f"A_{number}")))
        row["HeaderBillingBlockReason"] = row["HeaderBillingBlockReason"] or TYPES[word][4]
        row |= {
            "OverallSDProcessStatus": OPEN,
            "OverallOrdReltdBillgStatus": OPEN,
            "OverallSDDocumentRejectionSts": OPEN,
        }
        row |= {"CreationDate": self._store.clock().date(), "TransactionCurrency": row["TransactionCurrency"] or "CNY"}
        self._date(row)

    def _item(self, word: str, row: Row) -> None:
        if (row["Material"],) not in self._store.table("A_Product"):
            raise RefusedError(400, "V1/382", f"Material '{row['Material']}' is not defined", field="Material")
        if row["RequestedQuantity"] <= 0:
            raise RefusedError(400, "V1/155", "Property 'RequestedQuantity' is missing", field="RequestedQuantity")
        if row["SalesDocumentRjcnReason"] not in REJECTIONS:
            raise RefusedError(400, "V1/400", "The reason for rejection is not defined")
        name = f"{word}MemoRequestItem"
        others = self._items(word, row)
        row[name] = row[name] or str(10 * (len(others) + 1))
        row[f"{name}Category"] = row[f"{name}Category"] or TYPES[word][1]
        row["RequestedQuantityUnit"] = row["RequestedQuantityUnit"] or "PC"
        row |= {"OrderRelatedBillingStatus": OPEN, "NetAmount": Decimal()}

    def _price(self, kind: Kind, word: str, row: Row) -> None:
        if row["ConditionType"] != "PPR0":
            raise RefusedError(400, "V1/801", f"Condition type '{row['ConditionType']}' is not in the procedure")
        others = self._prices(kind.set, word, row)
        row["PricingProcedureStep"] = row["PricingProcedureStep"] or "20"
        row["PricingProcedureCounter"] = row["PricingProcedureCounter"] or str(len(others) + 1)
        row["ConditionQuantity"] = row["ConditionQuantity"] or Decimal(1)

    def _items(self, word: str, request: Row) -> list[Row]:
        number = f"{word}MemoRequest"
        return [each for each in self._store.table(f"A_{number}Item").values() if each[number] == request[number]]

    def _prices(self, set_: str, word: str, item: Row) -> list[Row]:
        names = (f"{word}MemoRequest", f"{word}MemoRequestItem")
        return [each for each in self._store.table(set_).values() if all(each[name] == item[name] for name in names)]

    def _reckon(self, word: str, request: Row) -> None:
        items = self._items(word, request)
        for item in items:
            prices = self._prices(f"A_{word}MemoReqItemPrcgElmnt", word, item)
            rates = [each["ConditionRateValue"] / each["ConditionQuantity"] for each in prices]
            item["NetAmount"] = (sum(rates, Decimal()) * item["RequestedQuantity"]).quantize(CENT)
            item["TransactionCurrency"] = request["TransactionCurrency"]
            if item["SalesDocumentRjcnReason"]:
                item["NetAmount"] = Decimal()
        request["TotalNetAmount"] = sum((item["NetAmount"] for item in items), Decimal())
        rejected = [bool(item["SalesDocumentRjcnReason"]) for item in items]
        request["OverallSDDocumentRejectionSts"] = DONE if all(rejected) else PARTLY if any(rejected) else OPEN

    def _date(self, row: Row) -> None:
        """The time of a change, to the millisecond, and later than the one before."""
        now = self._store.clock()
        now -= timedelta(microseconds=now.microsecond % 1000)
        before = row.get("LastChangeDateTime")
        row["LastChangeDateTime"] = now if before is None else max(now, before + timedelta(milliseconds=1))


def word_of(kind: Kind) -> str:
    """Whether a set is of debit or of credit memo requests."""
    return next(word for word in WORDS if kind.set.startswith(f"A_{word}"))
