"""Full-text search on SQLite: what the database does for it."""

from sqlalchemy import text

from hub.storage.search import STATEMENTS
from hub.storage.sqlite import SqliteStore


def test_a_search_goes_from_the_hits_to_their_records_and_never_through_all_records(sqlite_store: SqliteStore) -> None:
    asked = {"searched": "ticket", "query": "t61"}
    with sqlite_store._engine.connect() as connection:
        plan = connection.execute(text("EXPLAIN QUERY PLAN " + STATEMENTS["sqlite"]["find"]), asked).all()
    assert "VIRTUAL TABLE" in plan[0].detail
