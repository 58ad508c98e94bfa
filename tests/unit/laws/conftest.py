"""Mappings on trial: a few rule lines with small schemas."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hub.bootstrap.mapping_check import Effort, Source, check
from hub.files.mappings import read_mapping
from hub.files.schema_tree import SchemaFolder

HEAD = "map: thing/sys.object\nversion: 1\nhub: {entity: thing, schema: canonical/thing.json}\n"
REMOTE = "remote: {system: sys, object: object, schema: remote/thing.json}\n"
Told = Callable[..., list[str]]


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "properties": properties}


@pytest.fixture
def told(tmp_path: Path) -> Told:
    """What a check tells of rule lines between two objects of the given fields."""

    def tell(
        fields: str, hub: dict[str, Any], remote: dict[str, Any], more: str = "", examples: int = 60, head: str = REMOTE
    ) -> list[str]:
        for name, schema in (("canonical", an_object(**hub)), ("remote", an_object(**remote))):
            (tmp_path / name).mkdir(exist_ok=True)
            (tmp_path / name / "thing.json").write_text(json.dumps(schema), "utf-8")
        text = f"{HEAD}{head}fields:\n{fields}{more}"
        schemas = SchemaFolder(tmp_path)
        source = Source("thing.yaml", lambda: read_mapping(text, "thing.yaml"), schemas, tmp_path / "thing.yaml")
        (checked,) = check([source], Effort(examples))
        return [str(finding) for finding in checked.findings]

    return tell
