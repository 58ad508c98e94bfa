"""The stored schemas of Tryton say what a real Tryton says of itself, as far as the shipped mappings rely on it."""

from pathlib import Path

import pytest

from connectors.tryton import connect
from hub.bootstrap.mapping_sources import specs_meant
from hub.bootstrap.remote_schemas import live_schema
from hub.files.connectors import load_connector
from hub.files.data import data_dir
from hub.files.drift import found_in, shifts
from hub.files.fingerprint import tree_of
from hub.files.schema_tree import SchemaFolder
from hub.ports.connector import Setup
from hub.testing.tryton.fixture import BOTH, RunningErp

pytestmark = pytest.mark.tryton

DECLARED = load_connector(Path(__file__).parents[2] / "connectors" / "tryton.yaml")
DESCRIBED = {"customer", "invoice", "location", "part", "product", "sales_order"}


@BOTH
def test_no_rule_of_a_shipped_mapping_is_concerned_by_drift(tryton: RunningErp, tmp_path: Path) -> None:
    connector = connect(Setup("erp", tryton.settings(), DECLARED.objects, DECLARED.remote, DECLARED.connection))
    schemas = SchemaFolder(data_dir("schemas"))
    compared = set()
    for spec in specs_meant(tmp_path, ["tryton"]):
        live = live_schema(connector, spec.object, "tryton")
        if live is not None and spec.remote_schema is not None:
            told = found_in(spec, "", shifts(schemas.tree(spec.remote_schema), tree_of(live)))
            assert [each for each in told if each.is_problem] == [], spec.name
            compared.add(spec.object)
    assert compared >= {"customer", "invoice", "part", "sales_order"}


def test_what_has_no_model_of_its_own_is_not_described(tryton: RunningErp) -> None:
    connector = connect(Setup("erp", tryton.settings(), DECLARED.objects, DECLARED.remote, DECLARED.connection))
    assert {name for name in DECLARED.objects if live_schema(connector, name, "tryton") is not None} == DESCRIBED
