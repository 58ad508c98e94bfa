"""What the operator decides about the web layer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hub.bootstrap.mapping_book import MappingBook
from hub.services.context import Hub

ReceiveCall = Callable[[Hub, str, bytes, Mapping[str, str], Mapping[str, Any]], None]
"""Takes a call event: hub, system, raw body, headers in lower case, and the form or JSON object as parsed."""


@dataclass(frozen=True)
class CallHook:
    """How a call centre may post events: a secret in the URL, and for the signed dialect the keys of its signatures."""

    token: str
    dialect: str = "form"  # form: the open CTI push dialect, form or JSON | signed: JSON with signatures
    secrets: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"CallHook(dialect={self.dialect!r})"  # a secret must not reach a log by way of repr


@dataclass(frozen=True)
class SystemHook:
    """How a connected system may post what changed: a secret in the URL, and the keys of its signatures."""

    token: str
    keys: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "SystemHook()"  # a secret must not reach a log by way of repr


@dataclass(frozen=True)
class Options:
    """The settings of one web process; sizes in bytes."""

    hooks: Mapping[str, CallHook] = field(default_factory=dict)
    system_hooks: Mapping[str, SystemHook] = field(default_factory=dict)
    receive_call: ReceiveCall | None = None
    mappings: MappingBook = field(default_factory=MappingBook)
    troubles: Callable[[], Mapping[str, str]] = dict  # why workers of this process fail, by job
    time_zone: str = "Asia/Shanghai"
    secure_cookies: bool = False
    proxies: int = 0  # how many trusted proxies stand before us and set X-Forwarded-*
    body_limit: int = 1024 * 1024
    hook_limit: int = 256 * 1024
    upload_limit: int = 12 * 1024 * 1024
