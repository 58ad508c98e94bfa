"""The service of a system: where its WSDL lies, its address, and what stands in the header of each message."""

from datetime import timedelta
from pathlib import Path
from typing import Any

from lxml import etree

from hub.domain.documents import Doc
from hub.ports.connector import Setup
from hub.transport.http import Request, http_of
from hub.transport.soap import Service, Sources, UsernameToken
from hub.transport.soap.sources import remote
from hub.transport.templates import filled


def service_of(setup: Setup) -> Service:
    """The service that the connector file declares."""
    told = setup.connection
    return Service(
        setup.system,
        _sources(setup),
        filled(told.get("address", "{url}"), setup.settings),
        name=(told.get("service"), told.get("port")),
        security=_security(told.get("security"), setup),
        headers=[_element(each, setup) for each in told.get("soap_headers", [])],
    )


def _sources(setup: Setup) -> Sources:
    wsdl = filled(setup.connection["wsdl"], setup.settings)
    if remote(wsdl):
        http = http_of(setup, wsdl)
        fetches = setup.connection.get("fetch", False)
        return Sources(wsdl, fetch=(lambda url: http.send(Request("GET", url), write=False).body) if fetches else None)
    return Sources(str(Path(setup.folder, wsdl)))


def _security(told: Doc | None, setup: Setup) -> UsernameToken | None:
    if told is None:
        return None
    return UsernameToken(
        filled(told.get("user", "{user}"), setup.settings),
        filled(told.get("password", "{password}"), setup.settings),
        setup.now,
        digest=told.get("kind", "digest") == "digest",
        valid=timedelta(seconds=told["valid_seconds"]) if "valid_seconds" in told else None,
    )


def _element(told: Doc, setup: Setup) -> etree._Element:
    """A declared header: its name in Clark's way, and its text or the elements within it, of the same namespace."""
    root = etree.Element(etree.QName(told["element"]))
    _fill(root, told["value"], etree.QName(root).namespace, setup)
    return root


def _fill(at: etree._Element, value: Any, namespace: str | None, setup: Setup) -> None:
    if not isinstance(value, dict):
        at.text = filled(str(value), setup.settings)
        return
    for name, inner in value.items():
        _fill(etree.SubElement(at, etree.QName(namespace, name)), inner, namespace, setup)
