"""The OData driver against the twin of SAP S/4HANA: the contract that every connector keeps, and SAP's own ways."""

from collections.abc import Iterator
from typing import ClassVar

import pytest

from hub.domain.documents import Doc
from hub.ports.connector import Connector
from hub.testing.connector_contract import ConnectorContract
from hub.testing.twin.twin import serving
from hub.testing.twins.sap_s4hana import S4HanaTwin
from tests.sap import connected, patient_twin


@pytest.fixture(scope="module")
def sap() -> S4HanaTwin:
    return patient_twin()


@pytest.fixture(scope="module")
def url(sap: S4HanaTwin) -> Iterator[str]:
    with serving(sap) as address:
        yield address


@pytest.fixture(scope="module")
def erp(url: str) -> Connector:
    return connected(url)


def partner(key: str, name: str = "Dongfang Clinic 东方诊所") -> Doc:
    return {
        "HubKey": key,
        "BusinessPartnerCategory": "2",
        "OrganizationBPName1": name,
        "CorrespondenceLanguage": "ZH",
        "Address": {
            "StreetName": "12 Renmin Road 人民路12号",
            "CityName": "Nanjing 南京",
            "PostalCode": "210000",
            "Country": "CN",
            "Mobiles": [{"PhoneNumberType": "3", "PhoneNumber": "+8613511112222", "DestinationLocationCountry": "CN"}],
            "Mails": [{"EmailAddress": "desk@dongfang.example", "IsDefaultEmailAddress": True}],
        },
        "Taxes": [{"BPTaxType": "CN5", "BPTaxNumber": "91320100MA1ABCDE0X"}],
    }


def bill(key: str, party: str) -> Doc:
    def line(name: str, material: str, quantity: str, rate: str) -> Doc:
        price = {"ConditionRateValue": rate, "ConditionCurrency": "CNY"}
        return {"PurchaseOrderByCustomer": name, "Material": material, "RequestedQuantity": quantity, "Price": price}

    return {
        "PurchaseOrderByCustomer": key,
        "SoldToParty": party,
        "TransactionCurrency": "CNY",
        "Lines": [line("L1", "CALL-OUT", "1", "150"), line("L2", "LABOUR", "1.5", "180.00")],
    }


class OfTheTwin(ConnectorContract):
    missing_id: ClassVar[str] = "99999999"

    @pytest.fixture
    def connector(self, erp: Connector) -> Connector:
        return erp

    @pytest.fixture
    def unreachable(self) -> Connector:
        return connected("http://127.0.0.1:9")

    @pytest.fixture
    def locked_out(self, url: str) -> Connector:
        return connected(url, password="wrong")


class TestCustomer(OfTheTwin):
    name = "customer"

    def document(self, key: str) -> Doc:
        return {name: value for name, value in partner(key).items() if name != "Address"}

    def changed(self, doc: Doc) -> Doc:
        name = f"{doc['OrganizationBPName1']}+"
        return {**doc, "OrganizationBPName1": name, "BusinessPartnerFullName": name}

    def refused(self, key: str) -> Doc:
        return {**partner(key), "BusinessPartnerCategory": "9"}


class TestCreditMemoRequest(OfTheTwin):
    name = "credit_memo_request"

    @pytest.fixture(autouse=True)
    def _customer(self, erp: Connector) -> None:
        self.party = erp.create("customer", partner("C")).id

    def document(self, key: str) -> Doc:
        return bill(key, self.party)

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "Lines": [{**doc["Lines"][0], "Text": "Call-out 上门费"}, *doc["Lines"][1:]]}

    def refused(self, key: str) -> Doc:
        return bill(key, "NOBODY")
