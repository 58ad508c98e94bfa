"""Bodies of answers as documents: what cannot be read is named by its kind, and nothing of it is repeated."""

import codecs
import json
import re
from typing import Any

from lxml import etree

from hub.transport.http import Answer

MAX_DEPTH = 100
NESTS = frozenset({dict, list})  # what JSON nests; its parser makes no subclasses
CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
OF_TEXT = re.compile("utf|ascii|iso|latin|cp[0-9]|gb|big5|euc|shift|koi|hz")  # Python has codecs that unpack, too
LONE_SURROGATE = re.compile("[\ud800-\udfff]")
HTML = re.compile(rb"\s*(<!doctype html|<html|<head|<body|<script)", re.IGNORECASE)
READ_AS = {"utf-8": "utf-8-sig", "gb2312": "gb18030", "gbk": "gb18030"}  # with a mark; with what writers mean by it


class BrokenAnswerError(Exception):
    """An answer that is not what it should be; ``kind`` says what it is instead, without a word of it."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


def json_of(answer: Answer) -> Any:
    """The JSON document of an answer, numbers with a point or an exponent as texts; BrokenAnswerError otherwise.

    An empty body is None. Half a pair of surrogates, which is no character, becomes U+FFFD.
    """
    if not answer.body.strip():
        return None
    _not_html(answer)
    try:
        doc = json.loads(text_of(answer), parse_float=str, parse_constant=no_number)
    except RecursionError as error:
        raise BrokenAnswerError("too deeply nested") from error
    except ValueError as error:
        raise BrokenAnswerError("not JSON") from error
    _not_too_deep(doc)
    return _whole_characters(doc) if b"\\ud" in answer.body.lower() else doc


def xml_of(answer: Answer) -> etree._Element:
    """The root of the XML document of an answer; BrokenAnswerError otherwise, and of any with a DTD."""
    _not_html(answer)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(answer.body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BrokenAnswerError("not XML") from error
    if root.getroottree().docinfo.doctype:
        raise BrokenAnswerError("XML with a DTD")
    return root


def text_of(answer: Answer) -> str:
    """The text of an answer in the charset that it names, else UTF-8; BrokenAnswerError when it is in another."""
    told = CHARSET.search(answer.headers.get("Content-Type", ""))
    name = told[1].lower() if told else "utf-8"
    try:
        known = codecs.lookup(name).name
        if not OF_TEXT.match(known):
            raise BrokenAnswerError("wrong charset")
        return answer.body.decode(READ_AS.get(known, known))
    except (LookupError, UnicodeError) as error:
        raise BrokenAnswerError("wrong charset") from error


def _not_html(answer: Answer) -> None:
    if HTML.match(answer.body[:200].removeprefix(codecs.BOM_UTF8)):
        raise BrokenAnswerError("an HTML page")


def no_number(_told: str) -> None:
    """What becomes of NaN and Infinity: ValueError, for JSON has none."""
    raise ValueError("NaN and Infinity are not JSON")


def _not_too_deep(doc: Any) -> None:
    level = [doc] if type(doc) in NESTS else []
    for _ in range(MAX_DEPTH):
        inside: list[Any] = []
        for node in level:
            inside += node.values() if type(node) is dict else node
        level = [child for child in inside if type(child) in NESTS]
        if not level:
            return
    raise BrokenAnswerError("too deeply nested")


def _whole_characters(node: Any) -> Any:
    if isinstance(node, str):
        return LONE_SURROGATE.sub("\ufffd", node)
    if isinstance(node, dict):
        return {_whole_characters(key): _whole_characters(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_whole_characters(part) for part in node]
    return node
