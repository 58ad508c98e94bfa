"""The hub's side of the measurement: an installation with known callers, a call centre, and a system to be told."""

import base64
import os
from pathlib import Path

from bench.laying_out import lay_out
from hub.bootstrap import build
from hub.services import records

TOKEN = "intake"  # noqa: S105 - of a server that lives for a minute on 127.0.0.1
KEY = bytes(range(32))
PATH = f"/webhooks/calls/pbx/{TOKEN}"
CALLERS = [f"+86138{number:08d}" for number in range(200)]

# The system is paused: tickets pile up in its outbox, since sending them is another measurement.
FILES = {
    "hub.yaml": """
database: {url: "$database"}
listen: {port: 0}
calls:
  pbx:
    dialect: generic
    token: file/token
    signing_keys: [file/signing]
    ticket_type: enquiry
    confirms_alone: [night]
systems:
  desk:
    connector: desk
    settings: {url: "http://127.0.0.1:9", database: desk, user: hub}
    secrets: {password: file/token}
    mappings: [desk]
    paused: true
""",
    "connectors/desk.yaml": """
connector: desk
title: {en: Service desk, zh: 服务台}
product: none, it is paused
driver: tryton
settings:
  url: {title: {en: Address, zh: 地址}}
  database: {title: {en: Database, zh: 数据库}}
  user: {title: {en: User, zh: 用户}}
  password: {title: {en: Password, zh: 密码}, secret: true}
objects:
  case:
    title: {en: Case, zh: 工单}
    cursor: {tz: UTC, granularity: 1 s}
    idempotency: lookup
    lookup: {by: reference, settle: 30 s}
    remote: {model: desk.case, key: {field: reference}, fields: {subject: {}, number: {}}}
""",
    "mappings/desk/ticket.yaml": """
map: ticket/desk.case
version: 1
hub: {entity: ticket, schema: canonical/ticket.json}
remote: {system: desk, object: case, schema: remote/desk/case.json}
identity:
  remote_id: id
  external_id: id -> reference
fields:
  subject -> subject:
  number -> number:
sync:
  default_owner: hub
""",
    "token": TOKEN,
    "signing": "whsec_" + base64.b64encode(KEY).decode(),
}


def install(directory: Path, database: str) -> None:
    """Make the installation, with its customers."""
    settings = lay_out(directory, FILES, database=database)
    with build(settings, os.environ) as container:
        hub = container.hub
        for number, phone in enumerate(CALLERS):
            records.add(hub, hub.actor("bench"), "customer", {"name": f"Customer {number}", "phone": phone})
