"""WS-Security: who sends a message, as a UsernameToken in its header.

Facts: OASIS Web Services Security UsernameToken Profile 1.0 and SOAP Message Security 1.0 (2004). The digest is
Base64(SHA-1(nonce + created + password)).
"""

import hashlib
import secrets
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from lxml import etree

OASIS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
SECEXT = OASIS + "wssecurity-secext-1.0.xsd"
UTILITY = OASIS + "wssecurity-utility-1.0.xsd"
TOKEN = OASIS + "username-token-profile-1.0"
BASE64 = OASIS + "soap-message-security-1.0#Base64Binary"
NONCE = 16  # bytes


@dataclass(frozen=True)
class UsernameToken:
    """Says user and password in each message; ``valid`` adds a time stamp that ends after it."""

    user: str
    password: str
    now: Callable[[], datetime]
    digest: bool = False
    valid: timedelta | None = None

    def header(self, envelope_namespace: str) -> etree._Element:
        """The header of one message: a new nonce each time, since servers refuse one that they saw."""
        names = {"wsse": SECEXT, "wsu": UTILITY}
        root = etree.Element(etree.QName(SECEXT, "Security"), nsmap=names)
        root.set(etree.QName(envelope_namespace, "mustUnderstand"), "1")
        now = self.now().astimezone(UTC)
        if self.valid is not None:
            stamp = etree.SubElement(root, etree.QName(UTILITY, "Timestamp"))
            etree.SubElement(stamp, etree.QName(UTILITY, "Created")).text = told(now)
            etree.SubElement(stamp, etree.QName(UTILITY, "Expires")).text = told(now + self.valid)
        token = etree.SubElement(root, etree.QName(SECEXT, "UsernameToken"))
        etree.SubElement(token, etree.QName(SECEXT, "Username")).text = self.user
        nonce, created = secrets.token_bytes(NONCE), told(now)
        kind, password = self._password(nonce, created)
        etree.SubElement(token, etree.QName(SECEXT, "Password"), Type=f"{TOKEN}#{kind}").text = password
        etree.SubElement(token, etree.QName(SECEXT, "Nonce"), EncodingType=BASE64).text = b64encode(nonce).decode()
        etree.SubElement(token, etree.QName(UTILITY, "Created")).text = created
        return root

    def _password(self, nonce: bytes, created: str) -> tuple[str, str]:
        if not self.digest:
            return "PasswordText", self.password
        digest = hashlib.sha1(nonce + created.encode() + self.password.encode())  # noqa: S324 - the profile says SHA-1
        return "PasswordDigest", b64encode(digest.digest()).decode()


def told(at: datetime) -> str:
    """An instant as the profile wants it: UTC, to the millisecond, with Z."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
