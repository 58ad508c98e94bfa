"""One field: every rule that writes or reads it, with its conditions; and what was meant when there is none."""

import json

from tests.unit.cli.conftest import Run


def test_a_field_of_ours_is_told_with_its_place_codec_owner_and_masking(bare: Run) -> None:
    told = bare("map", "explain", "customer.phone", "--mapping", "tryton/customer").output.splitlines()
    assert told[0].startswith("tryton/customer.yaml:")
    assert told[0].endswith(": customer phone <-> contact_mechanisms[type=mobile, first].value")
    assert told[1].strip() == "writes it here: by phone(CN); owner latest; sensitive"


def test_a_field_over_there_is_told_with_waivers(bare: Run) -> None:
    told = bare("map", "explain", "contact_mechanisms.value", "--system", "erp").output
    assert told.count("writes it in erp") == 3
    assert "    waived: names: Tryton's kind phone is a landline;" in told


def test_a_list_is_told_with_the_rules_of_its_members_and_a_member_with_its_lists(bare: Run) -> None:
    told = bare("map", "explain", "invoice.lines").output
    assert "invoice lines[id] -> lines[note]\n    reads it here: as it is; owner members by hub" in told
    assert "invoice lines[].unit -> lines[].unit\n    reads it here: by map unit" in told


def test_what_is_read_by_an_expression_is_told(bare: Run) -> None:
    told = bare("map", "explain", "amount_to_pay", "--mapping", "tryton/invoice").output
    assert 'payment.status <- expr \'"paid" if state == "paid"' in told


def test_what_identifies_records_is_told(bare: Run) -> None:
    assert "records are recognised by it at the first sync" in bare("map", "explain", "tax_id").output
    assert "our id over there" in bare("map", "explain", "customer.id").output


def test_an_unknown_path_is_answered_with_what_was_meant(bare: Run) -> None:
    assert bare("map", "explain", "fone", code=4).output == "tickethub: No rule names fone: did you mean phone?\n"
    assert (
        "No mapping is for the system nowhere: there are "
        in bare("map", "explain", "phone", "--system", "nowhere", code=4).output
    )


def test_a_program_reads_the_same_as_json(bare: Run) -> None:
    answer = json.loads(bare("map", "explain", "totals.gross", "--mapping", "tryton/invoice", "--json").output)
    rule = answer["rules"][0]
    assert (rule["file"], rule["hub_path"], rule["remote_path"], rule["owner"], rule["codec"]) == (
        "tryton/invoice.yaml", "totals.gross", "total_amount", "remote", "decimal(2)",
    )  # fmt: skip
