"""The flagship's stage with the odd system in place of its asset system."""

from dataclasses import replace

from tests.flagship.hub_child import Parts
from tests.odd.api import OddApi
from tests.odd.connecting import OddConnector


def with_odd(parts: Parts) -> Parts:
    """The same parts, but for one system and its connector."""
    twins = tuple(OddApi if twin.name == OddApi.name else twin for twin in parts.twins)
    others = (one for one in parts.connectors if one.system != OddConnector.system)
    return replace(parts, twins=twins, connectors=(*others, OddConnector))
