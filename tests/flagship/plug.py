"""The twins as systems of a real hub: its connectors ask the test process over HTTP; see ``full.py``."""

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any

from hub.ports.connector import Connector, ObjectSpec, Setup
from tests.flagship.connectors import CONNECTORS
from tests.flagship.planted import PLANTED

SECONDS = 5
PLANT = "TICKETHUB_FLAGSHIP_PLANT"  # the name of an engine bug, to see that the full start would notice


def connect(setup: Setup) -> Connector:
    """The connector of the twin that the system is named after."""
    if planted := os.environ.get(PLANT):
        PLANTED[planted].plant()
    url = f"{setup.settings['url']}/{setup.system}"

    def send(_system: str, request: dict[str, Any]) -> Any:
        asked = urllib.request.Request(url, json.dumps(request).encode(), method="POST")  # noqa: S310 - our own loopback
        try:
            with urllib.request.urlopen(asked, timeout=SECONDS) as answer:  # noqa: S310 - as above
                return json.load(answer)
        except (OSError, urllib.error.URLError, http.client.HTTPException):
            return None

    return next(each for each in CONNECTORS if each.system == setup.system)(send)


def connector_file(system: str, specs: Sequence[ObjectSpec], settle: str) -> str:
    """What a connector file says of a twin (JSON is YAML)."""
    objects = {
        spec.name: {
            "title": {"en": spec.name, "zh": spec.name},
            "cursor": {"tz": "UTC", "granularity": "1 s"},
            "idempotency": spec.idempotency,
            "lookup": {"by": spec.lookup_by, "settle": settle},
            "remote": {},
            **({"batch": {"max": spec.batch}} if spec.batch > 1 else {}),
        }
        for spec in specs
        if not spec.goals
    }
    title = {"en": f"Twin {system}", "zh": f"{system} 仿真"}
    return json.dumps({
        "connector": f"twin_{system}", "title": title, "product": title["en"], "module": "tests.flagship.plug",
        "settings": {"url": {"title": {"en": "Address", "zh": "地址"}}}, "objects": objects,
    })  # fmt: skip
