"""Roles: what each may do, as permissions ``<records>:<action>``, page words, or ``*``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """One role; ``rows`` is all or own, ``sees_personal`` whether telephone, mail and addresses are shown unmasked."""

    name: str
    title: Mapping[str, str]
    permissions: frozenset[str]
    rows: str
    sees_personal: bool


def may(roles: Mapping[str, Role], names: Iterable[str], permission: str) -> bool:
    """Whether any of the named roles holds a permission, itself or by a star; unknown roles hold none."""
    held = {each for name in names if name in roles for each in roles[name].permissions}
    return bool(held & {"*", permission, permission.partition(":")[0] + ":*"})


def sees_all_rows(roles: Mapping[str, Role], names: Iterable[str]) -> bool:
    """Whether any of the named roles sees more than its own records."""
    return any(roles[name].rows == "all" for name in names if name in roles)


def sees_personal(roles: Mapping[str, Role], names: Iterable[str]) -> bool:
    """Whether any of the named roles sees personal identifiers unmasked."""
    return any(roles[name].sees_personal for name in names if name in roles)
