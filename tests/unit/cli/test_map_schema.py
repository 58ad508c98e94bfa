"""Schemas are written where mappings are checked against them, and none is replaced unasked; drafts likewise."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run

FIELDS = {
    "name": {"type": "char", "string": "名称", "required": True},
    "mobile": {"type": "char", "string": "手机"},
    "company_type": {"type": "selection", "selection": [["person", "Individual"], ["company", "Company"]]},
    "write_date": {"type": "datetime"},
}


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "res_partner.json"
    path.write_text(json.dumps(FIELDS), "utf-8")
    return path


def test_a_schema_goes_to_the_data_directory_and_says_where(bare: Run, directory: Path, document: Path) -> None:
    told = bare("map", "schema", "import", "odoo", str(document), "--system", "shop", "--object", "customer").output
    path = directory / "schemas" / "remote" / "shop" / "customer.json"
    assert told == f"{path}: 4 fields, written.\n"
    schema = json.loads(path.read_text("utf-8"))
    assert schema["$id"] == "remote/shop/customer.json"
    assert schema["x-fingerprint"].startswith("sha256:")


def test_the_same_again_changes_nothing_and_another_is_replaced_by_force_alone(bare: Run, document: Path) -> None:
    importing = ("map", "schema", "import", "odoo", str(document), "--system", "shop")
    bare(*importing)
    assert "unchanged" in bare(*importing).output
    document.write_text(json.dumps({**FIELDS, "ref": {"type": "char"}}), "utf-8")
    assert "left alone, replace it with --force" in bare(*importing, code=1).output
    assert "replaced" in bare(*importing, "--force").output


def test_what_is_missing_is_said(bare: Run, document: Path, tmp_path: Path) -> None:
    assert "Say where the schemas go" in bare("map", "schema", "import", "odoo", str(document), code=2).output
    assert "takes --system NAME and no file" in bare("map", "schema", "import", "live", "--out", "x", code=2).output
    assert "reads a FILE" in bare("map", "schema", "import", "odoo", "--system", "x", code=2).output
    (tmp_path / "latin.json").write_bytes(b'{"a": "\xe4"}')
    latin = bare("map", "schema", "import", "odoo", str(tmp_path / "latin.json"), "--system", "x", code=3).output
    assert latin.endswith("is no UTF-8 text.\n")


def test_from_a_document_to_a_mapping_that_passes_its_check(bare: Run, directory: Path, document: Path) -> None:
    bare("map", "schema", "import", "odoo", str(document), "--system", "shop", "--object", "customer")
    told = bare("map", "new", "--system", "shop", "--object", "customer", "--entity", "customer").output
    path = directory / "mappings" / "shop" / "customer.yaml"
    assert told.startswith(f"{path}: 3 rules proposed, ")
    text = path.read_text("utf-8")
    assert "name <-> name:" in text
    assert "phone <-> mobile: {as: phone(CN), sensitive: true}" in text
    assert "kind: {organisation: company, person: person}" in text
    assert bare("map", "check", str(path)).output.endswith("nothing is wrong.\n")
    assert "is there already" in bare(
        "map", "new", "--system", "shop", "--object", "customer", "--entity", "customer", code=6
    ).output  # fmt: skip


def test_files_beside_a_service_are_read_and_files_elsewhere_are_not(
    bare: Run, directory: Path, tmp_path: Path
) -> None:
    place = tmp_path / "service"
    place.mkdir()
    xsd = '<x:schema xmlns:x="http://www.w3.org/2001/XMLSchema"><x:complexType name="{}"><x:sequence>'
    xsd += '<x:element name="a" type="x:string"/></x:sequence></x:complexType></x:schema>'
    (place / "near.xsd").write_text(xsd.format("Near"), "utf-8")
    (tmp_path / "far.xsd").write_text(xsd.format("Far"), "utf-8")
    includes = "".join(
        f'<x:include schemaLocation="{name}"/>' for name in ("near.xsd", "../far.xsd", "http://127.0.0.1:9/x.xsd")
    )
    wsdl = f'<definitions xmlns:x="http://www.w3.org/2001/XMLSchema"><x:schema>{includes}</x:schema></definitions>'
    (place / "service.wsdl").write_text(wsdl, "utf-8")
    importing = ("map", "schema", "import", "wsdl", str(place / "service.wsdl"), "--system", "soap", "--object")
    assert "near.json: 1 fields, written." in bare(*importing, "Near").output
    assert "There is no object Far" in bare(*importing, "Far", code=4).output


def test_an_unknown_object_or_entity_is_answered_with_what_was_meant(bare: Run) -> None:
    told = bare("map", "new", "--system", "tryton", "--object", "invoic", "--entity", "invoice", code=4).output
    assert "did you mean remote/tryton/invoice.json?" in told
    told = bare("map", "new", "--system", "tryton", "--object", "invoice", "--entity", "invoise", code=4).output
    assert "did you mean canonical/invoice.json?" in told


def test_a_draft_is_printed_and_nothing_is_written(bare: Run, directory: Path) -> None:
    told = bare("map", "new", "--system", "tryton", "--object", "invoice", "--entity", "invoice", "--out", "-").output
    assert "map: invoice/tryton.invoice" in told
    assert not directory.exists()
