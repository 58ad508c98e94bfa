"""The bare limit: Flask with one route that stores two rows durably, on the same web server as the hub.

``python -m bench.bare sqlite FILE`` or ``python -m bench.bare postgres URL``: prints its address, answers until killed.
"""

import sqlite3
import sys
import threading
from collections.abc import Callable
from typing import Any

import orjson
import psycopg
from flask import Flask, request

from hub.cli.web_server import WebServer
from hub.files.settings import Listen
from hub.process.ids import Ulids

Insert = Callable[[str, str, str], None]
TABLES = (
    "CREATE TABLE IF NOT EXISTS ticket (id TEXT PRIMARY KEY, doc TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS outbox (id TEXT PRIMARY KEY, ticket_id TEXT NOT NULL, state TEXT NOT NULL)",
)
BOTH = """
WITH made AS (INSERT INTO ticket (id, doc) VALUES (%s, %s) RETURNING id)
INSERT INTO outbox (id, ticket_id, state) SELECT %s, id, 'ready' FROM made
"""


def sqlite_insert(file: str) -> Insert:
    """Two rows, one durable commit, on a connection per thread."""
    mine = threading.local()

    def connect() -> sqlite3.Connection:
        if not hasattr(mine, "connection"):
            mine.connection = sqlite3.connect(file, isolation_level=None, timeout=60)
            mine.connection.execute("PRAGMA journal_mode=WAL")
            mine.connection.execute("PRAGMA synchronous=FULL")
        connection: sqlite3.Connection = mine.connection
        return connection

    def insert(ticket: str, doc: str, delivery: str) -> None:
        connection = connect()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO ticket VALUES (?, ?)", (ticket, doc))
        connection.execute("INSERT INTO outbox VALUES (?, ?, 'ready')", (delivery, ticket))
        connection.execute("COMMIT")

    for table in TABLES:
        connect().execute(table)
    return insert


def postgres_insert(url: str) -> Insert:
    """Two rows by one statement, on a connection per thread."""
    mine = threading.local()

    def connect() -> "psycopg.Connection[Any]":
        if not hasattr(mine, "connection"):
            mine.connection = psycopg.connect(url, autocommit=True)
        connection: psycopg.Connection[Any] = mine.connection
        return connection

    def insert(ticket: str, doc: str, delivery: str) -> None:
        connect().execute(BOTH, (ticket, doc, delivery))

    for table in TABLES:
        connect().execute(table)
    return insert


def create_app(insert: Insert) -> Flask:
    """The application: parse, store, answer."""
    app, ids = Flask(__name__), Ulids()

    @app.post("/<path:path>")
    def intake(path: str) -> dict[str, str]:
        doc = orjson.dumps(orjson.loads(request.get_data())).decode()
        insert(ids.new(), doc, ids.new())
        return {"status": "received", "path": path}

    return app


def main() -> None:
    kind, place = sys.argv[1:]
    insert = {"sqlite": sqlite_insert, "postgres": postgres_insert}[kind](place)
    server = WebServer(Listen("127.0.0.1", 0, threads=8, proxies=0, https_only=False))
    server.start(create_app(insert).wsgi_app)
    print(f"bare is up at {server.url}", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main()
