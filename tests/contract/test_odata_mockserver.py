"""The OData driver against a server that is not ours: the mock server of SAP's Fiori tools, which checks no token.

It runs where ``npm install --prefix FOLDER @sap-ux/fe-mockserver-core`` was run and TICKETHUB_NODE names the FOLDER.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Connector
from hub.testing.twin.odata.types import metadata
from hub.testing.twins.sap_s4hana.services import SERVICES
from tests.sap import connected

FOLDER, NODE = os.environ.get("TICKETHUB_NODE"), shutil.which("node")
SCRIPT = Path(__file__).parents[1] / "data" / "odata_mockserver.js"
NAMES = ("API_BUSINESS_PARTNER", "API_PRODUCT_SRV")
PRODUCTS = [
    {"Product": f"P-{number}", "ProductType": "ERSA", "BaseUnit": "PC", "CreationDate": "/Date(1769817600000)/"}
    for number in range(3)
] + [{"Product": "CH-200", "ProductType": "FERT", "BaseUnit": "PC", "CreationDate": "/Date(1769817600000)/"}]


@pytest.fixture(scope="module")
def erp(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connector]:
    data = tmp_path_factory.mktemp("odata")
    for name in NAMES:
        (data / name).mkdir()
        (data / f"{name}.xml").write_text(metadata(SERVICES[name]), encoding="utf-8")
    (data / "API_PRODUCT_SRV" / "A_Product.json").write_text(json.dumps(PRODUCTS), encoding="utf-8")
    command = [str(NODE), str(SCRIPT), str(data), *NAMES]
    environment = {**os.environ, "NODE_FOLDER": str(FOLDER)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as server:
        assert server.stdout is not None
        yield connected(f"http://127.0.0.1:{server.stdout.readline().strip()}")
        server.terminate()


def test_it_understands_our_metadata_filters_and_keys(erp: Connector) -> None:
    part = erp.get("part", "P-1")
    assert part is not None
    assert (part.doc["BaseUnit"], part.doc["Description"]) == ("PC", None)
    assert [each.id for each in erp.find("product", "Product", "CH-200")] == ["CH-200"]
    assert erp.get("part", "P-9") is None
    assert erp.ids("part").ids == ("P-0", "P-1", "P-2")  # type: ignore[attr-defined] # it lists ids


def test_it_lists_what_changed(erp: Connector) -> None:
    found, after = set[str](), None
    while True:
        page = erp.changes("part", since=BEGINNING, until=datetime.now(UTC) + timedelta(days=1), after=after)
        found |= {each.id for each in page.records}
        after = page.after
        if after is None:
            break
    assert found <= {"P-0", "P-1", "P-2"}


def test_it_takes_our_deep_insert(erp: Connector) -> None:
    mobile = {"PhoneNumberType": "3", "PhoneNumber": "+8613511112222"}
    doc = {
        "HubKey": "K1", "BusinessPartnerCategory": "2", "OrganizationBPName1": "Clinic 诊所",
        "Address": {"Country": "CN", "Mobiles": [mobile]}, "Taxes": [{"BPTaxType": "CN5", "BPTaxNumber": "1"}],
    }  # fmt: skip
    made = erp.create("customer", doc)
    assert made.doc["OrganizationBPName1"] == "Clinic 诊所"
    assert made.doc["Address"]["Mobiles"][0]["PhoneNumber"] == "+8613511112222"
    assert made.doc["HubKey"] == "K1"
