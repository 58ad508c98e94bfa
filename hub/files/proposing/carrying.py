"""How a value may be carried between two fields, by their types and forms: the codec, its options, the directions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hub.domain.mapping.rules import Direction
from hub.files.proposing.forms import form_of
from hub.files.proposing.tables import Table, table_of
from hub.files.schema_tree import SchemaNode

BOTH, PUSH, PULL = Direction.BOTH, Direction.PUSH, Direction.PULL
ALL_WAYS = (BOTH, PULL, PUSH)


@dataclass(frozen=True)
class Locale:
    """What no schema says: where telephones without country code are, and the zone of local times."""

    region: str = "CN"
    zone: str = "Asia/Shanghai"


@dataclass(frozen=True)
class Carriage:
    """A way to carry a value: the options of the rule, the directions to try in this order, how well the types fit."""

    options: Mapping[str, Any] = field(default_factory=dict)
    ways: tuple[Direction, ...] = ALL_WAYS
    fit: float = 0.9
    doubt: str = ""
    table: Table | None = None


Way = Callable[[SchemaNode, SchemaNode, Locale], Carriage | None]


def carriage(ours: SchemaNode, theirs: SchemaNode, where: Locale) -> Carriage | None:
    """How to carry a value between two fields; None where their types do not go together."""
    way = TABLE.get((form_of(ours), form_of(theirs)))
    found = None if way is None else way(ours, theirs, where)
    return None if found is None else _allowed(found, ours, theirs)


def _allowed(found: Carriage, ours: SchemaNode, theirs: SchemaNode) -> Carriage | None:
    """The directions that both sides allow, and what they ask for besides."""
    ways = found.ways
    if theirs.says("readOnly"):
        ways = tuple(way for way in ways if not way.pushes) or ((PULL,) if BOTH in found.ways else ())
    if theirs.says("x-write-only") or ours.says("readOnly"):
        ways = tuple(way for way in ways if not way.pulls)
    told = theirs.says("type")
    never_null = told is not None and "null" not in told
    omit = {"null": "omit"} if never_null and any(way.pushes for way in ways) else {}
    once = {"create_only": "push"} if theirs.says("x-create-only") and ways and ways[0].pushes else {}
    secret = {"sensitive": True} if ours.says("x-sensitive") else {}
    return replace(found, options={**found.options, **omit, **once, **secret}, ways=ways) if ways else None


# --- the ways


def _as_it_is(*ways: Direction, fit: float = 0.9, doubt: str = "") -> Way:
    return lambda _ours, _theirs, _where: Carriage({}, ways or ALL_WAYS, fit, doubt)


def _by(codec: str, *ways: Direction, fit: float = 1.0) -> Way:
    return lambda _ours, _theirs, _where: Carriage({"as": codec}, ways or ALL_WAYS, fit)


def _text(ours: SchemaNode, theirs: SchemaNode, _: Locale) -> Carriage:
    most, longest = theirs.says("maxLength"), ours.says("maxLength")
    cut = {"max": most} if isinstance(most, int) and (longest is None or longest > most) else {}
    return Carriage(cut)


def _decimal(codec: str) -> Way:
    def way(ours: SchemaNode, theirs: SchemaNode, _: Locale) -> Carriage:
        places = theirs.says("x-places")
        least = 2 if ours.says("x-money") else 0
        if isinstance(places, int) and least <= places <= 20:  # noqa: PLR2004 - more places than any format has
            return Carriage({"as": f"{codec}({places})"}, fit=1.0)
        if codec == "decimal" and not least:
            return Carriage(fit=0.98)
        return Carriage({"as": f"{codec}({least or 6})"}, fit=0.98, doubt="check how many places it has")

    return way


def _whole(ours: SchemaNode, _theirs: SchemaNode, _: Locale) -> Carriage | None:
    return None if ours.says("x-money") else Carriage({"as": "number(0)"}, fit=0.8)


def _local(_ours: SchemaNode, theirs: SchemaNode, where: Locale) -> Carriage:
    stated = theirs.says("x-zone")
    zone = stated if isinstance(stated, str) else where.zone
    return Carriage({"as": "datetime", "tz": zone}, fit=1.0, doubt="" if stated else f"check that its zone is {zone}")


def _epoch(_ours: SchemaNode, theirs: SchemaNode, _: Locale) -> Carriage:
    return Carriage({"as": str(theirs.says("x-look"))}, fit=0.95, doubt="check the unit")


def _phone(_ours: SchemaNode, _theirs: SchemaNode, where: Locale) -> Carriage:
    return Carriage(
        {"as": f"phone({where.region})"}, fit=1.0, doubt=f"numbers without country code are of {where.region}"
    )


def _country(_ours: SchemaNode, theirs: SchemaNode, _: Locale) -> Carriage:
    three = theirs.says("maxLength") == len("CHN")
    return Carriage({"as": "country(alpha3)" if three else "country"}, fit=1.0)


def _reference(extra: Mapping[str, Any]) -> Way:
    return lambda ours, _theirs, _where: Carriage({"ref": str(ours.says("x-ref")), **extra}, fit=0.95)


def _table(ours: SchemaNode, theirs: SchemaNode, _: Locale) -> Carriage | None:
    table = table_of(ours, theirs)
    if table is None:
        return None
    options: dict[str, Any] = {"map": ""} if table.is_whole else {"map": "", "other": "review"}
    return Carriage(options, fit=0.6 + 0.4 * table.share, doubt=table.doubt, table=table)


YES = frozenset({"1", "true", "yes", "y", "是", "on", "t", "x"})
NO = frozenset({"0", "false", "no", "n", "否", "off", "f", "", "-"})


def _yes_no(_ours: SchemaNode, theirs: SchemaNode, _: Locale) -> Carriage | None:
    words = [value for value in theirs.choices or () if value is not None]
    yes = [word for word in words if str(word).lower() in YES]
    no = [word for word in words if str(word).lower() in NO]
    if len(words) != 2 or len(yes) != 1 or len(no) != 1:  # noqa: PLR2004 - yes and no
        return None
    told = [f'"{word}"' if isinstance(word, str) else str(word).lower() for word in (yes[0], no[0])]
    return Carriage({"as": f"bool({told[0]}, {told[1]})"}, fit=1.0)


TABLE: Mapping[tuple[str, str], Way] = {
    ("bool", "bool"): _as_it_is(fit=1.0),
    ("bool", "enum"): _yes_no,
    ("bool", "int"): _by("bool(1, 0)", fit=0.6),
    ("country", "country"): _country,
    ("country", "text"): _country,
    ("currency", "currency"): _as_it_is(fit=1.0),
    ("currency", "enum"): _as_it_is(PULL),
    ("currency", "text"): _as_it_is(),
    ("date", "compact date"): _by("date(compact)"),
    ("date", "date"): _by("date"),
    ("date-time", "date-time"): _by("datetime"),
    ("date-time", "epoch"): _epoch,
    ("date-time", "local-date-time"): _local,
    ("decimal", "decimal"): _decimal("decimal"),
    ("decimal", "int"): _whole,
    ("decimal", "number"): _decimal("number"),
    ("email", "email"): _by("email"),
    ("email", "text"): _by("email", fit=0.95),
    ("enum", "enum"): _table,
    ("enum", "text"): _as_it_is(PUSH, fit=0.7, doubt="as text, without a table"),
    ("int", "int"): _as_it_is(fit=1.0),
    ("int", "number"): _as_it_is(PUSH, PULL, fit=0.8),
    ("phone", "phone"): _phone,
    ("phone", "text"): _phone,
    ("ref", "int"): _reference({}),
    ("ref", "pair"): _reference({"as": "pair(0)"}),
    ("ref", "text"): _reference({}),
    ("text", "email"): _as_it_is(PULL, PUSH, fit=0.8),
    ("text", "enum"): _as_it_is(PULL, fit=0.7),
    ("text", "pair"): _by("pair(1)", PULL, fit=0.8),
    ("text", "phone"): _as_it_is(PULL, PUSH, fit=0.8),
    ("text", "text"): _text,
    ("text", "uri"): _as_it_is(PULL, PUSH, fit=0.8),
    ("time", "time"): _as_it_is(fit=1.0),
    ("uri", "text"): _as_it_is(),
    ("uri", "uri"): _as_it_is(fit=1.0),
}
"""By the forms of both sides; what does not stand here does not go together."""
