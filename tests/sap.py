"""SAP S/4HANA for tests: its connector file, and connectors to a twin."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from connectors.odata import connect
from hub.domain.documents import Doc
from hub.files.connectors import load_connector
from hub.ports.connector import Connector, Setup
from hub.testing.twin.limits import RateLimit
from hub.testing.twins.sap_s4hana import S4HanaTwin

DECLARED = load_connector(Path(__file__).parents[1] / "connectors" / "sap_s4hana.yaml")
DEFAULTS = {name: node["default"] for name, node in DECLARED.settings.items() if "default" in node}


def connected(url: str, connection: Doc | None = None, **other: Any) -> Connector:
    """A connector to the system at an address."""
    settings: Mapping[str, Any] = {**DEFAULTS, **S4HanaTwin.settings, **S4HanaTwin.secrets, "url": url, **other}
    return connect(Setup("erp", settings, DECLARED.objects, DECLARED.remote, connection or DECLARED.connection))


def patient_twin() -> S4HanaTwin:
    """A twin that lets itself be asked as often as one likes."""
    twin = S4HanaTwin()
    twin.limit = RateLimit(1_000_000, timedelta(seconds=1))
    return twin
