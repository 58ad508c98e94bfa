"""YAML 1.2 as JSON could say it; hostile files are refused quickly, with file and line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import InvalidError
from hub.files.yaml import MAX_CHARACTERS, MAX_DEPTH, MAX_KEY, MAX_VALUES, read_yaml


def test_only_yaml_1_2_words_are_words() -> None:
    words = ["country: NO", "switch: [on, off, y, yes]", "day: 2026-01-31", "time: 12:30:45", "bits: 0x1f"]
    text = "\n".join([*words, "octal: 010", "yes: true", "none: [~, null, '', \"null\"]"])
    assert read_yaml(text, "f.yaml").data == {
        "country": "NO",
        "switch": ["on", "off", "y", "yes"],
        "day": "2026-01-31",
        "time": "12:30:45",
        "bits": "0x1f",
        "octal": 10,
        "yes": True,
        "none": [None, None, "", "null"],
    }


def test_every_key_and_member_knows_its_line() -> None:
    document = read_yaml("a:\n  b: 1\n  c:\n    - x\n    - {d: 2}\nnull: 3\n", "f.yaml")
    places = [("a",), ("a", "b"), ("a", "c", 1), ("a", "c", 1, "d"), ("null",)]
    assert [document.line(place) for place in places] == [1, 2, 5, 5, 6]
    assert document.line(("a", "c", 1, "d", "further")) == 5
    assert document.line(("nowhere",)) == 1


def test_a_key_may_be_null_true_or_a_number() -> None:
    assert read_yaml("{null: a, true: b, 5: c}", "f.yaml").data == {None: "a", True: "b", 5: "c"}


def test_an_alias_repeats_a_value() -> None:
    assert read_yaml("a: &x {b: 1}\nc: *x\n", "f.yaml").data == {"a": {"b": 1}, "c": {"b": 1}}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "the key 'a' stands here a second time"),
        ("1: x\ntrue: y\n", 2, "stands here a second time"),
        ("a:\n  - b\n c: d\n", 3, "expected"),
        ("a: !!python/object:os.system x", 1, "is not allowed"),
        ("a: !own {b: c}", 1, "is not allowed"),
        ("a: &x {b: 1}\nc:\n  <<: *x\n", 3, "merge keys are not allowed"),
        ("%YAML 1.1\n---\na: NO\n", 2, "every file is YAML 1.2"),
        ("a: 1\n---\nb: 2\n", 2, "a second document begins here"),
        ("a: *x\n", 1, "no anchor before it"),
        ("a: &a [*a]\n", 1, "no anchor before it"),
        ("? [a]\n: b\n", 1, "a key must be a single value"),
        ("? &k {a: b}\n: c\n", 1, "a key must be a single value"),
        ("a: &k [b]\n? *k\n: c\n", 2, "a key must be a single value"),
        ("a: 1\nb: \0", 2, r"the control character U\+0000 is not allowed"),
        ("a: '", 1, "while|found|quoted"),
    ],
)
def test_what_json_could_not_say_is_refused_with_file_and_line(text: str, line: int, reason: str) -> None:
    with pytest.raises(InvalidError, match=reason) as caught:
        read_yaml(text, "dir/f.yaml")
    assert caught.value.fields[0].path == f"dir/f.yaml:{line}"


def laughs() -> str:
    lines = ["a: &a [x,x,x,x,x,x,x,x,x,x]"]
    for one, other in zip("abcdefghi", "bcdefghij", strict=True):
        lines.append(f"{other}: &{other} [{','.join(['*' + one] * 10)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (laughs(), f"more than {MAX_VALUES} values"),
        ("[" * 50_000, f"deeper than {MAX_DEPTH} levels"),
        ("- " * 20_000, f"deeper than {MAX_DEPTH} levels"),
        ("{a: " * 14_000, f"deeper than {MAX_DEPTH} levels"),
        ("\n".join(" " * depth + "a:" for depth in range(300)), f"deeper than {MAX_DEPTH} levels"),
        ("[" + "[]," * 19_000 + "]", f"more than {MAX_VALUES} values"),
        ("a: x\n" * 2_000_000, f"longer than {MAX_CHARACTERS} characters"),
        ("? " * 20_000, "a key must be a single value"),
        ("? '" + "] <-> " * 9_000 + "'\n: x\n", f"longer than {MAX_KEY} characters"),
    ],
    ids=["laughs", "flow", "dashes", "braces", "indents", "many", "long", "questions", "key"],
)
@pytest.mark.timeout(20)  # the promise is one second; a loaded machine is given more before the test fails
def test_a_hostile_file_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InvalidError, match=reason):
        read_yaml(text, "f.yaml")


@given(
    st.text(max_size=200)
    | st.lists(st.sampled_from([*"[]{}:,&*!|>?-#%@`'\" \n\tab1", "---\n", "<<: ", "\n  "]), max_size=60).map("".join)
)
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        document = read_yaml(text, "f.yaml")
    except InvalidError as error:
        document = None
        message = str(error)
    assert document is not None or message.startswith("f.yaml cannot be read; f.yaml:")
