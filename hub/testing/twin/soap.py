"""A SOAP service by its WSDL, on soapbar: an implementation of SOAP and WS-Security that is not ours.

soapbar checks the token, reads the envelope, finds the operation, and words answers and faults. Messages are checked
against the schema of the WSDL, in which elements may be left out that the WSDL calls required: many services are so.
"""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from lxml import etree
from soapbar.core.binding import OperationParameter, OperationSignature
from soapbar.core.types import ArrayXsdType, ComplexXsdType, RawXmlType, XsdType, xsd
from soapbar.core.wssecurity import UsernameTokenValidator
from soapbar.server.application import SoapApplication
from soapbar.server.service import SoapMethod, SoapService

XS = "{http://www.w3.org/2001/XMLSchema}"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
Handler = Callable[[str, dict[str, Any]], dict[str, Any]]


class Wsdl:
    """What a WSDL says: its schema, and the elements of its messages as soapbar wants them."""

    def __init__(self, path: Path) -> None:
        self.schema: etree._Element = next(etree.parse(path).iter(f"{XS}schema"))
        self.namespace = str(self.schema.get("targetNamespace"))
        self._complex = {str(each.get("name")): each for each in self.schema.iterfind(f"{XS}complexType")}
        self._elements = {str(each.get("name")): each for each in self.schema.iterfind(f"{XS}element")}

    def operations(self) -> list[str]:
        """Every operation: it has an element and another for its answer."""
        return [name for name in self._elements if f"{name}Response" in self._elements]

    def inputs(self, operation: str) -> list[OperationParameter]:
        """What it is given; documents as they came, since what is absent and what is nil are two things."""
        return [
            OperationParameter(name, RawXmlType() if isinstance(kind, ComplexXsdType) else kind, required=False)
            for name, kind in self._fields(self._elements[operation])
        ]

    def outputs(self, operation: str) -> list[OperationParameter]:
        """What it answers."""
        return [OperationParameter("answer", kind) for kind in [self._type("", self._elements[f"{operation}Response"])]]

    def checked(self) -> etree.XMLSchema:
        """The schema, with every element of it optional."""
        relaxed = etree.fromstring(etree.tostring(self.schema))
        for sequence in relaxed.iter(f"{XS}sequence"):
            for element in sequence.iterfind(f"{XS}element"):
                element.set("minOccurs", "0")
        return etree.XMLSchema(relaxed)

    def _fields(self, node: etree._Element) -> list[tuple[str, XsdType]]:
        return [(str(each.get("name")), self._field(each)) for each in node.findall(f".//{XS}element")]

    def _field(self, element: etree._Element) -> XsdType:
        name = str(element.get("type")).partition(":")[2]
        kind = self._type(name, self._complex[name]) if name in self._complex else xsd.resolve("string")
        assert kind is not None  # noqa: S101 - soapbar always knows string
        return ArrayXsdType(name, kind, inline=True) if element.get("maxOccurs") == "unbounded" else kind

    def _type(self, name: str, node: etree._Element) -> XsdType:
        fields: list[tuple[str, XsdType | str]] = [*self._fields(node)]
        return ComplexXsdType(name, fields, target_namespace=self.namespace, qualified=True)


class Passwords(UsernameTokenValidator):
    """Who may come in."""

    def __init__(self, known: Mapping[str, str]) -> None:
        super().__init__()
        self._known = known

    def get_password(self, username: str) -> str | None:
        """The password of a user."""
        return self._known.get(username)


class Operations(SoapService):
    """All operations of a WSDL, each answered by the one handler."""

    __tns__ = ""

    def __init__(self, wsdl: Wsdl, handle: Handler) -> None:
        self.__tns__ = wsdl.namespace
        self._methods = {name: _method(wsdl, name, handle) for name in wsdl.operations()}

    def get_operations(self) -> dict[str, SoapMethod]:
        """By name."""
        return self._methods


class Application(SoapApplication):
    """soapbar's server, which checks messages against our schema instead of one of its own making."""

    def __init__(self, wsdl: Wsdl, handle: Handler, known: Mapping[str, str]) -> None:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # of http, which is enough on loopback
            super().__init__(
                service_url="http://127.0.0.1",
                security_validator=Passwords(known),
                validate_body_schema=True,
                allow_plaintext_credentials=True,
            )
        self._relaxed = wsdl.checked()
        self.register(Operations(wsdl, handle))

    def _get_compiled_schema(self) -> etree.XMLSchema:
        return self._relaxed


def told(raw: bytes, lists: frozenset[str]) -> dict[str, Any]:
    """A document as it came: what is nil is None, what is absent is not there; ``lists`` are elements that repeat."""
    return _node(etree.fromstring(raw), lists)


def _node(node: etree._Element, lists: frozenset[str]) -> dict[str, Any]:
    doc: dict[str, Any] = {}
    for child in node.iterchildren("*"):
        name = etree.QName(child).localname
        inner = _node(child, lists) if len(child) else None if child.get(NIL) == "true" else child.text or ""
        doc[name] = [*doc.get(name, []), inner] if name in lists else inner
    return doc


def _method(wsdl: Wsdl, name: str, handle: Handler) -> Any:
    def method(**given: Any) -> dict[str, Any]:
        return handle(name, given)

    outputs = wsdl.outputs(name)[0].xsd_type
    assert isinstance(outputs, ComplexXsdType)  # noqa: S101 - as outputs() made it
    method.__soap_operation__ = OperationSignature(  # type: ignore[attr-defined] # soapbar keeps it there
        name=name,
        input_params=wsdl.inputs(name),
        output_params=[
            OperationParameter(field, kind, required=False)
            for field, kind in outputs.fields
            if not isinstance(kind, str)
        ],
        soap_action=f"{wsdl.namespace}/{name}",
        input_namespace=wsdl.namespace,
        output_namespace=wsdl.namespace,
    )
    return method
