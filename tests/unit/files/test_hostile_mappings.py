"""Hostile mapping files are refused, clearly and at once; no text whatever is anything but a mapping or a refusal."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.errors import InvalidError
from hub.domain.expression import parse
from hub.domain.mapping.rules import MappingSpec
from hub.domain.mapping.syntax import parse_codec, parse_list_path, parse_operand, parse_path, split_rule
from hub.files.data import data_dir
from hub.files.lint import lint
from hub.files.mappings import load_mapping, parse_mapping, read_mapping
from hub.files.schema_tree import SchemaFolder

HEAD = "map: thing/sys.object\nversion: 1\nhub: {entity: thing}\nremote: {system: sys, object: object}\n"
SOUND = (data_dir("mappings") / "tryton" / "customer.yaml").read_text("utf-8")
SCHEMAS = SchemaFolder(data_dir("schemas"))


def laughs() -> str:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"]
    for one, other in zip("abcdefghi", "bcdefghij", strict=True):
        lines.append(f"{other}: &{other} [{','.join(['*' + one] * 10)}]")
    return "\n".join(lines)


def rules(count: int, text: str) -> str:
    return HEAD + "fields:\n" + "".join(text.format(n=number) for number in range(count))


FILES = {
    "ten megabytes": ("a: x\n" * 2_000_000, "longer than"),
    "anchors that explode": (laughs(), "holds more than"),
    "deep nesting": ("[" * 50_000, "nested deeper"),
    "deep rules": (
        HEAD + "fields:\n" + "".join("  " * (n + 1) + f"a{n}[i] <-> b[i]:\n" for n in range(30)),
        "nested deeper",
    ),
    "two of one key": (HEAD + "fields:\n  a <-> b:\n  a <-> b:\n", "stands here a second time"),
    "a tag": (HEAD + "fields: !!python/object/apply:os.system ['true']\n", "tag"),
    "a merge key": ("x: &x {a: 1}\ny:\n  <<: *x\n", "merge keys"),
    "a NUL": (HEAD + "fields: {a\0 <-> b: }\n", r"f\.yaml:5: file: the control character U\+0000"),
    "a control character": (HEAD + "fields: {a\x1b <-> b: }\n", r"f\.yaml:5: file: the control character U\+001B"),
    "too many rules": (rules(3000, "  a{n} <-> b{n}:\n"), "more than 500 rules"),
    "a thousand unknown names": (rules(1400, "  a{n} <-> b: {{map: t{n}}}\n"), "there is no value table"),
    "a thousand unknown options": (
        rules(1, "  a <-> b: {{" + ", ".join(f"own{n}: 1" for n in range(3000)) + "}}\n"),
        "not known",
    ),
    "keys full of arrows": (rules(110, '  "{n} ' + "] <-> " * 80 + '": {{}}\n'), "is no list aligned by key|to mend"),
    "keys full of brackets": (rules(110, '  "{n} ' + "] " * 230 + '": {{}}\n'), "is no rule"),
    "powers": (rules(1, "  expr '9**9**9' -> b:\n"), "operator that is not allowed"),
    "long numbers": (rules(1, "  expr '" + "9" * 400 + "' -> b:\n"), "number out of range"),
    "brackets": (rules(1, "  expr '" + "(" * 450 + "' -> b:\n"), "cannot be read"),
    "attributes": (rules(1, "  expr 'a.__class__.__mro__' -> b:\n"), "is no name of a field"),
    "calls": (rules(1, "  a -> b: {{when: \"__import__('os')\"}}\n"), "is no name of a field|cannot be called"),
    "walrus": (rules(1, "  a -> b: {{when: '(a := 1)'}}\n"), "is not allowed"),
    "comprehensions": (rules(1, "  a -> b: {{when: '[a for a in b]'}}\n"), "is not allowed"),
}


@pytest.mark.timeout(15)  # the promise is one second; a loaded machine is given more before the test fails
@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    text, reason = FILES[name]
    (tmp_path / "f.yaml").write_text(text, "utf-8")
    with pytest.raises(InvalidError, match=reason):
        load_mapping(tmp_path / "f.yaml")


def test_what_is_no_text_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "f.yaml").write_bytes(b"map: \xff\xfe\n")
    with pytest.raises(InvalidError, match=r"f\.yaml.*byte 6 is no UTF-8 text"):
        load_mapping(tmp_path / "f.yaml")
    (tmp_path / "g.yaml").write_bytes("map: a\n".encode("utf-16"))
    with pytest.raises(InvalidError, match="is no UTF-8 text"):
        load_mapping(tmp_path / "g.yaml")
    with pytest.raises(InvalidError, match="no mapping file"):
        load_mapping(tmp_path / "nowhere.yaml")


@pytest.mark.timeout(15)
@pytest.mark.parametrize(
    ("count", "text"),
    [
        (490, "  a[k={n}].v -> b[k={n}].v:\n"),
        (490, "  same -> same:\n".replace("same:", "x{n}.same:")),
        (300, "  a{n} <-> b{n}: {{map: t}}\n"),
    ],
    ids=["selectors", "sources", "tables"],
)
def test_a_large_file_is_linted_at_once(count: int, text: str) -> None:
    tables = "values:\n  t: {" + ", ".join(f"{number}: {number}" for number in range(2500)) + "}\n"
    spec, problems = read_mapping(rules(count, text) + tables, "f.yaml")
    assert problems == []
    assert spec is not None
    assert len(lint(spec, SCHEMAS)) <= 1


# --- any text at all


def outcome(text: str) -> MappingSpec | InvalidError:
    try:
        spec = parse_mapping(text, "f.yaml")
    except InvalidError as error:
        return error
    lint(spec, SCHEMAS)
    return spec


PIECES = st.sampled_from(
    [*" \n:[]{}<->=|,.\"'&*!?%@`#\\", "  ", "\n  ", " <-> ", " -> ", " <- ", "fields:", "values:", "null", "true",
     "expr ", "const ",
     "[id]", "[type=a, first]", "{as: number(2)}", "map: ", "ref: x", "remove", "9" * 30, "甲", "\u2028"]
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A sound file with pieces taken out, doubled and put in."""
    text = SOUND
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(text)))
        end = min(len(text), at + draw(st.integers(0, 40)))
        text = text[:at] + "".join(draw(st.lists(PIECES, max_size=4))) + text[end:]
    return text


@settings(max_examples=150, deadline=None)
@given(damaged())
def test_a_damaged_file_is_a_mapping_or_a_refusal(text: str) -> None:
    assert outcome(text) is not None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300) | st.lists(PIECES, max_size=40).map("".join))
def test_any_text_is_a_mapping_or_a_refusal(text: str) -> None:
    for file in (text, HEAD + text, f"{HEAD}fields:\n  {text}"):
        assert outcome(file) is not None


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=120))
def test_any_bytes_are_a_mapping_or_a_refusal(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(content)
    with pytest.raises(InvalidError):
        load_mapping(path)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80) | st.lists(PIECES, max_size=30).map("".join))
def test_the_small_grammars_read_or_refuse_any_text(text: str) -> None:
    for read in (parse, parse_path, parse_list_path, parse_operand, parse_codec, split_rule):
        try:
            read(text)
        except InvalidError as error:
            assert str(error)  # noqa: PT017 - most texts are refused, some are read
