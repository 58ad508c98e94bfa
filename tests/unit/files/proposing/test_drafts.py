"""What a draft proposes: by names, labels in both languages, pinyin, types and values; and what it says of the rest."""

import json
from pathlib import Path
from typing import Any

import pytest

from hub.bootstrap.mapping_draft import Drafted, draft
from hub.domain.errors import InvalidError
from hub.files.data import data_dir
from hub.files.proposing.carrying import Locale
from hub.files.proposing.draft import Heading
from hub.files.proposing.pinyin import initials, spellings
from hub.files.proposing.words import words_of
from hub.files.schema_tree import SchemaFolder

Node = dict[str, Any]
TEXT: Node = {"type": ["string", "null"]}


@pytest.fixture
def proposed(tmp_path: Path) -> Any:
    def propose(entity: str, required: tuple[str, ...] = (), /, **fields: Node) -> Drafted:
        schema = {"type": "object", "additionalProperties": False, "properties": fields, "required": list(required)}
        path = tmp_path / "remote" / "acme" / "thing.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(schema), "utf-8")
        folder = SchemaFolder(data_dir("schemas"), tmp_path)
        heading = Heading(entity, "acme", "thing", f"canonical/{entity}.json", "remote/acme/thing.json")
        return draft(heading, folder, Locale())

    return propose


def rules(made: Drafted) -> set[str]:
    lines = [line.partition("  #")[0].strip() for line in made.text.splitlines() if not line.startswith("#")]
    return {line for line in lines if any(arrow in line for arrow in (" <-> ", " -> ", " <- "))}


def test_a_title_is_spelt_as_its_words_are_read() -> None:
    assert spellings("开户行") == ("kaihuhang",)
    assert "khmc" in initials("客户名称")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("custMailAddr", ("customer", "email", "address")),
        ("CUST_NO", ("customer", "number")),
        ("customername", ("customer", "name")),
        ("items", ("lines",)),
    ],
)
def test_a_name_is_cut_into_our_words(name: str, words: tuple[str, ...]) -> None:
    assert words_of(name) == words


def test_names_labels_and_pinyin_lead_to_the_same_field(proposed: Any) -> None:
    for node in (
        {"CustomerName": TEXT},
        {"f1": {**TEXT, "x-title": {"zh": "客户名称"}}},
        {"f2": {**TEXT, "x-title": {"en": "Name"}}},
        {"mingcheng": TEXT},
        {"客户名称": TEXT},
    ):
        name = next(iter(node))
        assert f"name <-> {name}:" in {rule.replace('"', "") for rule in rules(proposed("customer", **node))}, name


def test_names_in_chinese_are_labels_together_with_those_around_them(proposed: Any) -> None:
    paid = {"type": "object", "additionalProperties": False, "properties": {"状态": TEXT}}
    made = proposed("invoice", 收款=paid, 开票时间={"type": ["integer", "null"], "x-look": "epoch(ms)"})
    assert {'"payment.status -> 收款.状态":', '"issued_at <-> 开票时间": {as: epoch(ms)}'} <= rules(made)


def test_codecs_are_chosen_by_type_form_and_places(proposed: Any) -> None:
    made = proposed(
        "customer",
        mobile=TEXT,
        e_mail=TEXT,
        creditHold={"type": ["string", "null"], "enum": ["Y", "N", None]},
        country=TEXT,
    )
    assert {
        "phone <-> mobile: {as: phone(CN), sensitive: true}",
        "email <-> e_mail: {as: email, sensitive: true}",
        'credit_hold <-> creditHold: {as: "bool(\\"Y\\", \\"N\\")"}',
    } <= rules(made)


def test_money_instants_and_references_are_carried_by_their_codecs(proposed: Any) -> None:
    made = proposed(
        "invoice",
        grand_total={"type": ["number", "null"], "x-places": 2},
        untaxed_amount={**TEXT, "format": "decimal", "x-places": 3},
        issued_at={**TEXT, "format": "local-date-time"},
        partner_id={
            "type": ["array", "null"],
            "prefixItems": [{"type": "integer"}, TEXT],
            "minItems": 2,
            "maxItems": 2,
        },
        invoice_date={**TEXT, "pattern": "^[0-9]{8}$", "x-date": "compact"},
    )
    assert {
        "totals.gross <-> grand_total: {as: number(2)}",
        "totals.net <-> untaxed_amount: {as: decimal(3)}",
        "issued_at <-> issued_at: {as: datetime, tz: Asia/Shanghai}",
        "issued_on <-> invoice_date: {as: date(compact)}",
    } <= rules(made)
    assert any(line.startswith("customer_id <") and "ref: customer, as: pair(0)" in line for line in rules(made))


def test_a_value_table_pairs_values_by_name_and_label_and_sends_the_rest_to_review(proposed: Any) -> None:
    states = {"type": "string", "enum": ["D", "P", "X"], "x-enum": {"D": {"en": "Draft"}, "P": {"zh": "已开立"}}}
    made = proposed("invoice", state=states)
    assert "  state: {draft: D" in made.text
    assert "state <-> state: {map: state, other: review, null: omit}" in rules(made)
    assert "without partner in the remote: X" in made.text


def test_a_codec_with_two_arguments_stands_in_quotes(proposed: Any) -> None:
    made = proposed("customer", credit_hold={"type": ["integer", "null"]})
    assert '{as: "bool(1, 0)"}' in made.text


def test_letters_before_every_name_are_looked_past(proposed: Any) -> None:
    made = proposed("customer", FNumber=TEXT, FTaxRegisterCode=TEXT, FMobile=TEXT, FTel=TEXT)
    starts = {line.partition(":")[0] for line in rules(made)}
    assert {"code <-> FNumber", "tax_id <-> FTaxRegisterCode", "phone <-> FMobile", "landline <-> FTel"} <= starts


def test_a_name_that_is_ours_is_ours_unless_two_want_to_be_it(proposed: Any) -> None:
    looks_like = {**TEXT, "x-look": "phone"}
    one, two = proposed("customer", phone=looks_like), proposed("customer", phone=looks_like, mobile=looks_like)
    pairs = [{(line.split()[0], line.split()[2]) for line in rules(made)} for made in (one, two)]
    assert pairs == [{("phone", "phone:")}, {("phone", "mobile:"), ("landline", "phone:")}]


def test_what_is_read_only_over_there_is_only_read(proposed: Any) -> None:
    assert "name <- name:" in rules(proposed("customer", name={**TEXT, "readOnly": True}))


def test_what_can_be_written_once_over_there_is_written_at_creation(proposed: Any) -> None:
    assert "name <-> name: {create_only: push}" in rules(proposed("customer", name={**TEXT, "x-create-only": True}))


def test_where_nothing_cannot_be_written_it_is_left_out(proposed: Any) -> None:
    assert "level -> level: {null: omit}" in rules(proposed("customer", level={"type": "string"}))


def test_a_short_field_gets_a_max(proposed: Any) -> None:
    assert "name <-> name: {max: 30}" in rules(proposed("customer", name={**TEXT, "maxLength": 30}))


def test_what_the_laws_refuse_goes_one_way_with_the_reason_beside_it(proposed: Any) -> None:
    made = proposed("customer", level=TEXT, name=TEXT)
    assert "level -> level:" in rules(made)
    made = proposed("invoice", kind=TEXT, currency=TEXT)
    line = next(line for line in made.text.splitlines() if line.strip().startswith("currency"))
    assert " -> " in line
    assert "one way: forms: the hub wants a currency" in line


def test_lists_are_aligned_by_their_key_and_never_by_position(proposed: Any) -> None:
    fields: Node = {"idx": {"type": "integer"}, "name": TEXT, "qty": {"type": "number"}}
    row = {"type": "object", "properties": fields}
    made = proposed("invoice", number=TEXT, items={"type": "array", "items": row})
    assert '"lines[id] <-> items[name]":' in rules(made)
    del fields["name"]
    made = proposed("invoice", number=TEXT, items={"type": "array", "items": row})
    assert "#   items" in made.text


def test_what_has_no_partner_is_listed_what_is_required_first(proposed: Any) -> None:
    made = proposed("customer", ("wobble", "name"), name=TEXT, wobble={**TEXT, "x-title": {"zh": "晃动"}}, zzz=TEXT)
    assert made.unwritten == ("wobble",)
    text = made.text
    assert text.index("no rule writes it:\n#   wobble (晃动)") < text.index("without partner here:\n#   zzz")


def test_nothing_alike_is_said_and_no_file_is_made(proposed: Any) -> None:
    with pytest.raises(InvalidError, match="No field of thing looks like one of customer"):
        proposed("customer", wobble=TEXT)


@pytest.mark.parametrize("name", ["invoice", "customer", "sales_order", "stock_level"])
def test_shipped_schemas_get_drafts_with_most_of_the_rules_that_were_written_by_hand(name: str) -> None:
    schemas = SchemaFolder(data_dir("schemas"))
    heading = Heading(name, "tryton", name, f"canonical/{name}.json", f"remote/tryton/{name}.json")
    assert draft(heading, schemas, Locale()).rules >= 3
