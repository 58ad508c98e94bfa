"""Answers as documents: by the types of the WSDL, however little the answer keeps to them."""

from pathlib import Path
from typing import Any

import pytest

from hub.transport.bodies import BrokenAnswerError
from hub.transport.http import Answer
from hub.transport.soap import RawReading, Service
from tests.unit.transport.soap.services import ARRAY, ITEM, SOAP12, answer, doing, service, wsdl


def read(of: Service, inner: str, raw: RawReading | None = None) -> Any:
    return of.reader("Do", raw)(answer(inner))


def field(folder: Path, kind: str, text: str, *, types: str = "") -> Any:
    """What becomes of a text in an element of this type."""
    of = doing(folder, told=f'<xs:element name="x" type="{kind}"/>', types=types)
    return read(of, f"<t:DoResponse><t:x>{text}</t:x></t:DoResponse>")["x"]


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("xs:string", " a b ", " a b "),
        ("xs:string", "", None),
        ("xs:int", " 7 ", 7),
        ("xs:long", "9223372036854775807", 9223372036854775807),
        ("xs:boolean", "1", True),
        ("xs:boolean", "false", False),
        ("xs:decimal", "1.10", "1.10"),
        ("xs:decimal", "+5", "5"),
        ("xs:double", "1.10", "1.10"),
        ("xs:date", "2026-01-31", "2026-01-31"),
        ("xs:date", "2026-01-31+08:00", "2026-01-31"),
        ("xs:dateTime", "2026-01-31T16:00:00+08:00", "2026-01-31T08:00:00+00:00"),
        ("xs:dateTime", "2026-01-31T08:00:00.120Z", "2026-01-31T08:00:00.120000+00:00"),
        ("xs:dateTime", "2026-01-31T16:00:00", "2026-01-31T16:00:00"),
        ("xs:base64Binary", " YQ\n== ", "YQ=="),
    ],
)
def test_values_are_plain_json(tmp_path: Path, kind: str, text: str, value: Any) -> None:
    assert field(tmp_path, kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [("xs:dateTime", "0000-00-00T00:00:00"), ("xs:date", "0000-00-00"), ("xs:decimal", "1,50"), ("xs:int", "many")],
)
def test_what_is_not_of_its_type_stays_so_that_the_mapping_refuses_it(tmp_path: Path, kind: str, text: str) -> None:
    """T22: of one record, not of the whole page; and it never becomes nothing."""
    assert field(tmp_path, kind, text) in (text, "0000-00-00")


def test_a_restricted_type_is_read_as_what_it_restricts(tmp_path: Path) -> None:
    types = '<xs:simpleType name="Yes"><xs:restriction base="xs:boolean"/></xs:simpleType>'
    assert field(tmp_path, "t:Yes", "true", types=types) is True


def test_what_is_absent_is_nothing_and_what_may_repeat_is_a_list(tmp_path: Path) -> None:
    told = '<xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:string" maxOccurs="unbounded"/>'
    of = doing(tmp_path, told=told)
    assert read(of, "<t:DoResponse/>") == {"a": None, "b": []}
    assert read(of, "<t:DoResponse><t:b>1</t:b></t:DoResponse>") == {"a": None, "b": ["1"]}


def test_another_order_and_elements_that_the_wsdl_does_not_know_are_no_harm(tmp_path: Path) -> None:
    """A newer server tells more."""
    of = doing(tmp_path, told='<xs:element name="a" type="xs:string"/><xs:element name="b" type="xs:string"/>')
    assert read(of, "<t:DoResponse><t:new/><t:b>2</t:b><a>1</a></t:DoResponse>") == {"a": "1", "b": "2"}


def test_an_element_that_stands_twice_where_the_wsdl_has_one_is_no_answer(tmp_path: Path) -> None:
    """One of them would be lost without a word: such an answer is read raw."""
    of = doing(tmp_path, told='<xs:element name="a" type="xs:string"/>')
    twice = "<t:DoResponse><t:a>1</t:a><t:a>2</t:a></t:DoResponse>"
    with pytest.raises(BrokenAnswerError, match="several where"):
        read(of, twice)
    assert read(of, twice, RawReading({"a": "//t:a"}, {"t": "urn:t"})) == {"a": ["1", "2"]}


def test_attributes_stand_beside_the_elements_and_a_text_with_attributes_has_a_name(tmp_path: Path) -> None:
    types = (
        '<xs:complexType name="M"><xs:simpleContent><xs:extension base="xs:decimal">'
        '<xs:attribute name="unit" type="xs:string"/></xs:extension></xs:simpleContent></xs:complexType>'
    )
    of = doing(tmp_path, told='<xs:element name="m" type="t:M"/>', types=types)
    found = read(of, '<t:DoResponse><t:m unit="kg">2.50</t:m></t:DoResponse>')
    assert found == {"m": {"unit": "kg", "_value_1": "2.50"}}


def test_an_element_may_say_that_it_is_of_a_wider_type(tmp_path: Path) -> None:
    types = ITEM + (
        '<xs:complexType name="Part"><xs:complexContent><xs:extension base="t:Item"><xs:sequence>'
        '<xs:element name="serial" type="xs:string"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>'
    )
    of = doing(tmp_path, told='<xs:element name="i" type="t:Item"/>', types=types)
    inner = '<t:i xsi:type="t:Part"><t:sku>A</t:sku><t:qty>1</t:qty><t:serial>S</t:serial></t:i>'
    assert read(of, f"<t:DoResponse>{inner}</t:DoResponse>")["i"]["serial"] == "S"


@pytest.mark.parametrize(("kind", "value"), [("enc:string", "1"), ("enc:int", 1), ("enc:boolean", True)])
def test_an_encoded_value_is_its_text_without_id_and_reference(tmp_path: Path, kind: str, value: Any) -> None:
    types = '<xs:import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>'
    assert field(tmp_path, kind, "1", types=types) == value


def test_a_nil_element_is_nothing(tmp_path: Path) -> None:
    of = doing(tmp_path, told='<xs:element name="a" type="xs:int" nillable="true"/>')
    assert read(of, '<t:DoResponse><t:a xsi:nil="true"/></t:DoResponse>') == {"a": None}


@pytest.mark.parametrize("kind", ["enc:Array", "t:Items", "o:Things"])
@pytest.mark.parametrize("item", ["", ' xsi:type="t:Item"', ' xsi:type="o:Thing"'])
def test_an_array_of_another_type_than_the_wsdl_says_is_not_empty(tmp_path: Path, kind: str, item: str) -> None:
    of = service(tmp_path, wsdl(ARRAY, parts=('type="t:Items"', 'type="t:Items"')))
    rows = "".join(f"<item{item}><sku>{sku}</sku><qty>1.50</qty></item>" for sku in "AB")
    array = f'<p xsi:type="{kind}" enc:arrayType="o:Thing[2]">{rows}</p>'
    assert read(of, f"<t:DoResponse>{array}</t:DoResponse>")["p"] == [
        {"sku": "A", "qty": "1.50"},
        {"sku": "B", "qty": "1.50"},
    ]


def test_what_a_reference_points_at_is_read_in_its_place(tmp_path: Path) -> None:
    of = service(tmp_path, wsdl(ARRAY, parts=('type="t:Items"', 'type="t:Items"')))
    inner = '<t:DoResponse><p xsi:type="enc:Array"><item href="#i"/></p></t:DoResponse>'
    target = '<multiRef id="i" xsi:type="t:Item"><sku>A</sku><qty>2</qty></multiRef>'
    assert read(of, inner + target) == {"p": [{"sku": "A", "qty": "2"}]}


@pytest.mark.parametrize("raw", [None, RawReading({"all": "*"})])
@pytest.mark.parametrize(
    ("targets", "kind"),
    [
        (
            "".join(f'<m id="r{n}"><a href="#r{n + 1}"/><b href="#r{n + 1}"/></m>' for n in range(30)),
            "too many references",
        ),
        ('<m id="r0"><a href="#r0"/></m>', "too deeply nested"),
    ],
)
def test_references_that_multiply_or_run_in_a_circle_are_refused(
    tmp_path: Path, raw: RawReading | None, targets: str, kind: str
) -> None:
    """T10: thirty elements that point at the next one twice would be a thousand million."""
    of = service(tmp_path, wsdl(ARRAY, parts=('type="t:Items"', 'type="t:Items"')))
    targets = targets.replace('id="r0"', 'id="r0" xsi:type="xs:anyType"')
    with pytest.raises(BrokenAnswerError, match=kind):
        read(of, f'<t:DoResponse><p><item href="#r0"/></p></t:DoResponse>{targets}', raw)


def test_raw_reading_gives_documents_texts_numbers_and_truths(tmp_path: Path) -> None:
    raw = RawReading(
        {"items": "//o:item", "next": "string(//o:next)", "count": "count(//o:item)", "more": "boolean(//o:next)"},
        {"o": "urn:other"},
        lists=frozenset({"line"}),
    )
    inner = '<o:items><o:item n="1"><o:line><o:a>1</o:a></o:line></o:item></o:items>'
    assert read(doing(tmp_path), inner, raw) == {
        "items": [{"@n": "1", "line": [{"a": "1"}]}],
        "next": None,
        "count": "1",
        "more": False,
    }


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (Answer(200, {}, b"<!DOCTYPE html><html>Please sign in</html>"), "an HTML page"),
        (Answer(200, {}, b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), "XML with a DTD"),
        (Answer(200, {}, b"<a/>"), "not SOAP"),
        (Answer(200, {}, answer("<t:DoResponse/>").body[:-20]), "not XML"),
        (Answer(200, {}, b"\xff\xfe" + answer("<t:DoResponse/>").body), "not XML"),
        (answer("<t:Other/>"), "another message"),
        (answer(""), "an empty message"),
        (answer("<t:DoResponse><t:x>" + "<t:x>" * 200 + "</t:x>" * 200 + "</t:x></t:DoResponse>"), "too deeply nested"),
        (answer("<t:x>" * 3000 + "</t:x>" * 3000), "not XML|another message"),
        (answer("<a/>" * 1_000_001), "too many elements"),
        (Answer(200, {"Content-Type": "multipart/related; boundary=b"}, b"nothing"), "not"),
    ],
)
def test_what_is_no_answer_is_named_by_its_kind(tmp_path: Path, given: Answer, kind: str) -> None:
    """T10, T19: never taken for success, and not a word of it in the message."""
    of = doing(tmp_path, told='<xs:element name="x" type="xs:anyType"/>')
    with pytest.raises(BrokenAnswerError, match=kind):
        of.reader("Do")(given)


def test_the_message_is_the_first_part_of_an_answer_with_attachments(tmp_path: Path) -> None:
    whole = answer("<t:DoResponse><t:x>1</t:x></t:DoResponse>").body
    parts = b'--b\r\nContent-Type: application/xop+xml; type="text/xml"\r\n\r\n' + whole + b"\r\n--b\r\n\r\nx\r\n--b--"
    of = doing(tmp_path, told='<xs:element name="x" type="xs:int"/>')
    assert of.reader("Do")(Answer(200, {"Content-Type": 'multipart/related; boundary="b"'}, parts)) == {"x": 1}


def test_a_fault_is_told_by_its_codes_and_its_detail(tmp_path: Path) -> None:
    of = doing(tmp_path)
    words = "<faultcode>e:Client.Stale</faultcode><faultstring>No.</faultstring>"
    old = f"<e:Fault>{words}<detail><t:x>1</t:x></detail></e:Fault>"
    assert of.reader("Do")(answer(old, status=500))["fault"] == {
        "code": "Client.Stale",
        "subcode": None,
        "kind": "Client.Stale",
        "message": "No.",
        "detail": {"x": "1"},
    }
    new = (
        "<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>t:Stale</e:Value></e:Subcode></e:Code>"
        '<e:Reason><e:Text xml:lang="en">No.</e:Text></e:Reason></e:Fault>'
    )
    told = of.reader("Do")(answer(new, namespace=SOAP12))["fault"]
    assert (told["code"], told["subcode"], told["kind"], told["message"]) == ("Sender", "Stale", "Sender Stale", "No.")
