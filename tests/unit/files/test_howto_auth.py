"""The guide to logging in: what it shows is right."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hub.files.connector_drivers import against, driver_schema

GUIDE = Path(__file__).parents[3] / "docs/howto/let-a-system-know-who-we-are.md"


def shown() -> list[tuple[str, Any]]:
    """Each key with its value; one that stands several times in a block begins a new example."""
    blocks = GUIDE.read_text("utf-8").split("```yaml\n")[1:]
    texts = [block.split("```")[0] for block in blocks]
    parts = [f"{key}:{part}" for text in texts for key in ("auth", "errors") for part in text.split(f"{key}:")[1:]
             if text.startswith(f"{key}:")]  # fmt: skip
    read = [YAML(typ="safe", pure=True).load(part) for part in parts if not part.startswith("errors: [")]
    return [(key, value) for doc in read for key, value in doc.items() if key in ("auth", "errors")]


@pytest.mark.parametrize("kind", ["basic", "bearer", "key", "oauth2", "token", "signed"])
def test_each_kind_is_shown(kind: str) -> None:
    assert kind in {value["kind"] for key, value in shown() if key == "auth"}


def test_what_is_shown_follows_the_schema() -> None:
    schema, examples = driver_schema("common"), shown()
    assert len(examples) > 5
    for key, value in examples:
        assert list(against(schema | {"$ref": f"#/$defs/{key}"}, value, key)) == []
