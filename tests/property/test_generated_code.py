"""Generated code and the reference give equal documents or equal refusals, for any mapping and any documents."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.domain.documents import Doc
from hub.domain.expression import parse
from hub.domain.mapping import Mapping, compile_mapping
from hub.domain.mapping.codecs import Chain, Codec, Cut, Plain, Ref, ValueMap
from hub.domain.mapping.codecs.texts import Strip
from hub.domain.mapping.links import Refs
from hub.domain.mapping.paths import Path
from hub.domain.mapping.rules import (
    CreateOnly,
    Direction,
    FieldRule,
    ListRule,
    MappingSpec,
    Members,
    OnNull,
    OnOther,
    Owner,
    Rule,
    Spread,
)
from hub.domain.mapping.syntax import parse_codec, parse_list_path, parse_operand, parse_path
from hub.domain.mapping.values import ABSENT
from hub.files.compiling import CompiledMapping
from hub.files.compiling import compile_mapping as generate

Case = tuple[Mapping, CompiledMapping, Doc, Doc | None]
Carry = Callable[[Doc, Doc | None, Refs], Doc]
TABLES: dict[str, dict[Any, tuple[Any, ...]]] = {
    "word": {"open": ("Open", "Opened"), "shut": ("Shut",)},
    "code": {"open": (0,), "shut": (1, 2)},
    "flag": {True: ("Y",), False: ("N", "X")},
    "mark": {"open": (True,), "shut": (False,)},
    "none": {"open": ("Open",), "empty": (None,)},
    "mixed": {"open": (1, "Open"), 2: ("Shut", True)},
    "twice": {"open": ("Open",), "shut": ("Shut", "Open")},
}
CODECS = (
    "decimal(2)", "decimal(0)", "number(0)", "number(2)", "number(18)", "scale(100, 2)", "scale(3, 0)", "bool(Y, N)",
    "bool(1, 0)", "bool(true, false)", "bool(Y, null)", "bool(x, x)", "date", "date(compact)", "datetime", "email",
    "strip", "phone(CN)", "enum_case(title)", "epoch(s)", "country(alpha3)", 'join(", ")', 'split(", ")', "pair(0)",
    "money(by: currency)", "minor_units(by: n.a)",
)  # fmt: skip
CONDITIONS = (
    "a == 'open'", "a != 'x' and b in ['open', 'shut']", "not n.a", "number(b) > 2", "1 < a < 5", "a == b or c",
    "length(a) > 2 if b else true", "coalesce(a, b, 'x') == 'x'", "-a < 3", "a % 2 == 0", "a not in ['open']",
    "record.a == 'open'", "starts_with(text(a), 'o')", "record.n.a == a", "a / b > 1",
)  # fmt: skip
SOURCES = (
    "const open",
    "const 1",
    "const true",
    "const null",
    "expr 'a'",
    "expr 'a + b'",
    "expr 'number(a) * 2'",
    "expr 'n.o.a'",
)
DEFAULTS: tuple[Any, ...] = ("open", 1, 2.5, ["a"], True)
FIELDS = ("a", "b", "c", "n.a", "n.b", "n.o.a", "rows[type=x, first].v", "rows[type=x|y].v", "rows[type=z, first].q.v")
LISTS = (("l[id]", "m[key]"), ("n.l[id]", "m[key]"), ("l[id]", "n.m[key]"), ("l[id, kind=x]", "m[key]"))


# --- mappings


@st.composite
def codecs(draw: st.DrawFn) -> Codec:
    """As mapping files combine them: a table or a reference, then a codec, then a length."""
    name, entity = draw(st.sampled_from(sorted(TABLES))), draw(st.sampled_from(["customer", "thing"]))
    table = ValueMap(name, tuple(TABLES[name].items()))
    kinds: list[list[Codec]] = [[Plain()], [Plain()], [table], [Ref(entity)], [table, Strip()], [Ref(entity), Cut(3)]]
    parts = draw(st.sampled_from(kinds) | st.sampled_from(CODECS).map(lambda text: [parse_codec(text)]))
    parts = [*parts, Cut(3)] if draw(st.integers(0, 6)) == 0 else parts
    return parts[0] if len(parts) == 1 else Chain(tuple(parts))


def seldom(draw: st.DrawFn, usual: Any, *others: Any) -> Any:
    return draw(st.sampled_from(others)) if draw(st.integers(0, 5)) == 0 else usual


def perhaps(draw: st.DrawFn) -> bool:
    return draw(st.integers(0, 5)) == 0


@st.composite
def field_rules(draw: st.DrawFn, way: Direction) -> FieldRule:
    direction = way if way is not Direction.BOTH else draw(st.sampled_from([Direction.BOTH, *Direction]))
    hub, remote = (parse_operand(draw(st.sampled_from(FIELDS))) for _ in range(2))
    codec = draw(codecs())
    if direction is not Direction.BOTH and draw(st.integers(0, 3)) == 0:
        source = parse_operand(draw(st.sampled_from(SOURCES)))
        hub, remote = (source, remote) if direction is Direction.PUSH else (hub, source)
    if isinstance(remote, Path) and draw(st.integers(0, 12)) == 0:
        remote, codec = Spread((remote, parse_path("d"))), parse_codec("datetime", tz="Asia/Shanghai").over(2)
    when = seldom(draw, None, *CONDITIONS)
    return FieldRule(
        hub,
        remote,
        direction,
        Owner.HUB,
        codec=codec,
        null=seldom(draw, OnNull.CLEAR, OnNull.KEEP, OnNull.OMIT),
        other=seldom(draw, OnOther.ERROR, *OnOther),
        create_only=seldom(draw, CreateOnly.NO, *CreateOnly),
        sensitive=perhaps(draw),
        when=None if when is None else parse(when),
        default=seldom(draw, None, *DEFAULTS),
    )


@st.composite
def rules(draw: st.DrawFn, *, depth: int = 2, way: Direction = Direction.BOTH) -> tuple[Rule, ...]:
    found: list[Rule] = draw(
        st.lists(field_rules(way), min_size=1, max_size=4, unique_by=lambda rule: str(rule.remote))
    )
    if depth and draw(st.integers(0, 2)):
        hub, remote = draw(st.sampled_from(LISTS))
        direction = way if way is not Direction.BOTH else draw(st.sampled_from([Direction.BOTH, *Direction]))
        inner = draw(rules(depth=depth - 1, way=direction))
        who = draw(st.sampled_from(Members))
        ids = perhaps(draw)
        found.append(ListRule(parse_list_path(hub), parse_list_path(remote), direction, who, inner, remote_ids=ids))
    return tuple(found)


@st.composite
def both_ways(draw: st.DrawFn) -> tuple[Mapping, CompiledMapping]:
    spec = MappingSpec(
        "sys/thing.yaml", "thing/sys.object", 1, "thing", "sys", "object", partial=perhaps(draw),
        rules=draw(rules()),
    )  # fmt: skip
    return compile_mapping(spec), generate(spec)


# --- documents

VALUES: tuple[Any, ...] = (
    None, "", "open", "shut", "Open", "Opened", "Shut", "Y", "N", "x", "2.5", "2.50", "2.505", "-0", "-0.00", "007",
    "0.13", "1e3", "12345678901234567890.12", "NaN", 0, 1, 2, 13, -3, 1.0, 0.0, 2.5, 2.505, 0.1, 1e22, True, False,
    "2026-01-31", "2026-01-31T08:00:00+00:00", "20260131", "2026-W01-1", "A@b.cn ", " a ", "13800138000", "CN", "CHN",
    "C1", "RC1", "CNY", "In Service", "a, b", ["a", "b"], [1, 2], [], {}, {"a": 1}, {"a": True},
)  # fmt: skip
hostile = st.recursive(
    st.sampled_from([*VALUES, "key", "type"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcnolmvq"), inner, max_size=3),
    max_leaves=6,
)


def objects(leaf: st.SearchStrategy[Any], *, depth: int, wild: bool) -> st.SearchStrategy[Doc]:
    """Objects of the shapes that the paths mean; wild ones hold anything anywhere."""
    anything = hostile if wild else st.nothing()
    inner = told(a=leaf, b=leaf, x=leaf)
    kinds = st.sampled_from(["x", "y", "z", None])
    row = st.tuples(kinds, told(v=leaf, q=inner)).map(lambda pair: {"type": pair[0], **pair[1]})
    unique = None if wild else (lambda row: row["type"] in ("x", "y"))
    rows = st.lists(row | anything, max_size=3, unique_by=unique)
    fields = {**dict.fromkeys("abcdx", leaf), "rows": rows | anything}
    nested = {"a": leaf, "b": leaf, "x": leaf, "o": inner | st.none() | anything}
    if depth:
        listed = members(objects(leaf, depth=depth - 1, wild=wild), wild=wild)
        fields |= dict.fromkeys("lm", listed | anything)
        nested |= dict.fromkeys("lm", listed | st.none() | anything)
    currency = st.sampled_from(["CNY", "JPY", None])
    return told(currency=currency, **fields, n=told(**nested) | st.none() | anything)


def told(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Doc]:
    """An object without the fields that are absent."""
    return st.fixed_dictionaries(fields).map(
        lambda doc: {name: value for name, value in doc.items() if value is not ABSENT}
    )


def members(member: st.SearchStrategy[Doc], *, wild: bool) -> st.SearchStrategy[list[Any]]:
    keys = st.sampled_from(["L1", "L2", "L3", "L4"])
    odd: st.SearchStrategy[Any] = st.sampled_from(["L1", 7, "7", None, "", True, 1.5, []])
    chosen = st.lists(odd if wild else keys, max_size=3, unique_by=None if wild else str)
    listed = chosen.flatmap(lambda names: st.tuples(*(keyed(member, name) for name in names)))
    return listed.map(list) | (st.lists(hostile, max_size=2) if wild else st.nothing())


def keyed(member: st.SearchStrategy[Doc], name: Any) -> st.SearchStrategy[Doc]:
    return member.map(lambda each: {**each, "id": name, "key": name, "kind": "x"})


def edges(rules: tuple[Rule, ...]) -> Iterator[Any]:
    """The values that matter to the codecs of a mapping."""
    for rule in rules:
        if isinstance(rule, ListRule):
            yield from edges(rule.rules)
        else:
            yield from (*rule.codec.hub_edges(), *rule.codec.remote_edges())


@st.composite
def cases(draw: st.DrawFn, *, wild: bool) -> Case:
    """A mapping with documents of few values, so that they often mean the same to it."""
    reference, generated = draw(both_ways())
    known = [each for each in edges(reference.spec.rules) if not isinstance(each, tuple)]
    palette = draw(st.lists(st.sampled_from([*VALUES, *known * 4]), min_size=2, max_size=6))
    values = st.sampled_from([*palette, ABSENT])
    docs = objects(values | hostile if wild else values, depth=2, wild=wild)
    return reference, generated, draw(docs), draw(docs | st.none())


class Links:
    """Some records are linked, and members of lists too."""

    def to_remote(self, entity: str, hub_id: str) -> str | None:
        return f"R{hub_id}" if hub_id[:1] in ("C", "L", "o") else None

    def to_hub(self, entity: str, remote_id: str) -> str | None:
        return remote_id[1:] if remote_id.startswith("R") else None


def outcome(carry: Carry, doc: Doc, old: Doc | None) -> tuple[str, ...]:
    """A document, told so exactly that 1, 1.0 and true differ; or a refusal with everything that it says."""
    given = deepcopy((doc, old))
    try:
        found: tuple[str, ...] = ("gives", repr(carry(doc, old, Links())))
    except Exception as error:  # noqa: BLE001 - what a refusal is, the reference says
        found = ("refuses", type(error).__name__, str(error), repr(vars(error)))
    assert repr((doc, old)) == repr(given), "a document that was given has changed"
    return found


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(cases(wild=True))
def test_hostile_documents_are_carried_over_or_refused_alike(case: Case) -> None:
    reference, generated, doc, old = case
    assert outcome(generated.push, doc, old) == outcome(reference.push, doc, old)
    assert outcome(generated.pull, doc, old) == outcome(reference.pull, doc, old)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(cases(wild=False))
def test_generated_code_gives_up_no_document_of_the_usual_shape_that_is_not_refused(case: Case) -> None:
    reference, generated, doc, old = case
    for carried, quick in ((reference.push, generated.quick_push), (reference.pull, generated.quick_pull)):
        expected = outcome(carried, doc, old)
        if expected[0] == "gives":
            assert outcome(quick, doc, old) == expected
