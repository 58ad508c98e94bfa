"""Where a WSDL and what it takes in come from: files beside it, and our own copies of what everybody refers to."""

from pathlib import Path

import pytest

from hub.transport.soap import Service, Sources, WrongServiceError
from hub.transport.soap.sources import NoSourceError
from tests.unit.transport.soap.services import DO, service, wsdl

ENCODING = '<xs:import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>'
XML = '<xs:import namespace="http://www.w3.org/XML/1998/namespace" schemaLocation="http://www.w3.org/2001/xml.xsd"/>'
TAKES_IN = '<xs:import namespace="{}" schemaLocation="{}"/>'
BOMB = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>\n'


@pytest.mark.parametrize(
    "schema",
    [
        ENCODING + '<xs:element name="s" type="enc:string"/>',
        XML + '<xs:complexType name="T"><xs:attribute ref="xml:lang"/></xs:complexType>',
        TAKES_IN.format("http://www.w3.org/2005/08/addressing", "https://www.w3.org/2005/08/addressing/"),
        TAKES_IN.format("http://www.w3.org/2004/08/xop/include", "http://www.w3.org/2004/08/xop/include"),
    ],
)
def test_the_schemas_that_everybody_takes_in_are_our_own_and_never_fetched(tmp_path: Path, schema: str) -> None:
    assert service(tmp_path, wsdl(schema + DO.format(given="", told=""))).operations() == ["Do"]


def test_a_blank_line_before_the_document_is_no_harm(tmp_path: Path) -> None:
    assert service(tmp_path, wsdl(DO.format(given="", told=""), head="\n  \n")).operations() == ["Do"]


def test_a_schema_beside_the_wsdl_is_taken_in(tmp_path: Path) -> None:
    (tmp_path / "types").mkdir()
    (tmp_path / "types" / "t.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:u"/>'
    )
    schema = '<xs:import namespace="urn:u" schemaLocation="types/t.xsd"/>'
    assert service(tmp_path, wsdl(schema + DO.format(given="", told=""))).operations() == ["Do"]


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("http://169.254.169.254/latest", "it would have to be fetched"),
        ("https://schemas.example.com/t.xsd", "it would have to be fetched"),
        ("file:///etc/passwd", "outside the folder"),
        ("../secret.xsd", "outside the folder"),
        ("missing.xsd", "there is no such file"),
    ],
)
def test_a_wsdl_cannot_make_us_read_what_lies_elsewhere(tmp_path: Path, place: str, reason: str) -> None:
    """T39: neither another address nor another file, whoever wrote the WSDL."""
    (tmp_path / "secret.xsd").write_text("<a/>")
    schema = f'<xs:import namespace="urn:u" schemaLocation="{place}"/>'
    (tmp_path / "wsdl").mkdir()
    wrong = service(tmp_path / "wsdl", wsdl(schema + DO.format(given="", told="")))
    with pytest.raises(WrongServiceError, match=reason):
        wrong.operations()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (wsdl("", head=BOMB).replace('<?xml version="1.0" encoding="UTF-8"?>', ""), "it has a DTD"),
        ("<html><body>Please sign in", "it is not XML"),
        ("", "it is not XML"),
        ("<a>" * 5000 + "</a>" * 5000, "it is not XML"),
        ("<definitions/>", "it has no service"),
    ],
)
def test_a_wsdl_that_cannot_be_used_is_named(tmp_path: Path, text: str, reason: str) -> None:
    """T10, T52: the system is paused, since no record is at fault."""
    with pytest.raises(WrongServiceError, match=reason):
        service(tmp_path, text).operations()


def test_where_it_is_allowed_the_wsdl_is_fetched_once(tmp_path: Path) -> None:
    asked: list[str] = []

    def fetch(url: str) -> bytes:
        asked.append(url)
        return wsdl(DO.format(given="", told="")).encode()

    fetched = Service("erp", Sources("https://erp.example.com/?wsdl", fetch=fetch), "https://erp.example.com/")
    assert [fetched.operations(), fetched.operations()] == [["Do"], ["Do"]]
    assert asked == ["https://erp.example.com/?wsdl"]


def test_where_it_is_not_allowed_it_is_not(tmp_path: Path) -> None:
    with pytest.raises(NoSourceError, match="fetched"):
        Sources("https://erp.example.com/?wsdl").load("https://erp.example.com/?wsdl")
