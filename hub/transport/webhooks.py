"""Signed web hooks, as the Standard Webhooks convention has them.

The sender signs ``id.timestamp.body`` with HMAC-SHA256 and sends webhook-id, webhook-timestamp (seconds since 1970) and
webhook-signature: a list of ``v1,<base64>``, separated by spaces, so that two secrets are valid during a rotation.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from hub.domain.errors import HubError, InvalidError

TOLERANCE = timedelta(minutes=5)
SCHEME = "v1"
PREFIX = "whsec_"
MOST_SIGNATURES = 10  # each costs an HMAC
ID = re.compile(r"[A-Za-z0-9_-]{1,128}")  # no dot: it separates what is signed
TIMESTAMP = re.compile(r"[0-9]{1,12}")


class SignatureError(HubError):
    """The message does not prove who sent it."""


def key_of(secret: str) -> bytes:
    """The bytes of a secret, written ``whsec_<base64>``; InvalidError when it is not."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise InvalidError("A web hook secret is written as whsec_ followed by base64.")
    return key


def sign(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """One signature, with its scheme."""
    signed = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return f"{SCHEME},{base64.b64encode(signed).decode()}"


def verify(keys: Sequence[bytes], headers: Mapping[str, Sequence[str]], body: bytes, *, now: datetime) -> str:
    """The id of a message that one of the keys has signed; SignatureError says what does not hold.

    ``headers`` gives every value of a name in lower case: a header that stands twice is refused.
    """
    message_id = single(headers, "webhook-id", ID)
    timestamp = int(single(headers, "webhook-timestamp", TIMESTAMP))
    offered = single(headers, "webhook-signature", None).split(" ")[:MOST_SIGNATURES]
    if abs(now - moment(timestamp)) > TOLERANCE:
        raise SignatureError("The message was signed more than {minutes} minutes from now.", minutes=5)
    expected = [sign(key, message_id, timestamp, body) for key in keys]
    if not any_equal(offered, expected):
        raise SignatureError("No signature of the message is valid.")
    return message_id


def single(headers: Mapping[str, Sequence[str]], name: str, shape: re.Pattern[str] | None) -> str:
    """The only value of a header; SignatureError when it is missing, repeated or of another shape."""
    values = headers.get(name, ())
    if len(values) != 1 or (shape is not None and not shape.fullmatch(values[0])):
        raise SignatureError("The header {name} is missing, repeated or malformed.", name=name)
    return values[0]


def moment(timestamp: int) -> datetime:
    """The instant of a time stamp; SignatureError when no calendar has it."""
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except (ValueError, OverflowError, OSError):
        raise SignatureError("The header {name} is missing, repeated or malformed.", name="webhook-timestamp") from None


def any_equal(offered: Iterable[str], expected: Sequence[str]) -> bool:
    """Whether a pair is equal; every pair is compared in constant time, so that time tells nothing."""
    results = [hmac.compare_digest(one.encode(), other.encode()) for one in offered for other in expected]
    return any(results)
