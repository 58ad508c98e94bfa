"""Whatever two schemas look like, a draft of a mapping between them can be read, and nothing in it is refused."""

import json
import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings

from hub.bootstrap.mapping_draft import MISSING, draft
from hub.domain.errors import InvalidError
from hub.files.lint import lint
from hub.files.mappings import read_mapping
from hub.files.proposing.carrying import Locale
from hub.files.proposing.draft import Heading
from hub.files.schema_tree import SchemaFolder

NAMES = st.sampled_from(
    ["name", "Name", "customer_id", "CustomerName", "kehumingcheng", "phone", "mobile", "email", "total", "lines",
     "items", "qty", "quantity", "state", "status", "id", "null", "true", "const x", "a b", "a.b", "客户名称", "编号",
     'qu"ote', "a: b", "# x", "- x", "a <-> b", "x]", "[x]", "x\ny", "expr 'a'", "a + b", "😀", "\u2028", "name" * 120,
     "'", "{", "}", "&a", "*a", "!t", "%", "@", "`", "|", ">", "=", "a=b", "a,b", "a|b", " name", "tax_id", "on", "~"]
)  # fmt: skip
VALUES = st.sampled_from(
    ["draft", "Draft", "open", "posted", "", "y", "no", "null", "a: b", '"', "草稿", "1", "x" * 300]
)


def leaf() -> st.SearchStrategy[dict[str, Any]]:
    text = st.fixed_dictionaries(
        {"type": st.sampled_from(["string", ["string", "null"]])},
        optional={
            "format": st.sampled_from(["date", "date-time", "decimal", "email", "phone", "local-date-time", "uri"]),
            "maxLength": st.integers(1, 300),
            "x-places": st.integers(0, 6),
            "x-money": st.sampled_from([True]),
            "x-ref": st.sampled_from(["customer", "part"]),
            "readOnly": st.booleans(),
            "x-create-only": st.booleans(),
            "x-title": st.fixed_dictionaries({}, optional={"zh": NAMES, "en": NAMES}),
        },
    )
    plain = st.sampled_from([{"type": "integer"}, {"type": "number"}, {"type": "boolean"}, {}, {"type": "object"}])
    listed = st.lists(VALUES, min_size=1, max_size=5, unique=True).map(lambda each: {"type": "string", "enum": each})
    pair = st.just({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2})
    return st.one_of(text, plain, listed, pair)


def made_of(child: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    def around(properties: dict[str, Any]) -> dict[str, Any]:
        required = sorted(properties)[::3]
        return {"type": "object", "additionalProperties": False, "properties": properties, "required": required}

    return st.dictionaries(NAMES, child, min_size=1, max_size=7).map(around)


INNER = made_of(leaf())
FIELD = st.one_of(leaf(), leaf(), INNER, INNER.map(lambda each: {"type": "array", "items": each, "x-key": "id"}))
SCHEMAS = made_of(FIELD)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SCHEMAS, SCHEMAS)
def test_a_draft_is_read_and_nothing_in_it_is_refused(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    with tempfile.TemporaryDirectory() as place:
        for name, schema in (("canonical/thing.json", ours), ("remote/acme/thing.json", theirs)):
            (Path(place) / name).parent.mkdir(parents=True)
            (Path(place) / name).write_text(json.dumps(schema), "utf-8")
        schemas = SchemaFolder(Path(place))
    heading = Heading("thing", "acme", "thing", "canonical/thing.json", "remote/acme/thing.json")
    try:
        made = draft(heading, schemas, Locale())
    except InvalidError as nothing:
        assert nothing.template.startswith("No field of {object} looks like")  # noqa: PT017 - the other outcome
        return
    spec, problems = read_mapping(made.text, "draft.yaml")
    assert spec is not None, problems
    assert problems == []
    assert [each for each in lint(spec, schemas) if not each.template.startswith(MISSING)] == []
    assert draft(heading, schemas, Locale()).text == made.text
