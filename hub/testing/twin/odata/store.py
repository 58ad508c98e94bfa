"""The entities of a twin and what may be done with them: read, deep insert, merge, delete, each as the types allow."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from hub.testing.twin.odata.filters import filter_of
from hub.testing.twin.odata.types import Kind, Service
from hub.testing.twin.odata.wire import empty, of_literal, shown, taken, told
from hub.testing.twin.refusals import RefusedError

Row = dict[str, Any]
Table = dict[tuple[Any, ...], Row]
PATH = re.compile(r"(\w+)(?:\((.*)\))?(?:/(\w+))?")
KEY_PART = re.compile(r"(?:(\w+)=)?((?:[a-z]*'(?:[^']|'')*')|[^,]+)(?:,|$)")
OPTIONS = {"$select", "$expand", "$filter", "$orderby", "$top", "$skip", "$skiptoken", "$format", "$inlinecount"}
NOT_FOUND = ("/IWBEP/CM_MGW_RT/020", "Resource not found for segment")


class Rules(Protocol):
    """What a product does beyond keeping what it is told."""

    def making(self, kind: Kind, row: Row) -> None:
        """Complete and check a new row before it is kept; RefusedError."""
        ...

    def made(self, kind: Kind, row: Row) -> None:
        """After a row of a request, and all rows in it, were kept."""
        ...

    def changed(self, kind: Kind, row: Row, values: Row) -> None:
        """After values of a row were changed, rows below it were added or removed (``values`` is empty then)."""
        ...

    def call(self, name: str, given: Mapping[str, str]) -> tuple[Kind, Row]:
        """A function import."""
        ...


@dataclass
class Listed:
    """Rows of a read, and where it goes on."""

    kind: Kind
    rows: list[Row]
    skip: int | None = None


@dataclass
class Store:
    """All services of one twin; entities of one set are shared by name."""

    services: Mapping[str, Service]
    clock: Callable[[], datetime]
    cap: int = 1000
    tables: dict[str, Table] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def table(self, name: str) -> Table:
        """The entities of a set."""
        return self.tables.setdefault(name, {})

    def kind(self, name: str) -> Kind:
        """A set of any service."""
        return next(each.kinds[name] for each in self.services.values() if name in each.kinds)

    def keep(self, name: str, **values: Any) -> Row:
        """Put an entity in, as somebody over there does."""
        kind = self.kind(name)
        row = {prop.name: values.get(prop.name, empty(prop)) for prop in kind.props.values()}
        self.table(name)[tuple(row[key] for key in kind.keys)] = row
        return row

    # --- addresses

    def place(self, service: Service, path: str) -> tuple[Kind, Row | None, str | None]:
        """The set, the entity in it and the navigation from there, that a path names; RefusedError."""
        found = PATH.fullmatch(path)
        if found is None or found[1] not in service.kinds:
            raise RefusedError(404, "/IWFND/CM_MGW/029", f"Resource not found for segment '{path[:40]}'")
        kind = service.kinds[found[1]]
        row = None if found[2] is None else self._entity(kind, found[2])
        if found[3] is not None and found[3] not in kind.navs:
            raise RefusedError(404, *NOT_FOUND)
        return kind, row, found[3]

    def _entity(self, kind: Kind, text: str) -> Row:
        parts = [(each[1] or kind.keys[0], each[2]) for each in KEY_PART.finditer(text)]
        if sorted(name for name, _ in parts) != sorted(kind.keys):
            raise RefusedError(400, "/IWFND/CM_MGW/028", "Invalid key predicate")
        given = {name: of_literal(kind.props[name], literal) for name, literal in parts}
        row = self.table(kind.set).get(tuple(given[name] for name in kind.keys))
        if row is None:
            raise RefusedError(404, *NOT_FOUND)
        return row

    # --- reading

    def listed(self, service: Service, kind: Kind, rows: list[Row], query: Mapping[str, str]) -> Listed:
        """The rows that a query means, in its order, as many as one answer has."""
        check_options(query)
        test = filter_of(kind, query["$filter"]) if query.get("$filter") else None
        meant = [row for row in rows if test is None or test(row)]
        names = [self._known(kind, each.removesuffix(" asc")) for each in query.get("$orderby", "").split(",") if each]
        meant.sort(key=lambda row: [_order(row[name]) for name in (*names, *kind.keys)])
        first = int(query.get("$skiptoken", 0)) or int(query.get("$skip", 0))
        top = int(query["$top"]) if "$top" in query else None
        wanted = meant[first:] if top is None else meant[first : first + top]
        self.check_paths(service, kind, query)
        cut = len(wanted) > self.cap
        return Listed(kind, wanted[: self.cap], first + self.cap if cut else None)

    def _known(self, kind: Kind, name: str) -> str:
        if name not in kind.props:
            raise RefusedError(400, "/IWFND/CM_MGW/031", f"Unknown property '{name}'", field=name)
        return name

    def check_paths(self, service: Service, kind: Kind, query: Mapping[str, str]) -> None:
        """RefusedError where $select or $expand name what is not there, or select what is not expanded."""
        expanded = [path for path in query.get("$expand", "").split(",") if path]
        for path in expanded:
            self._walk(service, kind, path.split("/"))
        for path in filter(None, query.get("$select", "").split(",")):
            *way, name = path.split("/")
            if way and "/".join(way) not in expanded:
                raise RefusedError(400, "/IWFND/CM_MGW/031", f"'{path}' is not expanded")
            self._known(self._walk(service, kind, way), name)

    def _walk(self, service: Service, kind: Kind, way: list[str]) -> Kind:
        for step in way:
            if step not in kind.navs:
                raise RefusedError(400, "/IWFND/CM_MGW/031", f"Unknown navigation '{step}'", field=step)
            kind = service.kinds[kind.navs[step].set]
        return kind

    def behind(self, kind: Kind, row: Row, nav: str) -> list[Row]:
        """The entities that one leads to."""
        leads = kind.navs[nav]
        wanted = {**{there: row[here] for there, here in leads.on.items()}, **leads.fixed}
        found = [each for each in self.table(leads.set).values() if all(each[n] == v for n, v in wanted.items())]
        return sorted(found, key=lambda each: [_order(each[name]) for name in self.kind(leads.set).keys])

    def told(self, service: Service, kind: Kind, row: Row, query: Mapping[str, str], root: str) -> Row:
        """An entity as an answer tells it, with what is expanded."""
        expand = [path.split("/") for path in query.get("$expand", "").split(",") if path]
        select = [path.split("/") for path in query.get("$select", "").split(",") if path]
        return self._told(service, kind, row, expand, select, root)

    def _told(
        self, service: Service, kind: Kind, row: Row, expand: list[list[str]], select: list[list[str]], root: str
    ) -> Row:
        wanted = {path[0] for path in select if len(path) == 1}
        address = f"{root}/{kind.set}({predicate(kind, row)})"
        meta = {"id": address, "uri": address, "type": f"{service.name}.{kind.set}Type"}
        etag = self.etag(kind, row)
        made: Row = {"__metadata": {**meta, "etag": etag} if etag else meta}
        made |= {name: value for name, value in shown(row, kind.props).items() if not select or name in wanted}
        for nav, leads in kind.navs.items():
            below = [path[1:] for path in expand if path[0] == nav]
            if not below:
                if not select:
                    made[nav] = {"__deferred": {"uri": f"{address}/{nav}"}}
                continue
            inner = [path[1:] for path in select if path[0] == nav and len(path) > 1]
            target = service.kinds[leads.set]
            rows = [
                self._told(service, target, each, [path for path in below if path], inner, root)
                for each in self.behind(kind, row, nav)
            ]
            made[nav] = {"results": rows} if leads.many else next(iter(rows), None)
        return made

    def etag(self, kind: Kind, row: Row) -> str | None:
        """The version of an entity."""
        if kind.etag is None:
            return None
        value = row[kind.etag]
        if isinstance(value, datetime):
            return f"W/\"datetimeoffset'{value.isoformat(timespec='microseconds').replace('+00:00', 'Z')}'\""
        return f"W/\"'{value}'\""

    # --- writing

    def insert(self, service: Service, kind: Kind, body: Any, rules: Rules, *, given: Row | None = None) -> Row:
        """Make an entity with the rows in it; all of it or nothing."""
        if not isinstance(body, dict):
            raise RefusedError(400, "/IWFND/CM_MGW/096", "The request body is no entity")
        own = {name: value for name, value in body.items() if name not in kind.navs}
        values = self._values(kind, own, fixed=frozenset({"ro"}))
        row = {prop.name: empty(prop) for prop in kind.props.values()} | values | (given or {})
        for prop in kind.props.values():
            if "must" in prop.flags and row[prop.name] in (None, ""):
                raise RefusedError(400, "/IWBEP/CM_MGW_RT/023", f"Property '{prop.name}' is missing", field=prop.name)
        rules.making(kind, row)
        key = tuple(row[name] for name in kind.keys)
        if key in self.table(kind.set):
            raise RefusedError(400, "/IWBEP/CM_MGW_RT/024", "The entity exists already")
        self.table(kind.set)[key] = row
        for name in (name for name in body if name in kind.navs):
            leads, value = kind.navs[name], body[name]
            rows = value.get("results") if isinstance(value, dict) else value
            if not isinstance(rows, list):
                raise RefusedError(400, "/IWFND/CM_MGW/096", "Rows are a list")
            for each in rows:
                held = {there: row[here] for there, here in leads.on.items()} | dict(leads.fixed)
                self.insert(service, service.kinds[leads.set], each, rules, given=held)
        rules.made(kind, row)
        return row

    def merge(self, kind: Kind, row: Row, body: Any, rules: Rules) -> None:
        """Change values of an entity."""
        if not isinstance(body, dict):
            raise RefusedError(400, "/IWFND/CM_MGW/096", "The request body is no entity")
        values = self._values(kind, body, fixed=frozenset({"ro", "key"}))
        row.update(values)
        rules.changed(kind, row, values)

    @staticmethod
    def _values(kind: Kind, body: Row, *, fixed: frozenset[str]) -> Row:
        """The values that a request gives; RefusedError for what is unknown, fixed, or not of its type."""
        values: Row = {}
        for name, value in body.items():
            prop = kind.props.get(name)
            if prop is None:
                raise RefusedError(400, "/IWFND/CM_MGW/027", f"Property '{name}' is invalid", field=name)
            if fixed & prop.flags:
                raise RefusedError(400, "/IWFND/CM_MGW/026", f"Property '{name}' is not written", field=name)
            values[name] = taken(prop, value)
        return values

    def remove(self, kind: Kind, row: Row) -> None:
        """Delete an entity."""
        del self.table(kind.set)[tuple(row[name] for name in kind.keys)]

    def copy(self) -> dict[str, Table]:
        """Everything, to be put back."""
        return deepcopy(self.tables)

    def put_back(self, tables: dict[str, Table]) -> None:
        """Undo what happened since."""
        self.tables.clear()
        self.tables.update(tables)


def check_options(query: Mapping[str, str]) -> None:
    """RefusedError for an option that there is not."""
    for name in query:
        if name.startswith("$") and name not in OPTIONS:
            raise RefusedError(400, "/IWFND/CM_MGW/030", f"Unknown option {name}")


def predicate(kind: Kind, row: Row) -> str:
    """The key of an entity, as its address has it."""
    told_ = {name: told(kind.props[name], row[name]) for name in kind.keys}
    if len(told_) == 1:
        return f"'{next(iter(told_.values()))}'"
    return ",".join(f"{name}='{value}'" for name, value in told_.items())


def _order(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if value is not None else 0)


def rows_of(tables: Mapping[str, Table], name: str) -> Iterator[Row]:
    """The entities of a set."""
    yield from tables.get(name, {}).values()
