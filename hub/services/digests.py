"""What is kept of passwords and random secrets: never themselves."""

import hashlib

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST_PASSWORD = 200  # argon2 would hash megabytes as gladly
HASHER = PasswordHasher()
NOBODY = HASHER.hash("no account has this password")  # verified for unknown logins, so that they take as long


def hashed(password: str) -> str:
    """What is kept of a password."""
    return HASHER.hash(password)


def matches(hashed: str, password: str) -> bool:
    """Whether a password is the one of a hash; slow by design."""
    try:
        return len(password) <= LONGEST_PASSWORD and HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def digest(secret: str) -> str:
    """What is kept of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def name_of(typed: str) -> str:
    """What was typed into the login field may be a password: it stands in the clear nowhere."""
    return hashlib.sha256(b"sign-in:" + typed.encode()).hexdigest()[:32]
