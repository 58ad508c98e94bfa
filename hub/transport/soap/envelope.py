"""The envelope of an answer: its body, or what a fault says."""

from email import policy
from email.parser import BytesParser
from typing import Any

from lxml import etree
from zeep.ns import SOAP_ENV_11, SOAP_ENV_12

from hub.domain.documents import Doc
from hub.transport.bodies import BrokenAnswerError, xml_of
from hub.transport.http import Answer
from hub.transport.soap.untyped import Untyped, children, local

ENVELOPES = (SOAP_ENV_11, SOAP_ENV_12)
MOST_TAGS = 1_000_000
"""An element takes a hundred times more memory than the four characters of the smallest one."""


def body_of(answer: Answer) -> etree._Element:
    """The body of the message in an answer; BrokenAnswerError where there is none."""
    message = _root_part(answer)
    if message.body.count(b"<") > MOST_TAGS:
        raise BrokenAnswerError("too many elements")
    root = xml_of(message)
    for namespace in ENVELOPES:
        if root.tag == f"{{{namespace}}}Envelope":
            body = root.find(f"{{{namespace}}}Body")
            if body is not None:
                return body
    raise BrokenAnswerError("not SOAP")


def fault_in(body: etree._Element) -> Doc | None:
    """What a fault says: its codes without prefixes, its words, and its detail by the names of elements."""
    fault = next((each for each in children(body) if local(each) == "Fault"), None)
    if fault is None:
        return None
    codes = [code.text or "" for code in fault.iter("{*}faultcode", f"{{{SOAP_ENV_12}}}Value")]
    names = [code.strip().rpartition(":")[2] for code in codes] or [""]
    words = next((each.text for each in fault.iter("{*}faultstring", f"{{{SOAP_ENV_12}}}Text")), None)
    detail = next((each for each in children(fault) if local(each).lower() == "detail"), None)
    return {
        "code": names[0],
        "subcode": names[-1] if len(names) > 1 else None,
        "kind": " ".join(names),
        "message": words,
        "detail": None if detail is None else Untyped(body).value(detail),
    }


def _root_part(answer: Answer) -> Answer:
    """The message itself, where an answer has attachments."""
    told = answer.headers.get("Content-Type", "")
    if not told.lower().startswith("multipart/"):
        return answer
    head = f"Content-Type: {told}\r\n\r\n".encode("latin-1", "replace")
    parts: Any = BytesParser(policy=policy.HTTP).parsebytes(head + answer.body)
    first = next(iter(parts.iter_parts()), None) if parts.is_multipart() else None
    if first is None:
        raise BrokenAnswerError("not SOAP")
    return Answer(answer.status, dict(first.items()), first.get_payload(decode=True) or b"")
