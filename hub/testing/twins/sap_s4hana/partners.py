"""Business partners: numbers, names, addresses with their telephones, and what each of them must have."""

from hub.testing.twin.odata.store import Row, Store
from hub.testing.twin.odata.types import Kind
from hub.testing.twin.refusals import RefusedError

ORGANISATION, PERSON = "2", "1"
CUSTOMER_ROLES = frozenset({"FLCU00", "FLCU01"})
TAX_TYPES = frozenset({"CN5", "DE0", "US1", "GB0"})
IDENTIFICATIONS = frozenset({"ZHUB", "BUP001", "BUP005"})
DIALLING = {"CN": "+86", "DE": "+49", "GB": "+44", "US": "+1"}
BELOW_ADDRESS = frozenset({"A_AddressPhoneNumber", "A_AddressEmailAddress"})


class Partners:
    """The rules of API_BUSINESS_PARTNER."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def making(self, kind: Kind, row: Row) -> None:
        """Complete and check a new row."""
        if kind.set == "A_BusinessPartner":
            self._partner(row)
        elif kind.set == "A_BusinessPartnerAddress":
            row["AddressID"] = self._next("A_BusinessPartnerAddress", "AddressID", 22000)
        elif kind.set in BELOW_ADDRESS:
            others = [each for each in self._store.table(kind.set).values() if each["AddressID"] == row["AddressID"]]
            row["OrdinalNumber"] = str(1 + max((int(each["OrdinalNumber"]) for each in others), default=0))
            self._telephone(row)
        elif kind.set == "A_BusinessPartnerTaxNumber" and row["BPTaxType"] not in TAX_TYPES:
            raise RefusedError(400, "R1/218", f"Tax number category '{row['BPTaxType']}' is not defined")
        elif kind.set == "A_BuPaIdentification" and row["BPIdentificationType"] not in IDENTIFICATIONS:
            raise RefusedError(400, "R1/219", f"Identification type '{row['BPIdentificationType']}' is not defined")

    def made(self, kind: Kind, row: Row) -> None:
        """A partner in a customer's role is a customer, under the same number."""
        if kind.set == "A_BusinessPartnerRole" and row["BusinessPartnerRole"] in CUSTOMER_ROLES:
            self._of(row)["Customer"] = row["BusinessPartner"]

    def changed(self, kind: Kind, row: Row) -> None:
        """A change of a partner or of what belongs to it dates the partner."""
        self._telephone(row) if kind.set == "A_AddressPhoneNumber" else None
        partner = self._of(row)
        now = self._store.clock()
        partner |= {"LastChangeDate": now.date(), "LastChangeTime": now.time().replace(microsecond=0, tzinfo=None)}
        self._name(partner)
        self._stamp(partner)

    def _of(self, row: Row) -> Row:
        number = row.get("BusinessPartner") or next(
            each["BusinessPartner"]
            for each in self._store.table("A_BusinessPartnerAddress").values()
            if each["AddressID"] == row["AddressID"]
        )
        return self._store.table("A_BusinessPartner")[(number,)]

    def _partner(self, row: Row) -> None:
        if row["BusinessPartner"]:
            raise RefusedError(400, "R1/150", "The number is assigned internally", field="BusinessPartner")
        if row["BusinessPartnerCategory"] not in (ORGANISATION, PERSON):
            raise RefusedError(400, "R1/151", "Business partner category is unknown", field="BusinessPartnerCategory")
        needed = "OrganizationBPName1" if row["BusinessPartnerCategory"] == ORGANISATION else "LastName"
        if not row[needed]:
            raise RefusedError(400, "R1/152", f"Property '{needed}' is missing", field=needed)
        now = self._store.clock()
        row |= {
            "BusinessPartner": self._next("A_BusinessPartner", "BusinessPartner", 1_000_000),
            "LastChangeDate": None,
        }
        row |= {"CreationDate": now.date(), "CreationTime": now.time().replace(microsecond=0, tzinfo=None)}
        self._name(row)
        self._stamp(row)

    @staticmethod
    def _name(row: Row) -> None:
        names = ("OrganizationBPName1", "OrganizationBPName2")
        if row["BusinessPartnerCategory"] == PERSON:
            names = ("FirstName", "LastName")
        row["BusinessPartnerFullName"] = " ".join(filter(None, (row[name] for name in names)))

    @staticmethod
    def _stamp(row: Row) -> None:
        row["ETag"] = f"{int((row.get('ETag') or '0').removeprefix('V') or 0) + 1:020}"

    @staticmethod
    def _telephone(row: Row) -> None:
        if "PhoneNumber" in row:
            told = "".join(each for each in row["PhoneNumber"] if each.isdigit() or each == "+").lstrip("0")
            prefix = "" if told.startswith("+") else DIALLING.get(row["DestinationLocationCountry"], "")
            row["InternationalPhoneNumber"] = prefix + told

    def _next(self, set_: str, name: str, first: int) -> str:
        return str(1 + max((int(each[name]) for each in self._store.table(set_).values()), default=first))
