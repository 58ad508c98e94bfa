"""A system is connected step by step: what is there is left alone, what is missing is made or told."""

import errno
import json
import os
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hub.bootstrap.connecting import Connecting, likely_entity
from hub.files.connectors import load_connector
from hub.files.settings import load
from hub.files.whole import put_in_place
from hub.testing.twin.twin import serving
from hub.testing.twins.snipe_it import SnipeIt
from tests.unit.cli.conftest import Run

ROOT = Path(__file__).parents[3]
OPENAPI = {
    "openapi": "3.0.3",
    "servers": [{"url": "/api/v2"}],
    "components": {
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"}},
        "schemas": {
            "Client": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "id": {"type": "integer", "readOnly": True},
                    "name": {"type": "string", "maxLength": 60},
                    "phone": {"type": "string"},
                    "email": {"type": "string"},
                    "balance": {"type": "number"},
                    "updated_at": {"type": "string", "format": "date-time", "readOnly": True},
                },
            },
            "Page": {"properties": {"items": {"type": "array", "items": {"$ref": "#/components/schemas/Client"}}}},
        },
    },
    "paths": {
        "/clients": {
            "get": {
                "parameters": [{"name": name, "in": "query"} for name in ("updated_since", "limit", "offset")],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Page"}}}}
                },
            },
            "post": {"responses": {"201": {"description": "made"}}},
        },
        "/clients/{clientId}": {
            "get": {
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Client"}}}}
                }
            },
            "patch": {"responses": {"200": {"description": "changed"}}},
        },
    },
}


def test_a_shipped_product_is_asked_for_its_settings_alone(
    run: Run, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSETS_TOKEN", SnipeIt.secrets["token"])
    before = (directory / "hub.yaml").read_text("utf-8")
    with serving(SnipeIt()) as url:
        answer = run("connect", "assets", "--product", "snipe_it", "--set", f"url={url}", "--no-ask").output
        assert "probe: It answers: v8" in answer
        assert "nothing against the mappings" in answer
        assert "create   in hub    asset/" in answer or "later" in answer
        written = (directory / "hub.yaml").read_text("utf-8")
        assert written.startswith(before.rstrip("\n"))
        assert "token: env/ASSETS_TOKEN" in written
        assert "settings: hub.yaml has assets." in run("connect", "assets", "--no-ask").output
    assert (directory / "hub.yaml").read_text("utf-8") == written


def test_a_plan_asks_nothing_of_the_other_systems(run: Run, tmp_path: Path) -> None:
    told = ("--set", "url=http://127.0.0.1:9", "--set", "database=x", "--offline", "--no-ask")
    run("connect", "erp", "--product", "odoo", *told)  # its secret is not there
    with sqlite3.connect(tmp_path / "depot.db") as depot:
        depot.execute("CREATE TABLE sites (site_no INTEGER PRIMARY KEY, name TEXT NOT NULL)")
        depot.execute("INSERT INTO sites VALUES (1, '华信')")
    depot.close()
    answer = run("connect", "depot", "--database", f"sqlite:///{tmp_path}/depot.db", "--no-ask", code=1).output
    assert "name: None -> '华信'" in answer


def test_a_secret_that_is_not_there_ends_the_way_with_what_to_do(run: Run) -> None:
    told = ("connect", "assets", "--product", "snipe_it", "--set", "url=http://127.0.0.1:9", "--no-ask")
    answer = run(*told, code=1).output
    assert "The environment variable ASSETS_TOKEN is not set" in answer
    assert "run the same command again" in answer


def test_all_settings_that_nobody_gave_are_named_at_once(run: Run) -> None:
    refused = run("connect", "erp", "--product", "kingdee", "--no-ask", "--offline", code=2).output
    assert "department (Number of the department that uses parts)" in refused
    assert "--set url=... --set account=..." in refused


def test_comments_and_order_of_the_operators_file_are_kept(run: Run, directory: Path) -> None:
    crm = "  # the old one\n  crm: {connector: fxiaoke, mappings: [fxiaoke]}\n"
    mine = f"# ours\nzone: Europe/Berlin  # where we are\nsystems:\n{crm}"
    (directory / "hub.yaml").write_text(mine, "utf-8")
    told = ("--set", "url=http://127.0.0.1:9", "--no-ask", "--offline", "--json")
    answer = json.loads(run("connect", "assets", "--product", "snipe_it", *told, code=1).output)
    assert answer["steps"][1]["state"] == "made"
    written = (directory / "hub.yaml").read_text("utf-8")
    assert written.startswith(mine.rstrip("\n"))
    assert written.index("crm:") < written.index("assets:")


def test_questions_are_asked_where_somebody_can_answer(run: Run, directory: Path) -> None:
    run("connect", "assets", "--product", "snipe_it", "--ask", "--offline", stdin="https://assets.example.com\n")
    assert "url: https://assets.example.com" in (directory / "hub.yaml").read_text("utf-8")
    refused = run("connect", "shop", "--product", "snipe_it", "--no-ask", "--offline", code=2).output
    assert "--set url=..." in refused
    told = json.loads(run("connect", "shop", "--product", "snipe_it", "--no-ask", "--json", code=2).output)
    assert [(one["step"], one["state"]) for one in told["steps"]] == [("connector", "done"), ("settings", "failed")]
    assert "--openapi" in run("connect", "acme", "--no-ask", code=2).output


def test_a_database_goes_the_whole_way_and_what_was_drafted_is_left_alone(
    run: Run, directory: Path, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "depot.db") as depot:
        depot.execute(
            "CREATE TABLE customers (customer_no INTEGER PRIMARY KEY, customer_name VARCHAR(60) NOT NULL, "
            "phone VARCHAR(30), updated_at TIMESTAMP)"
        )
        depot.execute("CREATE TABLE notes (line TEXT)")  # without a key
        depot.execute("INSERT INTO customers VALUES (1, 'Huaxin', '13812345678', '2026-02-01 10:00:00')")
    depot.close()
    told = ("connect", "depot", "--database", f"sqlite:///{tmp_path}/depot.db", "--no-ask")
    answer = run(*told, code=1).output  # a draft is open until somebody has read it
    assert "create   in hub    customer/1" in answer
    assert "name: None -> 'Huaxin'" in answer
    file = directory / "connectors" / "depot.yaml"
    file.write_text(file.read_text("utf-8") + "# read\n", "utf-8")
    again = run(*told).output
    assert "left as it is" in again
    assert file.read_text("utf-8").endswith("# read\n")


def test_tables_and_columns_may_have_chinese_names(run: Run, directory: Path, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "legacy.db") as legacy:
        legacy.execute("CREATE TABLE 客户 (编号 INTEGER PRIMARY KEY, 名称 TEXT NOT NULL, 更新时间 TIMESTAMP)")
        legacy.execute("CREATE TABLE 客户工单 (编号 INTEGER PRIMARY KEY, 客户编号 INTEGER, 标题 TEXT, 修改时间 TEXT)")
        legacy.execute('CREATE TABLE "2024年_Läger" (编号 INTEGER PRIMARY KEY)')
        legacy.execute("INSERT INTO 客户 VALUES (1, '东方诊所', '2026-02-01 10:00:00')")
    legacy.close()
    answer = run("connect", "depot", "--database", f"sqlite:///{tmp_path}/legacy.db", "--no-ask", code=1).output
    assert "name: None -> '东方诊所'" in answer
    made = load_connector(directory / "connectors" / "depot.yaml")
    assert set(made.objects) == {"object_2024nian_l_ger", "kehu", "kehugongdan"}
    assert made.titles["kehu"] == {"en": "Kehu", "zh": "客户"}
    assert made.remote["kehu"]["changed"] == {"column": "更新时间"}
    assert "changed" not in made.remote["kehugongdan"]  # a text tells time only as a person says
    assert '"name <- 名称"' in (directory / "mappings" / "depot" / "customer.yaml").read_text("utf-8")
    ticket = (directory / "mappings" / "depot" / "ticket.yaml").read_text("utf-8")  # not a customer: the end tells
    assert '"subject <- 标题"' in ticket
    assert '"customer_id <- 客户编号": {ref: customer}' in ticket


def test_a_database_without_keys_is_told_which_tables_it_has(run: Run, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "bare.db") as bare:
        bare.execute("CREATE TABLE notes (line TEXT)")
    bare.close()
    answer = run("connect", "bare", "--database", f"sqlite:///{tmp_path}/bare.db", "--no-ask", code=1).output
    assert "No table that is wanted has a key: notes." in answer


@pytest.mark.parametrize(
    ("sample", "asked", "name", "records", "fields"),
    [
        ([{"id": 1, "name": "A"}], (), "answer", "body", {"id", "name"}),
        ([{"id": 1, "name": "A"}], ("--object", "clients"), "client", "body", {"id", "name"}),
        ({"code": 0, "data": {"total": 1, "list": [{"id": 1}]}}, (), "answer", "body.data.list", {"id"}),
        ({"设备": [{"编号": "1", "型号": "V60"}]}, (), "shebei", "body.设备", {"编号", "型号"}),
        ({"id": 1, "lines": [{"id": 2}]}, (), "answer", "body", {"id", "lines"}),
    ],
)
def test_the_records_of_a_sample_are_found_in_its_envelope(
    run: Run, directory: Path, tmp_path: Path, sample: object, asked: tuple[str, ...], name: str, records: str,
    fields: set[str],
) -> None:  # fmt: skip
    (tmp_path / "answer.json").write_text(json.dumps(sample), "utf-8")
    told = ("--sample", str(tmp_path / "answer.json"), "--set", "url=http://127.0.0.1:9", "--offline", "--no-ask")
    run("connect", "acme", *told, *asked, code=1)
    remote = load_connector(directory / "connectors" / "acme.yaml").remote
    assert set(remote) == {name}
    assert remote[name]["list"]["records"] == records
    assert set(remote[name]["fields"]) == fields


def test_an_openapi_document_becomes_a_connector_file(run: Run, directory: Path, tmp_path: Path) -> None:
    (tmp_path / "desk.json").write_text(json.dumps(OPENAPI), "utf-8")
    told = ("--openapi", str(tmp_path / "desk.json"), "--set", "url=http://127.0.0.1:9", "--offline", "--no-ask")
    answer = run("connect", "desk", *told, code=1).output
    assert "what keeps a create from happening twice" in answer
    assert "mappings/desk/customer.yaml" in answer
    made = load_connector(directory / "connectors" / "desk.yaml")
    remote = made.remote["client"]
    assert made.connection["auth"] == {"kind": "key", "headers": {"X-Api-Key": "{token}"}}
    assert made.connection["url"] == "{url}/api/v2"
    assert remote["list"]["query"] == {"updated_since": "{since}"}
    assert remote["list"]["records"] == "body.items"
    assert remote["list"]["page"]["send"] == {"query": {"limit": "{size}", "offset": "{offset}"}}
    assert remote["update"] == {"path": "/clients/{id}"}
    assert remote["fields"]["balance"] == {"as": "number"}
    assert remote["fields"]["id"] == {"computed": True}


@pytest.mark.parametrize("kind", ["folder", "openapi"])
def test_what_cannot_be_written_over_there_is_only_read(run: Run, directory: Path, tmp_path: Path, kind: str) -> None:
    if kind == "folder":
        place, setting = described(tmp_path, kind)[0], "folder=/nowhere"
    else:
        place, setting = tmp_path / "desk.json", "url=http://127.0.0.1:9"
        document = json.loads(json.dumps(OPENAPI))
        document["paths"] = {path: {"get": told["get"]} for path, told in document["paths"].items()}
        place.write_text(json.dumps(document), "utf-8")
    told = (f"--{kind}", str(place), "--set", setting, "--map", "customers=customer", "--offline", "--no-ask")
    run("connect", "desk", *told, code=1)
    made = (directory / "mappings" / "desk" / "customer.yaml").read_text("utf-8")
    assert "name <- " in made
    assert "<->" not in made


@pytest.mark.parametrize("kind", ["sample", "wsdl", "edmx", "folder"])
def test_other_descriptions_become_connector_files(run: Run, directory: Path, tmp_path: Path, kind: str) -> None:
    place, objects = described(tmp_path, kind)
    setting = "folder" if kind == "folder" else "url"
    user = ("--set", "user=hub") if kind in {"wsdl", "edmx"} else ()
    told = (f"--{kind}", str(place), "--set", f"{setting}=http://127.0.0.1:9", *user, "--offline", "--no-ask")
    run("connect", "acme", *told, code=1)
    made = load_connector(directory / "connectors" / "acme.yaml")
    assert set(made.objects) == objects
    assert (directory / "connectors" / "acme" / "soap_erp.wsdl").is_file() == (kind == "wsdl")
    assert "# TODO" in (directory / "connectors" / "acme.yaml").read_text("utf-8")


def described(folder: Path, kind: str) -> tuple[Path, set[str]]:
    """A description of that kind, and the objects in it."""
    if kind == "wsdl":
        return ROOT / "connectors" / "soap_erp.wsdl", {"customer", "invoice", "payment"}
    if kind == "folder":
        (folder / "drop" / "customers").mkdir(parents=True)
        (folder / "drop" / "customers" / "2026-01.csv").write_bytes("客户编号;客户名称\r\n1;华信\r\n".encode("gb18030"))
        return folder / "drop", {"customers"}
    text = {
        "sample": json.dumps({"rows": [{"id": 1, "name": "Huaxin", "modified": "2026-01-01T00:00:00Z"}]}),
        "edmx": EDMX,
    }
    (folder / f"customers.{kind}").write_text(text[kind], "utf-8")
    return folder / f"customers.{kind}", {"customer"}


EDMX = """\
<Edmx Version="4.0" xmlns="http://docs.oasis-open.org/odata/ns/edmx"><DataServices>
<Schema Namespace="S" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="Customer"><Key><PropertyRef Name="Id"/></Key>
<Property Name="Id" Type="Edm.String" Nullable="false"/><Property Name="Name" Type="Edm.String"/>
<Property Name="LastModified" Type="Edm.DateTimeOffset"/></EntityType>
<EntityContainer Name="C"><EntitySet Name="Customers" EntityType="S.Customer"/></EntityContainer></Schema>
</DataServices></Edmx>"""


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("../hub", "--sample", "list.json", "--force"), "no name of a system"),
        (("客户", "--product", "snipe_it"), "no name of a system"),
        (("assets", "--product", "snipe_it", "--set", "url=https://u:Secret1@a.example"), "a password in it"),
        (("assets", "--product", "snipe_it", "--set", "token=Secret1"), "token is no setting of snipe_it"),
        (("assets", "--sample", "bytes.json"), "bytes.json is no text in UTF-8"),
        (("assets", "--sample", "empty.json"), "connector"),
        (("assets", "--database", "postgresql://u:Secret1@127.0.0.1:port/x"), "look at its address"),
    ],
)
def test_what_cannot_be_is_said_and_leaves_everything_as_it_was(
    run: Run, directory: Path, tmp_path: Path, told: tuple[str, ...], said: str
) -> None:
    (tmp_path / "list.json").write_text('[{"id": 1, "name": "A"}]', "utf-8")
    (tmp_path / "empty.json").write_text("{}", "utf-8")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe{}")
    named = [str(tmp_path / each) if each.endswith(".json") else each for each in told]
    before = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    answer = run("connect", *named, "--offline", "--no-ask", code=1).output
    assert said in answer
    assert "Secret1" not in answer
    assert {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()} == before


def test_settings_whose_systems_are_all_commented_out_take_one_more(run: Run, directory: Path) -> None:
    (directory / "hub.yaml").write_text("zone: UTC\nsystems:\n#   erp: {connector: tryton}\n", "utf-8")
    run("connect", "assets", "--product", "snipe_it", "--set", "url=http://127.0.0.1:9", "--no-ask", "--offline")
    written = (directory / "hub.yaml").read_text("utf-8")
    assert "#   erp: {connector: tryton}" in written
    assert "  assets:\n" in written


def test_columns_that_would_be_called_alike_are_all_there(run: Run, directory: Path, tmp_path: Path) -> None:
    (tmp_path / "items").mkdir()
    (tmp_path / "items" / "1.csv").write_text("id,a b,a.b,qty\n1,x,y,5\n", "utf-8")
    run("connect", "drop", "--folder", str(tmp_path), "--offline", "--no-ask", code=1)
    fields = load_connector(directory / "connectors" / "drop.yaml").remote["items"]["fields"]
    assert [told["from"] for told in fields.values()] == ["id", "a b", "a.b", "qty"]
    schema = json.loads((directory / "schemas" / "remote" / "drop" / "items.json").read_text("utf-8"))
    assert list(schema["properties"]) == list(fields)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("openapi", "openapi: '3.0.0'\npaths: [1, 2]\n"),
        ("openapi", "openapi: '3.0.0'\npaths: {/as: 3, /bs: {get: [1]}, 7: {get: null}}\ncomponents: 5\n"),
        ("sample", '{"a":' * 900 + "1" + "}" * 900),
    ],
)
def test_a_document_of_another_shape_is_refused_in_one_line(
    run: Run, directory: Path, tmp_path: Path, kind: str, text: str
) -> None:
    (tmp_path / "told").write_text(text, "utf-8")
    answer = run("connect", "acme", f"--{kind}", str(tmp_path / "told"), "--offline", "--no-ask", code=1).output
    assert f"This is no document of the kind {kind}: " in answer
    assert not (directory / "connectors" / "acme.yaml").exists()


def test_a_folder_with_odd_files_is_told_in_one_line_and_takes_nothing_from_elsewhere(
    run: Run, directory: Path, tmp_path: Path
) -> None:
    told = ("connect", "depot", "--folder", str(tmp_path / "drop"), "--offline", "--no-ask")
    place = tmp_path / "drop" / "orders"
    (place / "dir.csv").mkdir(parents=True)
    (tmp_path / "secret.csv").write_text("id,login\n1,x\n", "utf-8")
    (place / "link.csv").symlink_to(tmp_path / "secret.csv")
    (place / "away.csv").symlink_to(tmp_path / "away.csv")
    (tmp_path / "drop" / "loose.csv").write_text("id\n1\n", "utf-8")
    assert "put a sample of each kind into a folder of its own" in run(*told, code=1).output
    (place / "long.csv").write_text('id,"' + "x" * 150_000 + '"\n', "utf-8")
    assert "long.csv cannot be read as CSV" in run(*told, code=1).output
    assert not (directory / "connectors" / "depot.yaml").exists()
    (place / "long.csv").write_text("id,name\n1,华信\n", "utf-8")
    assert "connectors/depot.yaml: drafted" in run(*told, code=1).output
    assert "login" not in (directory / "connectors" / "depot.yaml").read_text("utf-8")


def test_a_database_of_very_many_tables_is_asked_for_the_needed_ones(run: Run, directory: Path, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "depot.db") as depot:
        for number in range(400):
            depot.execute(f"CREATE TABLE t{number} (id INTEGER PRIMARY KEY, name TEXT, note POINT)")
    depot.close()
    told = ("connect", "depot", "--database", f"sqlite:///{tmp_path}/depot.db", "--offline", "--no-ask")
    assert "has 400 objects" in run(*told, code=1).output
    assert not (directory / "connectors" / "depot.yaml").exists()
    assert "connectors/depot.yaml: drafted" in run(*told, "--object", "t7", code=1).output


def test_a_database_file_that_is_not_there_is_not_made(run: Run, tmp_path: Path) -> None:
    told = ("connect", "depot", "--database", f"sqlite:///{tmp_path}/depot.db", "--offline", "--no-ask")
    assert "cannot be asked" in run(*told, code=1).output
    assert not (tmp_path / "depot.db").exists()


def test_a_secret_behind_the_question_mark_of_an_address_is_refused(run: Run, directory: Path) -> None:
    told = ("--set", "url=http://127.0.0.1:9/?access_token=hush", "--no-ask", "--offline")
    answer = run("connect", "assets", "--product", "snipe_it", *told, code=1).output
    assert "url has a password in it" in answer
    assert "hush" not in answer + (directory / "hub.yaml").read_text("utf-8")


def test_a_file_that_was_cut_off_while_it_was_written_was_never_there(
    run: Run, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "client.json").write_text('[{"id": "1", "name": "x"}]', "utf-8")
    told = ("connect", "acme", "--sample", str(tmp_path / "client.json"), "--set", "url=http://127.0.0.1:9")
    before, write = (directory / "hub.yaml").read_text("utf-8"), Path.write_text

    def half(path: Path, text: str, *more: str) -> int:
        if directory in path.parents:
            write(path, text[: len(text) // 2], *more)
            raise OSError(28, "No space left on device")
        return write(path, text, *more)

    with monkeypatch.context() as cut:
        cut.setattr(Path, "write_text", half)
        assert "No space left" in run(*told, "--offline", "--no-ask", code=1).output
    assert not [path for path in (directory / "connectors").iterdir() if path.is_file()]
    assert (directory / "hub.yaml").read_text("utf-8") == before
    run(*told, "--offline", "--no-ask", code=1)
    assert load_connector(directory / "connectors" / "acme.yaml").name == "acme"
    assert "acme:" in (directory / "hub.yaml").read_text("utf-8")


@pytest.mark.usefixtures("run")
def test_systems_that_are_connected_at_once_are_all_in_the_settings(directory: Path) -> None:
    def add(name: str) -> None:
        told = {"connector": "odoo", "settings": {"url": "http://127.0.0.1:9", "database": "x"}}
        Connecting(directory, {}, name).add({**told, "mappings": ["odoo"]}, force=False)

    names = [f"s{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, names))
    assert set(names) <= set(load(directory).systems)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.EACCES, "give the user who runs this the right to read and write it"),
        (errno.EROFS, "give the user who runs this the right to read and write it"),
        (errno.ENOSPC, "make room on the disk"),
    ],
)
def test_what_cannot_be_written_is_told_with_what_to_do(
    run: Run, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def refused(self: Path, *_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number), str(self))

    (tmp_path / "drop" / "customers").mkdir(parents=True)
    (tmp_path / "drop" / "customers" / "a.csv").write_text("id,name\n1,A\n", "utf-8")
    monkeypatch.setattr(Path, "write_text", refused)
    told = ("connect", "depot", "--folder", str(tmp_path / "drop"), "--offline", "--no-ask")
    answer = run(*told, code=1).output
    assert f"{os.strerror(number)}: {said}." in answer
    assert "Errno" not in answer
    assert not list(directory.rglob("*.part"))


def test_a_file_that_is_given_up_by_hand_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", ended)
    with pytest.raises(KeyboardInterrupt):
        put_in_place(tmp_path / "a.yaml", "a: 1\n")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_the_plural_of_a_record_is_that_record() -> None:
    assert likely_entity("customers", "", ["customer", "part"]) == "customer"


def test_a_database_file_that_cannot_be_had_is_told_with_what_to_do(run: Run, directory: Path) -> None:
    (directory / "hub.db").unlink()
    (directory / "hub.db").mkdir()
    answer = run("user", "list", code=7).output
    assert "must be able to write the file and its folder" in answer
    assert "start it" not in answer
