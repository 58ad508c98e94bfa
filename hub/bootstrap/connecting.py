"""The steps by which a system is connected: each looks at what is there, and adds what is missing.

A step never replaces what a person may have written, unless it is told to.
"""

import fcntl
import os
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import DateTime, Engine, Inspector, create_engine, inspect, make_url
from sqlalchemy.exc import SAWarning, SQLAlchemyError

from hub.bootstrap.mapping_check import Effort, Finding, check
from hub.bootstrap.mapping_draft import Drafted as DraftedMapping
from hub.bootstrap.mapping_draft import draft as draft_mapping
from hub.bootstrap.mapping_sources import selection
from hub.bootstrap.remote_schemas import Kept, beside, connected, keep, live_schema
from hub.bootstrap.secrets import Environment
from hub.bootstrap.systems import connector_file, lint_systems
from hub.domain.documents import Doc
from hub.domain.errors import InvalidError, RetryableError
from hub.files.connectors import ConnectorFile, load_connector
from hub.files.data import data_dir
from hub.files.drafting import Drafted, Wanted, draft_document
from hub.files.drafting.draft import singular, too_much
from hub.files.drafting.folders import draft_folder
from hub.files.drafting.tables import Table, draft_tables
from hub.files.proposing.carrying import Locale
from hub.files.proposing.draft import Heading
from hub.files.schema_import.source import MOST, Source
from hub.files.schema_tree import SchemaFolder
from hub.files.settings import NAME, Settings, load
from hub.files.settings_adding import with_system
from hub.files.whole import put_in_place
from hub.files.yaml import MAX_CHARACTERS
from hub.process.clock import SystemClock
from hub.services.connection_tests import answered

EFFORT = Effort(examples=40)
NAMED = re.compile("[a-z][a-z0-9_]{0,39}")  # as schemas/hub.json says
SECRET = re.compile(r"passw|pwd|secret|token|api_?key", re.IGNORECASE)  # names in an address that tell of one
LIKELY = {
    "customer": "account client company partner party business_partner owner organisation organization 客户 往来单位",
    "contact": "person people contact_person 联系人",
    "site": "location address branch 地点",
    "asset": "device equipment machine unit hardware installed_base serial 设备 资产",
    "product": "model item_group 型号",
    "part": "item material article spare_part stock_item 备件 配件 物料",
    "ticket": "case issue incident work_order service_order 工单 派工单 服务单",
    "invoice": "bill receivable 发票 应收单",
    "payment": "receipt 收款 收款单",
    "sales_order": "order 订单 销售订单",
    "warehouse": "store depot 仓库",
    "stock_level": "stock inventory quant 库存 库存量",
}
"""What a kind of record of ours is often called elsewhere."""


@dataclass(frozen=True)
class Connecting:
    """One system that is being connected, in one installation."""

    directory: Path
    environment: Environment
    name: str

    def __post_init__(self) -> None:
        """Refuse a name that would be none in hub.yaml, before a file is called by it."""
        if not NAMED.fullmatch(self.name):
            raise InvalidError(
                "{name} is no name of a system: use lower-case letters, digits and _, beginning with a letter.",
                name=self.name,
            )

    # the connector file

    def file_of(self, product: str) -> ConnectorFile | None:
        """The connector file of a product, the operator's own or the shipped one; None where there is none."""
        try:
            path = connector_file(self.directory, product)
        except InvalidError:
            return None
        return load_connector(path)

    def draft_of(self, kind: str, told: str, wanted: Wanted) -> Drafted:
        """A draft of the connector file, from a document, a database or a folder."""
        if kind == "database":
            return draft_tables(tables_of(told, self.environment, self.secret_of("password")), wanted)
        path = Path(told)
        if kind == "folder":
            return draft_folder(path, wanted)
        if path.stat().st_size > 4 * MOST:
            raise Source("", kind).too_large()
        try:
            text = path.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidError("{file} is no text in UTF-8.", file=path.name) from error
        source = Source(text, kind, path.name.partition(".")[0], None, lambda name: beside(path, name))
        return draft_document(source, wanted)

    def keep_file(self, drafted: Drafted, *, force: bool) -> bool:
        """Write a draft that can be loaded; False where another file lies there, which is left alone."""
        path = self.directory / "connectors" / f"{self.name}.yaml"
        if path.exists() and not force:
            return False
        told = drafted.text()
        if len(told) > MAX_CHARACTERS:
            raise too_much(list(drafted.file["objects"]))
        with TemporaryDirectory() as scratch:
            lay_down(drafted, Path(scratch), path.name)
            load_connector(Path(scratch) / path.name)
        lay_down(drafted, path.parent, path.name)
        return True

    def secret_of(self, setting: str) -> str:
        """The environment variable that a secret is looked for in, unless somebody says otherwise."""
        return f"{self.name}_{setting}".upper()

    # hub.yaml

    def known(self) -> Settings:
        """The settings as they are now."""
        return load(self.directory)

    def add(self, told: Doc, *, force: bool) -> None:
        """Write the system into hub.yaml; the file stays as it was when the whole would be wrong."""
        path = self.directory / NAME
        with alone_in(self.directory):
            text = with_system(path.read_text("utf-8"), self.name, told, force=force)
            load(self.directory, text)
            put_in_place(path, text)

    # the system itself

    def probe(self) -> Doc:
        """What the system says of itself, as a test of its connection tells it."""
        connector = connected(self.known(), self.environment, self.name)
        clock = SystemClock()
        begun = clock.now()
        return answered(connector.probe(), begun, clock.now())

    def schemas(self, asked: Sequence[str], folder: str, drafted: Mapping[str, Doc], *, force: bool) -> Iterator[Kept]:
        """Keep the schemas of a draft, and those that the system itself tells of the objects that are asked for."""
        place = self.directory / "schemas" / "remote" / folder
        connector = None
        missing = [name for name in asked if force or not (place / f"{name}.json").exists()]
        told = dict(drafted)
        for name in missing:
            connector = connector or connected(self.known(), self.environment, self.name)
            found = live_schema(connector, name, folder)
            told |= {} if found is None else {name: found}
        yield from keep(told, place, force=force)

    # mappings

    def map(self, object_name: str, entity: str, *, force: bool) -> DraftedMapping | None:
        """Draft a mapping of one object; None where a file lies there already."""
        target = self.directory / "mappings" / self.name / f"{entity}.yaml"
        if target.exists() and not force:
            return None
        schemas = SchemaFolder(data_dir("schemas"), self.directory / "schemas")
        near = f"remote/{self.name}/{object_name}.json"
        made = draft_mapping(
            Heading(entity, self.name, object_name, f"canonical/{entity}.json", near), schemas, Locale()
        )
        put_in_place(target, made.text)
        return made

    def mapped(self) -> list[str]:
        """The entities that the operator's own mappings of this system are of."""
        return sorted(path.stem for path in (self.directory / "mappings" / self.name).glob("*.yaml"))

    def findings(self, wanted: Sequence[str]) -> list[str]:
        """What lint, the mappings together and the laws say."""
        linted = [str(found) for name, found in lint_systems(self.known()) if name == self.name]
        chosen = selection(self.directory, list(wanted))
        broken = [one for each in check(chosen.sources, EFFORT, chosen.precedence) for one in each.findings]
        return list(dict.fromkeys([*linted, *(str(one) for one in broken if is_of_laws(one))]))


def is_of_laws(finding: Finding) -> bool:
    """Whether a finding is of a law: the lint is told besides."""
    return finding.check != "lint"


def lay_down(drafted: Drafted, folder: Path, name: str) -> None:
    """A draft and the files beside it, in a folder; the draft last, since where it is the others are."""
    for each, text in {**drafted.beside, name: drafted.text()}.items():
        put_in_place(folder / each, text)


@contextmanager
def alone_in(directory: Path) -> Iterator[None]:
    """One process at a time reads and writes the settings of a directory; the lock ends with its process."""
    held = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def tables_of(address: str, environment: Environment, variable: str) -> dict[str, Table]:
    """The tables of a database with their columns and keys; RetryableError when it cannot be asked."""
    try:
        url, password = make_url(address), environment.get(variable)
        if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
            raise FileNotFoundError  # noqa: TRY301 - to be asked would make an empty one
        with warnings.catch_warnings(action="ignore", category=SAWarning):  # of columns whose type nobody knows
            return tables_in(create_engine(url.set(password=password) if password else url))
    except (SQLAlchemyError, ImportError, ValueError, FileNotFoundError) as error:
        raise RetryableError(
            "The database cannot be asked ({kind}): look at its address, and put the password into {variable}.",
            kind=type(error).__name__,
            variable=variable,
        ) from error


def tables_in(engine: Engine) -> dict[str, Table]:
    """The tables that are there, each asked for by itself."""
    try:
        there = inspect(engine)
        return {name: table_of(there, name) for name in sorted(there.get_table_names())}
    finally:
        engine.dispose()


def table_of(there: Inspector, name: str) -> Table:
    """One table as the database tells it."""
    columns = there.get_columns(name)
    dates = [column["name"] for column in columns if isinstance(column["type"], DateTime)]
    key = there.get_pk_constraint(name)["constrained_columns"]
    return Table([column["name"] for column in columns], key, dates)


def shipped_mappings(product: str) -> str | None:
    """The folder of mappings that is shipped for a product, of its name or of what its name begins with."""
    names = [path.name for path in data_dir("mappings").iterdir() if path.is_dir()]
    return max((name for name in names if f"{product}_".startswith(f"{name}_")), key=len, default=None)


def likely_entity(name: str, title: str, entities: Sequence[str]) -> str | None:
    """The kind of record of ours that an object most likely is, by its name or what it is called in Chinese."""
    if name in entities:
        return name
    if singular(name) in entities:
        return singular(name)
    words = {name, *name.split("_")}
    by_name = (entity for entity, others in LIKELY.items() if entity in entities and words & set(others.split()))
    found = next(by_name, None)
    ends = {  # the head of a Chinese noun is its end
        (title.rfind(one) + len(one), len(one)): entity
        for entity, others in LIKELY.items()
        for one in others.split()
        if entity in entities and not one.isascii() and one in title
    }
    return found or (ends[max(ends)] if ends else None)


def given_of(file: ConnectorFile, told: Mapping[str, Any]) -> tuple[Doc, list[str]]:
    """The settings that are told, and those still missing; InvalidError for one that has no place in hub.yaml."""
    plain = {name: node for name, node in file.settings.items() if not node.get("secret")}
    for name, value in told.items():
        if name not in plain:
            raise InvalidError(
                "{name} is no setting of {connector} that stands in hub.yaml: it has {names}.",
                name=name,
                connector=file.name,
                names=", ".join(plain),
            )
        if has_password(str(value)):
            raise InvalidError("{name} has a password in it: leave it out there, and say where it is.", name=name)
    given = {name: typed(plain[name].get("default"), value) for name, value in told.items() if name in plain}
    return given, [name for name, node in plain.items() if name not in given and "default" not in node]


def has_password(value: str) -> bool:
    """Whether an address has a secret in it, before the host or behind the question mark."""
    if "://" not in value:
        return False
    try:
        told = urlsplit(value)
    except ValueError:  # no address: the system's own driver says so
        return False
    return bool(told.password) or any(SECRET.search(name) for name, _ in parse_qsl(told.query))


def typed(default: Any, value: Any) -> Any:
    """A value as the setting's default is: a number, yes or no, or a text."""
    if isinstance(default, bool):
        return str(value).lower() in {"1", "true", "yes"}
    return int(value) if isinstance(default, int) and str(value).lstrip("-").isdigit() else value
