"""XML-RPC on the wire: calls as they go out, answers as documents with decimals as texts."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import NoneType
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

from hub.domain.documents import Doc
from hub.domain.errors import RejectedError
from hub.transport.bodies import BrokenAnswerError, xml_of
from hub.transport.http import Answer

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
INT = 2**31
NUMBERS = ("int", "i1", "i2", "i4", "i8")
BOOLEANS = {"1": True, "0": False, "true": True, "false": False}
DOUBLE = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")


def call_of(method: str, params: list[Any]) -> bytes:
    """A call. RejectedError when a value is none that XML-RPC has."""
    told = "".join(f"<param>{_value(param)}</param>" for param in params)
    call = f"<methodCall><methodName>{_text(method)}</methodName><params>{told}</params></methodCall>"
    return f"<?xml version='1.0' encoding='utf-8'?>\n{call}".encode()


def answer_of(answer: Answer) -> Doc:
    """What was answered: a ``result`` or a ``fault``. BrokenAnswerError when it is neither."""
    root = xml_of(answer)
    if root.tag == "methodResponse":
        fault, result = root.find("fault/value"), root.findall("params/param/value")
        if fault is not None:
            return {"fault": _told(fault)}
        if len(result) == 1:
            return {"result": _told(result[0])}
    raise BrokenAnswerError("not XML-RPC")


def _value(node: Any) -> str:
    return f"<value>{_typed(node)}</value>"


def _typed(node: Any) -> str:
    for kind, write in WRITE.items():
        if isinstance(node, kind):
            return write(node)
    raise RejectedError("{kind} cannot be sent by XML-RPC", kind=type(node).__name__)


def _member(member: tuple[str, Any]) -> str:
    return f"<member><name>{_text(member[0])}</name>{_value(member[1])}</member>"


def _text(text: str) -> str:
    if NOT_XML.search(text):
        raise RejectedError("A text has characters that XML does not have: take them out")
    return escape(text)


def _told(value: etree._Element) -> Any:
    """What a value tells; one without a type is a text."""
    typed = [child for child in value if isinstance(child.tag, str)]
    if len(typed) > 1:
        raise BrokenAnswerError("not XML-RPC")
    if not typed:
        return value.text or ""
    kind = str(typed[0].tag).rpartition("}")[2]
    if kind not in READ:
        raise BrokenAnswerError("a type that XML-RPC does not have")
    return READ[kind](typed[0])


def _integer(node: etree._Element) -> int:
    text = (node.text or "").strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,30}", text):
        raise BrokenAnswerError("a number that is none")
    return int(text)


def _double(node: etree._Element) -> str:
    text = (node.text or "").strip()
    if not DOUBLE.fullmatch(text):
        raise BrokenAnswerError("a number that is none")
    return format(Decimal(text), "f")


def _boolean(node: etree._Element) -> bool:
    text = (node.text or "").strip()
    if text not in BOOLEANS:
        raise BrokenAnswerError("a truth that is none")
    return BOOLEANS[text]


def _struct(node: etree._Element) -> Doc:
    told: Doc = {}
    for member in node.iterfind("member"):
        name, value = member.findtext("name"), member.find("value")
        if name is None or value is None or name in told:
            raise BrokenAnswerError("not XML-RPC")
        told[name] = _told(value)
    return told


WRITE: Mapping[type, Callable[[Any], str]] = {  # a truth is a number in Python, so it is looked for first
    NoneType: lambda _: "<nil/>",
    bool: lambda node: f"<boolean>{int(node)}</boolean>",
    int: lambda node: f"<int>{node}</int>" if -INT <= node < INT else f"<i8>{node}</i8>",
    Decimal: lambda node: f"<double>{format(node, 'f')}</double>",
    str: lambda node: f"<string>{_text(node)}</string>",
    list: lambda node: f"<array><data>{''.join(map(_value, node))}</data></array>",
    dict: lambda node: f"<struct>{''.join(map(_member, node.items()))}</struct>",
}
READ: Mapping[str, Callable[[etree._Element], Any]] = {
    **dict.fromkeys(NUMBERS, _integer),
    "boolean": _boolean,
    "double": _double,
    "string": lambda node: node.text or "",
    "dateTime.iso8601": lambda node: node.text or "",
    "base64": lambda node: "".join((node.text or "").split()),
    "nil": lambda _: None,
    "struct": _struct,
    "array": lambda node: [_told(value) for value in node.iterfind("data/value")],
}
