"""The driver soap by a connector file of the test's own: what it sends, and what it makes of answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import responses
from lxml import etree

from connectors.soap import connect
from hub.domain.documents import Doc
from hub.domain.errors import (
    AuthError,
    HubError,
    InvalidError,
    RejectedError,
    RetryableError,
    StaleError,
    UnknownOutcomeError,
)
from hub.ports.connector import Feed, ObjectSpec, Page, Remote, Setup
from tests.unit.transport.soap.services import DO, SOAP11, answer, wsdl

URL = "https://erp.example.com/soap"
NOON = datetime(2026, 1, 31, 4, 0, 0, 700_000, tzinfo=UTC)
GIVEN = "".join(
    f'<xs:element name="{name}" type="{kind}" nillable="true"/>'
    for name, kind in (("what", "xs:string"), ("since", "xs:dateTime"), ("page", "xs:string"), ("doc", "t:Row"))
)
ROW = (
    '<xs:complexType name="Row"><xs:sequence><xs:element name="id" type="xs:int"/>'
    '<xs:element name="name" type="xs:string" nillable="true"/><xs:element name="sum" type="xs:decimal"/>'
    '<xs:element name="rev" type="xs:int"/><xs:element name="at" type="xs:dateTime"/></xs:sequence></xs:complexType>'
)
TOLD = (
    '<xs:element name="code" type="xs:string"/><xs:element name="row" type="t:Row" maxOccurs="unbounded"/>'
    '<xs:element name="next" type="xs:string"/><xs:element name="more" type="xs:boolean"/>'
)
REMOTE: Doc = {
    "id": "id",
    "changed_at": "at",
    "offset": False,
    "computed": ["sum"],
    "list": {"call": "Do", "arguments": {"since": "{since}", "page": "{after}"}, "records": "row"},
    "get": {"call": "Do", "arguments": {"what": "{id}"}, "record": "row"},
    "find": {"name": {"call": "Do", "arguments": {"what": "by {value}"}, "records": "row"}},
    "create": {"call": "Do", "arguments": {"doc": "{doc}", "what": "{company}"}, "id": "row.0.id"},
    "update": {"call": "Do", "arguments": {"what": "{id}", "doc": "{changes}"}},
    "actions": {"post": {"call": "Do", "arguments": {"what": "post {id}"}, "headers": {"X-Key": "{key}"}}},
}
ERRORS: list[Doc] = [
    {"at": "body.code", "is": "GONE", "do": "not_found"},
    {"at": "body.code", "is": "NO", "do": "fail", "reason": "body.code"},
]
SPEC = ObjectSpec("row", feed=Feed("Asia/Shanghai"))


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def connector(folder: Path, *, connection: Doc | None = None, **remote: Any) -> Any:
    (folder / "service.wsdl").write_text(wsdl(ROW + DO.format(given=GIVEN, told=TOLD)), encoding="utf-8")
    told = {"wsdl": "service.wsdl", "errors": ERRORS, **(connection or {})}
    settings = {"url": URL, "company": "7", "user": "hub", "password": "secret"}
    return connect(Setup("erp", settings, {"row": SPEC}, {"row": {**REMOTE, **remote}}, told, folder=str(folder)))


def tell(wire: responses.RequestsMock, *inner: str, status: int = 200) -> None:
    """The next answers."""
    for each in inner:
        told = answer(each, status=status)
        wire.post(URL, body=told.body, status=status, content_type="text/xml")


def done(*rows: str, rest: str = "") -> str:
    return f"<t:DoResponse>{''.join(rows)}{rest}</t:DoResponse>"


def row(number: int, name: str = "A", at: str = "2026-01-31T12:00:00") -> str:
    told = {"id": number, "name": name, "sum": "1.50", "rev": 1, "at": at}
    return "<t:row>" + "".join(f"<t:{field}>{value}</t:{field}>" for field, value in told.items()) + "</t:row>"


def fault(code: str, words: str = "No.") -> str:
    return f"<e:Fault><faultcode>{code}</faultcode><faultstring>{words}</faultstring></e:Fault>"


def sent(wire: responses.RequestsMock, place: int = -1) -> dict[str, Any]:
    """The arguments of a message."""
    body = wire.calls[place].request.body
    assert isinstance(body, bytes)
    element = etree.fromstring(body).find(f"{{{SOAP11}}}Body/*")
    assert element is not None
    return {
        etree.QName(each).localname: [etree.QName(one).localname for one in each] if len(each) else each.text
        for each in element
    }


def listed(of: Any, after: str | None = None) -> Page:
    page = of.changes("row", since=NOON - timedelta(hours=1), until=NOON, after=after)
    assert isinstance(page, Page)
    return page


def test_records_are_plain_documents_without_the_time_of_their_change(
    tmp_path: Path, wire: responses.RequestsMock
) -> None:
    tell(wire, done(row(2, at="2026-01-31T12:00:01"), row(1)))
    page = listed(connector(tmp_path))
    assert [remote.id for remote in page.records] == ["1", "2"]
    assert page.records[0] == Remote(
        "1", {"id": 1, "name": "A", "sum": "1.50", "rev": 1}, None, datetime(2026, 1, 31, 4, tzinfo=UTC)
    )
    assert page.after is None


def test_times_are_asked_in_the_zone_of_the_service_in_whole_steps(
    tmp_path: Path, wire: responses.RequestsMock
) -> None:
    tell(wire, done(), done())
    listed(connector(tmp_path))
    assert sent(wire) == {"since": "2026-01-31T11:00:00"}
    listed(connector(tmp_path, offset=True))
    assert sent(wire) == {"since": "2026-01-31T03:00:00+00:00"}


@pytest.mark.parametrize(
    ("paging", "pages", "asked"),
    [
        ({"kind": "token", "next": "next"}, [(2, "<t:next>x</t:next>"), (1, "")], [None, "x"]),
        ({"kind": "token", "next": "next"}, [(2, "<t:next>x</t:next>"), (1, "<t:next>x</t:next>")], [None, "x"]),
        ({"kind": "page", "size": 2}, [(2, ""), (1, "")], ["1", "2"]),
        ({"kind": "page", "first": 0, "size": 2}, [(2, ""), (0, "")], ["0", "1"]),
        ({"kind": "offset", "size": 2}, [(2, ""), (2, ""), (0, "")], ["0", "2", "4"]),
        ({"kind": "offset", "more": "more"}, [(2, "<t:more>true</t:more>"), (2, "<t:more>false</t:more>")], ["0", "2"]),
    ],
)
def test_a_listing_goes_on_in_the_way_of_the_service(
    tmp_path: Path, wire: responses.RequestsMock, paging: Doc, pages: list[tuple[int, str]], asked: list[str | None]
) -> None:
    tell(wire, *(done(*(row(n) for n in range(count)), rest=rest) for count, rest in pages))
    of, after, found = connector(tmp_path, list={**REMOTE["list"], "paging": paging}), None, 0
    for place, page in enumerate(asked):
        told = listed(of, after)
        assert sent(wire, place).get("page") == page
        after, found = told.after, found + len(told.records)
    assert (after, found) == (None, sum(count for count, _ in pages))


def test_a_record_that_the_table_says_is_not_there_is_none(tmp_path: Path, wire: responses.RequestsMock) -> None:
    tell(wire, done(rest="<t:code>GONE</t:code>"))
    assert connector(tmp_path).get("row", "9") is None


def test_an_address_that_is_not_there_is_not_a_record_that_is_not_there(
    tmp_path: Path, wire: responses.RequestsMock
) -> None:
    """Else every record would seem to be deleted."""
    wire.post(URL, status=404, body="Not Found")
    with pytest.raises(AuthError):
        connector(tmp_path).get("row", "9")


def test_a_look_up_believes_only_what_it_sees(tmp_path: Path, wire: responses.RequestsMock) -> None:
    """Many services search without regard to case, or for a part of the word."""
    tell(wire, done(row(1, "a"), row(2, "A"), row(3, "AB")))
    assert [remote.id for remote in connector(tmp_path).find("row", "name", "A")] == ["2"]
    assert sent(wire) == {"what": "by A"}


def test_a_new_record_is_written_without_what_is_computed_and_read_back(
    tmp_path: Path, wire: responses.RequestsMock
) -> None:
    tell(wire, done(row(5)), done(row(5)))
    made = connector(tmp_path).create("row", {"id": 3, "name": "A", "sum": "9.99"})
    assert sent(wire, 0) == {"what": "7", "doc": ["name"]}
    assert (made.id, made.doc["sum"]) == ("5", "1.50")


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([done()], UnknownOutcomeError),
        ([done(row(5)), "<html/>"], UnknownOutcomeError),
        ([done(row(5)), done(rest="<t:code>GONE</t:code>")], UnknownOutcomeError),
        ([done(rest="<t:code>NO</t:code>")], RejectedError),
    ],
)
def test_a_write_whose_record_is_not_seen_is_looked_up(
    tmp_path: Path, wire: responses.RequestsMock, answers: list[str], error: type[HubError]
) -> None:
    tell(wire, *answers)
    with pytest.raises(error):
        connector(tmp_path).create("row", {"name": "A"})


def test_without_a_version_a_record_is_read_before_it_is_changed(tmp_path: Path, wire: responses.RequestsMock) -> None:
    of = connector(tmp_path)
    tell(wire, done(row(5)), done(row(5)), done(), done(row(5, "B")))
    seen = of.get("row", "5")
    assert of.update("row", seen, {**seen.doc, "name": "B"}).doc["name"] == "B"
    assert sent(wire, 2) == {"what": "5", "doc": ["name"]}
    tell(wire, done(row(5, "C")))
    with pytest.raises(StaleError):
        of.update("row", seen, {**seen.doc, "name": "D"})


def test_an_action_takes_our_key_along(tmp_path: Path, wire: responses.RequestsMock) -> None:
    tell(wire, done())
    connector(tmp_path).act("row", "5", "post", key="k1")
    assert (sent(wire), wire.calls[0].request.headers["X-Key"]) == ({"what": "post 5"}, "k1")


@pytest.mark.parametrize(
    ("told", "read", "write"),
    [
        (fault("e:Client"), RejectedError, RejectedError),
        (fault("e:Client.Validation"), RejectedError, RejectedError),
        (fault("e:Server"), RetryableError, UnknownOutcomeError),
        (fault("o:Whatever"), RetryableError, UnknownOutcomeError),
        (fault("wsse:FailedAuthentication"), AuthError, AuthError),
        (fault("e:Client.Authentication"), AuthError, AuthError),
        (fault("e:MustUnderstand"), RejectedError, RejectedError),
    ],
)
@pytest.mark.parametrize("status", [200, 500])
def test_faults_mean_what_their_codes_say_whatever_the_status(
    tmp_path: Path, wire: responses.RequestsMock, told: str, read: type[HubError], write: type[HubError], status: int
) -> None:
    tell(wire, told, told, status=status)
    of = connector(tmp_path)
    with pytest.raises(HubError, match="erp") as of_read:
        of.get("row", "1")
    with pytest.raises(HubError, match="erp") as of_write:
        of.create("row", {"name": "A"})
    assert (type(of_read.value), type(of_write.value)) == (read, write)
    assert "No." not in f"{of_read.value}{of_write.value}"


def test_a_fault_may_be_declared_to_mean_something_else(tmp_path: Path, wire: responses.RequestsMock) -> None:
    of = connector(tmp_path, connection={"errors": [{"at": "body.fault.code", "is": "Client.Revision", "do": "stale"}]})
    tell(wire, done(row(5)), done(row(5)), fault("e:Client.Revision"))
    seen = of.get("row", "5")
    with pytest.raises(StaleError):
        of.update("row", seen, {**seen.doc, "name": "B"})


def test_where_the_wsdl_lies_an_operation_is_read_raw(tmp_path: Path, wire: responses.RequestsMock) -> None:
    raw = {"values": {"rows": "//o:entry", "code": "string(//o:code)"}, "namespaces": {"o": "urn:other"}}
    tell(
        wire, "<o:all><o:entry><o:id>1</o:id><o:at>2026-01-31T12:00:00</o:at></o:entry></o:all>", "<o:code>NO</o:code>"
    )
    of = connector(tmp_path, list={**REMOTE["list"], "records": "rows", "raw": raw})
    assert [remote.doc for remote in listed(of).records] == [{"id": "1"}]
    with pytest.raises(RejectedError):
        listed(of)


def test_headers_of_the_message_are_filled_from_the_settings(tmp_path: Path, wire: responses.RequestsMock) -> None:
    header = {"element": "{urn:t}Session", "value": {"company": "{company}", "by": {"user": "{user}"}}}
    tell(wire, done(), done())
    of = connector(
        tmp_path, connection={"soap_headers": [header], "auth": {"kind": "basic"}, "headers": {"X-A": "{company}"}}
    )
    for place in range(2):
        listed(of)
        asked = wire.calls[place].request
        told = etree.fromstring(asked.body or b"").find(f"{{{SOAP11}}}Header/{{urn:t}}Session")
        assert told is not None
        assert [each.text for each in told.iter("{urn:t}company", "{urn:t}user")] == ["7", "hub"]
        assert (asked.headers["X-A"], asked.headers["Authorization"][:6]) == ("7", "Basic ")


def test_an_operation_that_nobody_declared_is_refused(tmp_path: Path) -> None:
    of = connector(tmp_path)
    with pytest.raises(RejectedError, match=r"find\.phone"):
        of.find("row", "phone", "1")
    with pytest.raises(RejectedError, match=r"actions\.void"):
        of.act("row", "1", "void")


def test_a_name_that_is_neither_a_setting_nor_ours_is_refused_before_any_call(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"remote.get.*no setting value"):
        connector(tmp_path, get={"call": "Do", "arguments": {"what": "{value}"}})


def test_the_probe_names_operations_that_the_wsdl_does_not_have(tmp_path: Path) -> None:
    (lack,) = connector(tmp_path, ids={"call": "ListIds", "ids": "id"}).probe().problems
    assert str(lack) == "The WSDL has no operation ListIds."
