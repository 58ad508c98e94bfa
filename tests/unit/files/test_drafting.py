"""Large documents are drafted in one go: each is read once, and nothing is worked out that no file could hold."""

import orjson
import pytest

from hub.domain.errors import InvalidError
from hub.files.drafting import Wanted, draft_document
from hub.files.drafting.draft import MOST_OBJECTS
from hub.files.drafting.rest import SAMPLED
from hub.files.schema_import import edmx, openapi
from hub.files.schema_import.source import Source


def openapi_of(count: int, fields: int = 2) -> str:
    """A document with so many collections."""
    ok = {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": "#/components/x"}}}}}}}
    record = {"type": "object", "properties": {"id": {}, **{f"field_{number}": {} for number in range(fields)}}}
    paths = {f"/thing{number}{rest}": ok for number in range(count) for rest in ("", "/{id}")}
    return orjson.dumps({"openapi": "3.0.0", "paths": paths, "components": {"x": record}}).decode()


def edmx_of(count: int) -> str:
    """Metadata with so many sets."""
    types = "".join(
        f'<EntityType Name="T{one}"><Property Name="Id" Type="Edm.String"/></EntityType>' for one in range(count)
    )
    sets = "".join(f'<EntitySet Name="S{one}" EntityType="N.T{one}"/>' for one in range(count))
    return (
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
        f'<Schema Namespace="N" xmlns="http://docs.oasis-open.org/odata/ns/edm">{types}'
        f'<EntityContainer Name="C">{sets}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>'
    )


def test_a_document_is_read_once_however_many_collections_it_has(monkeypatch: pytest.MonkeyPatch) -> None:
    read = []
    data = Source.data
    monkeypatch.setattr(Source, "data", lambda source: read.append(source) or data(source))  # type: ignore[func-returns-value] # appends
    drafted = draft_document(Source(openapi_of(30), "openapi"), Wanted("acme"))
    assert (len(drafted.file["objects"]), len(read)) == (30, 1)


@pytest.mark.parametrize(("kind", "document"), [("openapi", openapi_of), ("edmx", edmx_of)])
def test_more_objects_than_a_file_can_hold_are_refused_before_one_is_read(
    monkeypatch: pytest.MonkeyPatch, kind: str, document: object
) -> None:
    def read(*_: object) -> None:
        raise AssertionError

    text = document(MOST_OBJECTS + 1)  # type: ignore[operator] # one of the functions above
    monkeypatch.setattr(openapi._Reader, "object", read)
    monkeypatch.setattr(edmx._Model, "object", read)
    with pytest.raises(InvalidError, match=f"{MOST_OBJECTS + 1} objects.*--object, such as"):
        draft_document(Source(text, kind), Wanted("acme"))


def test_of_a_document_with_very_many_objects_one_is_drafted() -> None:
    drafted = draft_document(Source(openapi_of(MOST_OBJECTS + 1), "openapi"), Wanted("acme", ("thing7",)))
    assert list(drafted.file["objects"]) == ["thing7"]
    drafted = draft_document(Source(edmx_of(MOST_OBJECTS + 1), "edmx"), Wanted("acme", ("s7",)))
    assert list(drafted.schemas) == ["s7"]


def test_objects_whose_fields_are_too_many_for_a_file_are_refused_while_they_are_read() -> None:
    with pytest.raises(InvalidError, match="100 objects"):
        draft_document(Source(openapi_of(100, fields=1000), "openapi"), Wanted("acme"))


def test_of_many_records_some_are_looked_at_from_the_first_to_the_last() -> None:
    records = [{"id": number} for number in range(10 * SAMPLED - 1)] + [{"id": 0, "last": "x"}]
    schema = draft_document(Source(orjson.dumps(records).decode(), "sample", "thing"), Wanted("acme")).schemas["thing"]
    assert schema["x-samples"] == SAMPLED
    few = draft_document(Source(orjson.dumps(records[-3:]).decode(), "sample", "thing"), Wanted("acme")).schemas[
        "thing"
    ]
    assert (few["x-samples"], "last" in few["properties"]) == (3, True)
