"""The files driver on this machine and over SFTP: the contract of every connector, and the ways of drop folders."""

import io
import os
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from openpyxl import Workbook

from connectors.files import connect, dropped, local
from connectors.files.connector import FilesConnector
from connectors.files.local import LocalPlace
from connectors.files.places import Entry
from connectors.files.sftp import SftpPlace
from hub.domain.documents import Doc
from hub.domain.errors import AuthError, HubError, RejectedError, RetryableError, StaleError
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Remote, Setup
from hub.testing.connector_contract import ConnectorContract
from tests.sftp_server import Server, serving

FILE = """\
connector: exchange
title: {en: Exchange folder, zh: 交换目录}
product: files of the tests
driver: files
settings:
  folder: {title: {en: Folder, zh: 目录}}
  host_key: {title: {en: Host key, zh: 主机公钥}, default: ""}
  password: {title: {en: Password, zh: 密码}, secret: true, default: ""}
  private_key: {title: {en: Private key, zh: 私钥}, secret: true, default: ""}
connection: {settle: 10 s, format: {delimiter: ";"}}
objects:
  customer:
    title: {en: Customer, zh: 客户}
    cursor: {tz: UTC, granularity: 1 s}
    sweep: false
    remote:
      read: {folder: in/customers, files: "*.csv"}
      format: {encoding: gb18030, header: 2}
      id: [no]
      fields: {no: {from: 编号}, name: {from: 名称}}
  part:
    title: {en: Part, zh: 备件}
    cursor: {tz: UTC, granularity: 1 s}
    remote:
      read: {folder: in/parts, whole: true}
      format: {kind: xlsx, sheet: Parts}
      id: [item, place]
      fields: {item: {}, place: {}, quantity: {}, since: {}}
  invoice:
    title: {en: Invoice, zh: 发票}
    cursor: {tz: UTC, granularity: 1 s}
    idempotency: native
    lookup: {by: ref, settle: 30 s}
    remote:
      write:
        folder: out/invoices
        results: {folder: in/results, fields: {ref: {from: Ref}, number: {from: Number}, reason: {from: Reason}}}
      id: [ref]
      fields: {ref: {from: Ref}, customer: {from: Customer}, total: {from: Total}}
"""
LATER = datetime(2199, 1, 1, tzinfo=UTC)
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)
HEADINGS = "来自旧系统\r\n编号;名称\r\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "exchange.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "exchange"
    root.mkdir()
    return root


Make = Callable[..., FilesConnector]


@pytest.fixture
def make(file: Path) -> Iterator[Make]:
    """Make connectors; their connections are closed at the end."""
    declared = load_connector(file)
    made: list[FilesConnector] = []

    def of(**settings: str) -> FilesConnector:
        setup = Setup("exchange", settings, declared.objects, declared.remote, declared.connection)
        connector = connect(setup)
        assert isinstance(connector, FilesConnector)
        made.append(connector)
        return connector

    yield of
    for each in made:
        if isinstance(each.place, SftpPlace):
            each.place.close()


@pytest.fixture
def connector(make: Make, root: Path) -> FilesConnector:
    return make(folder=str(root))


@pytest.fixture
def server(root: Path) -> Iterator[Server]:
    with serving(root) as server:
        yield server


def over_sftp(make: Make, server: Server, **other: str) -> FilesConnector:
    settings = {"folder": f"sftp://hub@127.0.0.1:{server.port}/", "host_key": server.host_key, "password": "right"}
    return make(**{**settings, **other})


def drop(root: Path, path: str, content: bytes | str, *, age: float = 60) -> Path:
    """Somebody drops a file."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode("gb18030"))
    changed = file.stat().st_mtime - age
    os.utime(file, (changed, changed))
    return file


def sheet(*rows: list[Any], title: str = "Parts") -> bytes:
    book = Workbook()
    page = book.worksheets[0]
    page.title = title
    for row in rows:
        page.append(row)
    told = io.BytesIO()
    book.save(told)
    return told.getvalue()


def polled(connector: Connector, name: str, found: list[Remote] | None = None) -> list[Remote]:
    """One whole poll, as the sync engine does it; what it told until it failed stands in ``found``."""
    now, found, after = connector.probe().now, [] if found is None else found, None
    assert now is not None
    while True:
        page = connector.changes(name, since=LONG_AGO, until=now, after=after)
        found += page.records
        after = page.after
        if after is None:
            return found


class InvoiceContract(ConnectorContract):
    name: ClassVar[str] = "invoice"

    def document(self, key: str) -> Doc:
        return {"ref": key, "customer": '华信; "电子"\n二行', "total": "1000.50"}

    def changed(self, doc: Doc) -> Doc:
        return {**doc, "total": "900.00"}

    def refused(self, key: str) -> Doc:
        return {"ref": key, "total": "1\x00"}


class TestLocalContract(InvoiceContract):
    @pytest.fixture
    def connector(self, make: Make, root: Path) -> Connector:
        return make(folder=str(root))

    @pytest.fixture
    def unreachable(self, make: Make, root: Path) -> Connector:
        return make(folder=str(root / "not" / "mounted"))

    @pytest.fixture
    def locked_out(self, make: Make, file: Path) -> Connector:
        return make(folder=str(file))


class TestSftpContract(InvoiceContract):
    @pytest.fixture
    def connector(self, make: Make, server: Server) -> Connector:
        return over_sftp(make, server)

    @pytest.fixture
    def unreachable(self, make: Make) -> Connector:
        return make(folder="sftp://hub@127.0.0.1:1/", password="right", host_key="ssh-ed25519 AAAA")

    @pytest.fixture
    def locked_out(self, make: Make, server: Server) -> Connector:
        return over_sftp(make, server, password="wrong")


def test_files_are_taken_in_by_name_and_put_away(root: Path, connector: FilesConnector) -> None:
    drop(root, "in/customers/2026-02.csv", HEADINGS + "1;乙\r\n")
    drop(root, "in/customers/2026-01.csv", HEADINGS + "1;甲\r\n2;丙\r\n", age=10**8)
    drop(root, "in/customers/notes.txt", "no")
    assert [(one.id, one.doc["name"]) for one in polled(connector, "customer")] == [
        ("1", "甲"),
        ("2", "丙"),
        ("1", "乙"),
    ]
    assert sorted(each.name for each in (root / "in/customers/done").iterdir()) == ["2026-01.csv", "2026-02.csv"]
    assert polled(connector, "customer") == []
    assert [connector.get("customer", one).doc["name"] for one in ("1", "2")] == ["乙", "丙"]  # type: ignore[union-attr] # they are there
    assert [one.id for one in connector.find("customer", "name", "甲")] == []


def test_a_file_stays_until_the_next_page_is_asked_for(root: Path, connector: FilesConnector) -> None:
    file = drop(root, "in/customers/1.csv", HEADINGS + "1;甲\r\n")
    page = connector.changes("customer", since=LONG_AGO, until=LATER)
    assert (len(page.records), file.exists()) == (1, True)
    again = connector.changes("customer", since=LONG_AGO, until=LATER)
    assert again == page
    assert connector.changes("customer", since=LONG_AGO, until=LATER, after=page.after).after is None
    assert not file.exists()


def test_a_long_file_is_told_page_by_page(root: Path, connector: FilesConnector) -> None:
    rows = "".join(f"{number};n\r\n" for number in range(1234))
    drop(root, "in/customers/1.csv", HEADINGS + rows)
    assert [one.id for one in polled(connector, "customer")] == [str(number) for number in range(1234)]


def test_many_small_files_are_one_page(root: Path, connector: FilesConnector, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1203):
        drop(root, f"in/customers/{number:04}.csv", HEADINGS + f"{number};n\r\n")
    listed, plain = list[str](), LocalPlace.listing

    def counted(place: LocalPlace, folder: str) -> Sequence[Entry]:
        listed.append(folder)
        return plain(place, folder)

    monkeypatch.setattr(LocalPlace, "listing", counted)
    assert [one.id for one in polled(connector, "customer")] == [str(number) for number in range(1203)]
    assert listed.count("in/customers") == 4  # with the one that finds nothing more
    assert (len(list((root / "in/customers").glob("*.csv"))), polled(connector, "customer")) == (0, [])


@pytest.mark.parametrize("rows", [1, 700])
def test_a_file_that_takes_the_place_of_one_that_was_read_is_read_too(
    root: Path, connector: FilesConnector, rows: int
) -> None:
    def told(name: str) -> str:
        return HEADINGS + "".join(f"{number};{name}\r\n" for number in range(rows))

    file = drop(root, "in/customers/1.csv", told("甲"))
    page = connector.changes("customer", since=LONG_AGO, until=LATER)
    assert {one.doc["name"] for one in page.records} == {"甲"}
    drop(root, "in/customers/1.csv", told("乙"), age=10**8)
    found, after = list[Remote](), page.after
    while after is not None:
        further = connector.changes("customer", since=LONG_AGO, until=LATER, after=after)
        found, after = [*found, *further.records], further.after
    assert [(one.id, one.doc["name"]) for one in found] == [(str(number), "乙") for number in range(rows)]
    assert not file.exists()


def test_what_lies_before_a_file_that_is_none_is_taken_in_first(root: Path, connector: FilesConnector) -> None:
    for number in range(6):
        drop(root, f"in/customers/{number}.csv", HEADINGS + f"{number};n\r\n" if number % 2 == 0 else "no")
    found = list[Remote]()
    for _ in range(3):
        with pytest.raises(RejectedError, match="in failed now"):
            polled(connector, "customer", found)
    assert [one.id for one in found] == ["0", "2", "4"]
    assert polled(connector, "customer") == []
    assert sorted(each.name for each in (root / "in/customers/failed").iterdir()) == ["1.csv", "3.csv", "5.csv"]


def test_a_file_that_is_too_large_is_put_aside(
    root: Path, connector: FilesConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropped, "MOST", 1000)
    monkeypatch.setattr(local, "MOST", 1000)
    drop(root, "in/customers/1.csv", HEADINGS + "1;甲\r\n" * 200)
    drop(root, "in/customers/2.csv", HEADINGS + "1;甲\r\n")
    with pytest.raises(RejectedError, match="more than 1000 bytes"):
        polled(connector, "customer")
    assert [each.name for each in (root / "in/customers/failed").iterdir()] == ["1.csv"]
    assert [one.id for one in polled(connector, "customer")] == ["1"]


def test_what_may_still_be_written_is_left_alone(root: Path, connector: FilesConnector) -> None:
    drop(root, "in/customers/new.csv", HEADINGS + "1;甲\r\n", age=0)
    drop(root, "in/customers/a.csv.part", HEADINGS + "2;乙\r\n")
    drop(root, "in/customers/.b.csv", HEADINGS + "3;丙\r\n")
    assert polled(connector, "customer") == []


def test_a_row_that_cannot_be_used_hinders_no_other(root: Path, connector: FilesConnector) -> None:
    drop(root, "in/customers/1.csv", HEADINGS + "1;甲\r\n;乙\r\n2;丙;too much\r\n3\r\n1;again\r\n4;丁\r\n")
    assert [one.id for one in polled(connector, "customer")] == ["1", "4"]
    told = (root / "in/customers/failed/1.csv").read_bytes().decode("gb18030").splitlines()
    assert told[0] == "line;reason;编号;名称"
    assert [line.split(";")[0] for line in told[1:]] == ["4", "5", "6", "7"]
    (lack,) = connector.probe().problems
    assert str(lack).startswith("customer: 1 files lie in failed")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xff\xff\xff", "byte 0 of it is not gb18030"),
        (b"x\r\nno;name\r\n1;2\r\n", "has no column 编号, 名称"),
        (b"", "no line with headings"),
        ("x\r\n编号;编号;名称\r\n".encode("gb18030"), "more than one column 编号"),
        (HEADINGS.encode("gb18030") + b'1;"open\r\n', "line 3 is no CSV"),
        (b"x\r\na\0b\r\n", "zero bytes"),
    ],
)
def test_a_file_that_is_none_is_put_aside_and_told(
    root: Path, connector: FilesConnector, content: bytes, reason: str
) -> None:
    drop(root, "in/customers/1.csv", content)
    drop(root, "in/customers/2.csv", HEADINGS + "1;甲\r\n")
    with pytest.raises(RejectedError, match=reason):
        polled(connector, "customer")
    assert (root / "in/customers/failed/1.csv").read_bytes() == content
    assert [one.id for one in polled(connector, "customer")] == ["1"]


SHEET = "xl/worksheets/sheet1.xml"


def damaged(name: str) -> bytes:
    """A workbook that is none any more."""
    good = sheet(["item", "place", "quantity", "since"], ["A", "x", 1, None])
    made = bytearray(good)
    with zipfile.ZipFile(io.BytesIO(good)) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
        directory, begins = archive.start_dir, archive.getinfo(SHEET).header_offset
    match name:
        case "deflate":
            made[begins + 60] ^= 0xFF
        case "encrypted" | "method":
            at = directory
            while (at := good.find(b"PK\x01\x02", at)) >= 0:
                made[at + (8 if name == "encrypted" else 10)] = 1 if name == "encrypted" else 99
                at += 4
        case "xml" | "place":
            told = parts[SHEET]
            parts[SHEET] = told[: len(told) // 2] if name == "xml" else told.replace(b'r="A2"', b'r="@@"')
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for each, content in parts.items():
                    archive.writestr(each, content)
            made = bytearray(packed.getvalue())
    return bytes(made)


@pytest.mark.parametrize("name", ["xml", "place", "deflate", "encrypted", "method"])
def test_a_workbook_that_is_damaged_is_put_aside(root: Path, connector: FilesConnector, name: str) -> None:
    drop(root, "in/parts/1.xlsx", damaged(name))
    with pytest.raises(RejectedError, match="no XLSX workbook"):
        polled(connector, "part")
    assert [each.name for each in (root / "in/parts/failed").iterdir()] == ["1.xlsx"]
    assert polled(connector, "part") == []


def test_a_name_that_is_not_utf_8_is_told(root: Path, connector: FilesConnector) -> None:
    named = drop(root, "in/customers/1.csv", HEADINGS + "1;甲\r\n")
    os.replace(os.fsencode(named), os.fsencode(named.parent) + "/客户.csv".encode("gbk"))  # noqa: PTH105 - no Path has it
    with pytest.raises(RejectedError, match="not UTF-8: rename it"):
        polled(connector, "customer")


def test_a_workbook_tells_numbers_and_dates_as_texts(root: Path, connector: FilesConnector) -> None:
    rows = [["P-1", "主库", 2.5, datetime(2026, 2, 28)], ["P/2", "van", 10, None]]  # noqa: DTZ001 - Excel knows no zones
    drop(root, "in/parts/1.xlsx", sheet(["item", "place", "quantity", "since", "note"], *rows))
    assert [(one.id, one.doc) for one in polled(connector, "part")] == [
        ("P-1/%E4%B8%BB%E5%BA%93", {"item": "P-1", "place": "主库", "quantity": "2.5", "since": "2026-02-28"}),
        ("P%2F2/van", {"item": "P/2", "place": "van", "quantity": "10", "since": None}),
    ]


def test_what_is_missing_in_the_newest_whole_file_is_gone(root: Path, connector: FilesConnector) -> None:
    head = ["item", "place", "quantity", "since"]
    drop(root, "in/parts/1.xlsx", sheet(head, ["A", "x", 1, None], ["B", "x", 1, None]))
    polled(connector, "part")
    drop(root, "in/parts/2.xlsx", sheet(head, ["B", "x", 2, None]))
    assert connector.get("part", "A/x") is not None  # the newest one is not taken in yet
    polled(connector, "part")
    assert connector.get("part", "A/x") is None
    assert connector.ids("part").ids == ("B/x",)


def test_a_whole_file_with_broken_rows_deletes_nothing(root: Path, connector: FilesConnector) -> None:
    drop(root, "in/parts/1.xlsx", sheet(["item", "place", "quantity", "since"], ["A", "x", 1, None], [None, "x", 1, 1]))
    polled(connector, "part")
    for ask in (lambda: connector.ids("part"), lambda: connector.get("part", "B/x")):
        with pytest.raises(RejectedError, match="not taken for gone"):
            ask()


def test_files_of_changes_never_say_that_something_is_gone(root: Path, connector: FilesConnector) -> None:
    drop(root, "in/customers/1.csv", HEADINGS + "1;甲\r\n")
    for ask in (lambda: connector.get("customer", "2"), lambda: connector.ids("customer")):
        with pytest.raises(RejectedError, match="drop one"):
            ask()


def test_a_bomb_is_not_unpacked(root: Path, connector: FilesConnector) -> None:
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/workbook.xml", "w", force_zip64=True) as file,
    ):
        for _ in range(420):
            file.write(bytes(1_000_000))
    drop(root, "in/parts/1.xlsx", bomb.getvalue())
    with pytest.raises(RejectedError, match="unpacks to more"):
        polled(connector, "part")


def test_an_answer_becomes_part_of_the_record(root: Path, connector: FilesConnector) -> None:
    made = connector.create("invoice", {"ref": "INV-1", "customer": "A", "total": "10.00"})
    assert (root / "out/invoices/INV%2D1.csv").read_text() == "Ref;Customer;Total\nINV-1;A;10.00\n"
    drop(root, "in/results/r1.csv", "Ref;Number;Reason\r\nINV-1;4711;\r\nINV-2;;unknown customer\r\n", age=-5)
    told = connector.get("invoice", made.id)
    assert told is not None
    assert told.doc == {**made.doc, "number": "4711"}
    assert told.changed_at is not None
    changed = connector.changes("invoice", since=told.changed_at, until=told.changed_at)
    assert [one.doc["number"] for one in changed.records] == ["4711"]
    with pytest.raises(StaleError):
        connector.update("invoice", made, {**made.doc, "total": "11.00"})


def test_what_was_handed_over_is_not_handed_over_again(root: Path, connector: FilesConnector) -> None:
    doc = {"ref": "INV-1", "customer": "A", "total": "10.00"}
    made = connector.create("invoice", doc)
    (root / "out/invoices/INV%2D1.csv").unlink()  # taken by the other side
    assert connector.create("invoice", doc) == made
    assert not (root / "out/invoices/INV%2D1.csv").exists()
    with pytest.raises(RejectedError, match="other values"):
        connector.create("invoice", {**doc, "total": "12.00"})


def test_each_change_is_a_file_of_its_own(root: Path, connector: FilesConnector) -> None:
    made = connector.create("invoice", {"ref": "1", "customer": "A", "total": "10.00"})
    for total in ("11.00", "12.00", "10.00"):
        made = connector.update("invoice", made, {**made.doc, "total": total})
    names = sorted(each.name for each in (root / "out/invoices").glob("*.csv"))
    assert names == ["1-2.csv", "1-3.csv", "1-4.csv", "1.csv"]
    assert connector.ids("invoice").ids == ("1",)


def test_a_change_is_found_though_the_copies_before_it_were_tidied_away(root: Path, connector: FilesConnector) -> None:
    made = connector.create("invoice", {"ref": "1", "customer": "A", "total": "10.00"})
    made = connector.update("invoice", made, {**made.doc, "total": "11.00"})
    (root / "out/invoices/sent/1.csv").unlink()
    assert connector.get("invoice", made.id) == made
    connector.update("invoice", made, {**made.doc, "total": "12.00"})
    assert (root / "out/invoices/1-3.csv").exists()


def test_a_file_of_answers_is_read_once_however_many_lie_there(
    root: Path, connector: FilesConnector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropped, "KEPT", 500)  # less than they have: their rows are not remembered
    made = connector.create("invoice", {"ref": "1", "customer": "A", "total": "10.00"})
    for number in range(50):
        drop(root, f"in/results/r{number:03}.csv", f"Ref;Number;Reason\r\n{number};{number};\r\n")
    read, plain = list[str](), LocalPlace.read

    def counted(place: LocalPlace, path: str) -> bytes | None:
        read.append(path)
        return plain(place, path)

    monkeypatch.setattr(LocalPlace, "read", counted)
    told = [connector.get("invoice", made.id) for _ in range(2)]
    assert [one.doc["number"] for one in told if one is not None] == ["1", "1"]
    assert len([path for path in read if "results" in path]) == 50


@pytest.mark.parametrize("content", [b"", b"Ref,Customer,Total\r\n", "\u6c34".encode("gb18030")])
def test_a_copy_that_somebody_spoilt_is_told(root: Path, connector: FilesConnector, content: bytes) -> None:
    made = connector.create("invoice", {"ref": "1", "customer": "A", "total": "10.00"})
    (root / "out/invoices/sent/1.csv").write_bytes(content)
    with pytest.raises(RejectedError, match=r"1\.csv in sent cannot be read"):
        connector.get("invoice", made.id)


@pytest.mark.parametrize("ref", ["../../etc/passwd", "a+b", "a-2", ".", "主/1", "a%2Fb"])
def test_an_id_is_no_path(root: Path, connector: FilesConnector, ref: str) -> None:
    made = connector.create("invoice", {"ref": ref, "customer": "=1+1", "total": "1"})
    assert connector.get("invoice", made.id) == made
    assert connector.ids("invoice").ids == (made.id,)
    assert {each.parent.name for each in root.rglob("*.csv")} == {"invoices", "sent"}


def test_fields_that_the_file_does_not_have_are_refused(connector: FilesConnector) -> None:
    for doc in ({"ref": "1", "colour": "red"}, {"customer": "A"}):
        with pytest.raises(RejectedError):
            connector.create("invoice", doc)
    with pytest.raises(RejectedError, match="only read"):
        connector.create("customer", {"no": "1"})
    with pytest.raises(RejectedError, match="no action"):
        connector.act("invoice", "1", "post")


def test_a_connection_that_broke_is_made_anew(make: Make, server: Server, root: Path) -> None:
    connector = over_sftp(make, server)
    drop(root, "in/customers/1.csv", HEADINGS + "1;甲\r\n")
    assert connector.get("customer", "1") is not None
    server.break_off()
    with pytest.raises(RetryableError):
        connector.get("customer", "1")
    assert [one.id for one in polled(connector, "customer")] == ["1"]
    assert (root / "in/customers/done/1.csv").exists()


def test_a_host_that_shows_another_key_is_not_let_to_know_the_password(make: Make, server: Server) -> None:
    with pytest.raises(AuthError, match="another host key"):
        over_sftp(make, server, host_key="ssh-ed25519 AAAA").probe()


def test_a_private_key_lets_us_in(make: Make, server: Server) -> None:
    text = io.StringIO()
    Server.client_key.write_private_key(text)
    assert over_sftp(make, server, password="", private_key=text.getvalue()).probe().problems == ()
    with pytest.raises(AuthError, match="private key"):
        over_sftp(make, server, private_key="none").probe()


def test_an_address_that_is_none_is_refused(make: Make) -> None:
    with pytest.raises(HubError, match="neither a path nor"):
        make(folder="ftp://somewhere/in")


def test_nothing_concluded_from_a_folder_that_is_away(make: Make, root: Path) -> None:
    connector = make(folder=str(root / "mount"))
    with pytest.raises(RetryableError):
        connector.changes("part", since=LONG_AGO, until=LATER - timedelta(days=1))


def test_the_example_of_the_guide_is_a_connector_file(tmp_path: Path) -> None:
    guide = (Path(__file__).parents[2] / "docs" / "howto" / "connect-files.md").read_text(encoding="utf-8")
    (tmp_path / "exchange.yaml").write_text(guide.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert list(load_connector(tmp_path / "exchange.yaml").objects) == ["customer", "invoice"]
