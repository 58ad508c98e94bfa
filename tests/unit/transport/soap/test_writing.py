"""Messages as they go out: by the WSDL, and with nothing in them that nobody said."""

import hashlib
import threading
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from hub.domain.errors import RejectedError
from hub.transport.soap import Service, Sources, UsernameToken, WrongServiceError
from tests.unit.transport.soap.services import ARRAY, DO, SOAP11, SOAP12, doing, service, wsdl

GIVEN = (
    '<xs:element name="name" type="xs:string"/><xs:element name="fax" type="xs:string" nillable="true"/>'
    '<xs:element name="limit" type="xs:decimal"/><xs:element name="note" type="xs:string" minOccurs="0"/>'
    '<xs:element name="tag" type="xs:string" maxOccurs="unbounded"/>'
)
SECURITY = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd}"
UTILITY = "{http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd}"


def written(of: Service, given: dict[str, Any]) -> list[str]:
    """The elements of the message with their texts."""
    body = etree.fromstring(of.request("Do", given).body or b"").find(f"{{{SOAP11}}}Body")
    assert body is not None
    return [f"{etree.QName(each).localname}={each.text or ''}" for each in body[0]]


def test_what_is_not_told_is_not_in_the_message_whatever_the_wsdl_requires(tmp_path: Path) -> None:
    """An empty limit would be no number, and an empty name would clear the name."""
    assert written(doing(tmp_path, given=GIVEN), {"note": "x"}) == ["note=x"]


def test_null_clears_what_may_be_nil_and_is_left_out_elsewhere(tmp_path: Path) -> None:
    of = doing(tmp_path, given=GIVEN)
    assert written(of, {"name": None, "fax": None, "note": None, "tag": None}) == ["fax="]
    assert b'fax xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"' in (
        of.request("Do", {"fax": None}).body or b""
    )


def test_decimals_and_lists_go_out_as_they_are(tmp_path: Path) -> None:
    given = {"limit": "1.10", "tag": ["a", "b"]}
    assert written(doing(tmp_path, given=GIVEN), given) == ["limit=1.10", "tag=a", "tag=b"]


def test_only_the_chosen_one_of_a_choice_goes_out(tmp_path: Path) -> None:
    one = '<xs:choice><xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:string"/></xs:choice>'
    assert written(doing(tmp_path, given=one), {"b": "1"}) == ["b=1"]
    other = '<xs:sequence><xs:element name="z" type="xs:int"/></xs:sequence>'
    rows = "<xs:choice><xs:sequence>{}</xs:sequence>" + other + "</xs:choice>"
    assert written(doing(tmp_path, given=rows.format(GIVEN)), {"z": "1"}) == ["z=1"]
    assert written(doing(tmp_path, given=rows.format(GIVEN)), {"name": "A"}) == ["name=A"]


def test_documents_within_documents_are_written_alike(tmp_path: Path) -> None:
    types = f'<xs:complexType name="C"><xs:sequence>{GIVEN}</xs:sequence></xs:complexType>'
    of = doing(tmp_path, given='<xs:element name="c" type="t:C" maxOccurs="2"/>', types=types)
    body = of.request("Do", {"c": [{"name": "A"}, {"fax": None}]}).body or b""
    inner = [[etree.QName(each).localname for each in c] for c in etree.fromstring(body).iter("{urn:t}c")]
    assert inner == [["name"], ["fax"]]


@pytest.mark.parametrize(
    ("given", "path"),
    [({"fex": "1"}, "fex"), ({"name": "a", "more": {"x": "1"}}, "more"), ({"limit": {"a": "b"}}, "limit")],
)
def test_an_argument_that_has_no_place_is_refused_by_its_name_and_without_its_value(
    tmp_path: Path, given: dict[str, Any], path: str
) -> None:
    with pytest.raises(RejectedError, match=path) as refused:
        doing(tmp_path, given=GIVEN).request("Do", given)
    assert "'b'" not in str(refused.value)


def test_an_operation_that_the_wsdl_does_not_have_pauses_the_system(tmp_path: Path) -> None:
    with pytest.raises(WrongServiceError, match="no operation Undo"):
        doing(tmp_path).request("Undo", {})


def test_soap_1_2_says_so(tmp_path: Path) -> None:
    request = doing(tmp_path, version="1.2").request("Do", {})
    assert 'action="urn:t/Do"' in request.headers["Content-Type"]
    assert etree.fromstring(request.body or b"").tag == f"{{{SOAP12}}}Envelope"


def test_the_message_goes_to_our_address_and_not_to_that_of_the_wsdl(tmp_path: Path) -> None:
    assert doing(tmp_path).request("Do", {}).url == "http://127.0.0.1:9/"


@pytest.mark.parametrize("kind", ["digest", "text"])
def test_a_token_is_new_in_each_message_and_good_for_as_long_as_it_says(kind: str) -> None:
    at = datetime(2026, 1, 31, 8, tzinfo=UTC)
    token = UsernameToken("hub", "secret", lambda: at, digest=kind == "digest", valid=timedelta(minutes=5))
    first, second = token.header(SOAP11), token.header(SOAP11)
    nonce, created = first.findtext(f".//{SECURITY}Nonce"), first.findtext(f"{SECURITY}UsernameToken/{UTILITY}Created")
    assert (created, first.findtext(f".//{UTILITY}Expires")) == ("2026-01-31T08:00:00.000Z", "2026-01-31T08:05:00.000Z")
    assert nonce != second.findtext(f".//{SECURITY}Nonce")
    hashed = hashlib.sha1(b64decode(nonce or "") + str(created).encode() + b"secret").digest()  # noqa: S324 - as the profile says
    assert first.findtext(f".//{SECURITY}Password") == (b64encode(hashed).decode() if kind == "digest" else "secret")


def test_threads_read_the_wsdl_once_and_write_their_own_messages(tmp_path: Path) -> None:
    loads: list[str] = []

    def fetch(url: str) -> bytes:
        loads.append(url)
        return wsdl(DO.format(given=GIVEN, told="")).encode()

    of = Service("erp", Sources("https://erp.example.com/?wsdl", fetch=fetch), "https://erp.example.com/")
    found = dict[int, list[str]]()
    ready = threading.Barrier(8)

    def work(number: int) -> None:
        ready.wait()
        for _ in range(20):
            found[number] = written(of, {"name": str(number)})

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [f"name={number}"] for number in range(8)}
    assert len(loads) == 1


def test_an_encoded_array_is_written_from_a_list(tmp_path: Path) -> None:
    of = service(tmp_path, wsdl(ARRAY, parts=('type="t:Items"', 'type="t:Items"')))
    body = etree.fromstring(of.request("Do", {"p": [{"sku": "A"}, {"sku": "B", "qty": "1"}]}).body or b"")
    assert [[each.text for each in item] for item in body.iter("{*}Item")] == [["A"], ["B", "1"]]
