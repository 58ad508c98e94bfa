"""Signatures of hooks as each product makes them, checked on the raw bytes."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from hub.domain.hooks import Signature
from hub.transport.webhooks import TOLERANCE, SignatureError, any_equal, key_of, moment, single, verify

STANDARD = ("webhook-id", "webhook-timestamp", "webhook-signature")
TIMESTAMP = re.compile(r"[0-9]{1,15}")
LAST_SECOND = 10**11  # a larger time stamp is one of milliseconds
PARTS = re.compile(r"(\{timestamp\}|\{body\})")
WRITTEN: Mapping[str, Callable[[bytes], str]] = {
    "hex": lambda digest: digest.hex(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
}


def headers_of(signature: Signature) -> tuple[str, ...]:
    """The headers that a signature stands in, in lower case."""
    if signature.over is None:
        return STANDARD
    return tuple(name.lower() for name in (signature.header, signature.timestamp) if name)


def check(
    signature: Signature, secrets: Sequence[str], headers: Mapping[str, Sequence[str]], body: bytes, *, now: datetime
) -> None:
    """Nothing, when one of the secrets has signed the body; SignatureError says what does not hold.

    ``headers`` gives every value of a name in lower case: a header that stands twice is refused.
    """
    if signature.over is None:
        verify([key_of(secret) for secret in secrets], headers, body, now=now)
        return
    stamp = stamp_of(signature, headers, now)
    offered = single(headers, signature.header.lower(), None)
    if not any_equal([offered], [sign(signature, secret, stamp, body) for secret in secrets]):
        raise SignatureError("No signature of the message is valid.")


def stamp_of(signature: Signature, headers: Mapping[str, Sequence[str]], now: datetime) -> str:
    """The time stamp that was signed, empty where there is none; SignatureError when it is too old or too new."""
    if signature.timestamp is None:
        return ""
    stamp = single(headers, signature.timestamp.lower(), TIMESTAMP)
    seconds = int(stamp) if int(stamp) < LAST_SECOND else int(stamp) // 1000
    if abs(now - moment(seconds)) > TOLERANCE:
        raise SignatureError("The message was signed more than {minutes} minutes from now.", minutes=5)
    return stamp


def sign(signature: Signature, secret: str, stamp: str, body: bytes) -> str:
    """The header that a sender with this secret would send."""
    values = {"{timestamp}": stamp.encode(), "{body}": body}
    over = b"".join(values.get(part, part.encode()) for part in PARTS.split(signature.over or ""))
    digest = hmac.new(secret.encode(), over, getattr(hashlib, signature.algorithm)).digest()
    return signature.prefix + WRITTEN[signature.encoding](digest)
