"""The settings of an installation: shipped defaults with the operator's ``hub.yaml`` over them, checked as a whole."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson

from hub.domain.errors import InvalidError
from hub.domain.problems import Problem
from hub.domain.sync.budget import Budget
from hub.files.data import data_dir
from hub.files.overlay import merge
from hub.files.settings_problems import check
from hub.files.yaml import Document, read_yaml

NAME = "hub.yaml"
UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}


class SettingsError(InvalidError):
    """The settings are wrong; ``problems`` has every one of them."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            "The settings have {count} problem(s): {first} Run 'tickethub doctor' to see all.",
            count=len(problems),
            first=problems[0],
        )
        self.problems = problems


@dataclass(frozen=True)
class Database:
    """Where everything is kept; ``url`` is absolute and without password, ``password`` a secret's reference."""

    url: str
    password: str | None = None

    @property
    def file(self) -> Path | None:
        """The SQLite file; None on PostgreSQL."""
        return Path(self.url.removeprefix("sqlite:///")) if self.url.startswith("sqlite:") else None


@dataclass(frozen=True)
class Listen:
    """Where the web server answers."""

    host: str
    port: int
    threads: int
    proxies: int
    https_only: bool


@dataclass(frozen=True)
class HookSettings:
    """How a system is let in; ``token`` and ``signing_keys`` are references."""

    token: str
    signing_keys: tuple[str, ...]


@dataclass(frozen=True)
class SystemSettings:
    """One connected system; ``secrets`` are references."""

    name: str
    connector: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    private_hosts: frozenset[str]
    mappings: tuple[str, ...]
    poll_every: timedelta
    overlap: timedelta
    lag: timedelta
    request_limit: timedelta
    sweep_every: timedelta
    paused: bool
    hooks: HookSettings | None
    concurrency: int
    budget: Budget


@dataclass(frozen=True)
class CallSettings:
    """One call centre; ``token`` and ``signing_keys`` are references."""

    name: str
    dialect: str
    token: str
    signing_keys: tuple[str, ...]
    region: str
    privacy_prefixes: tuple[str, ...]
    ticket_type: str
    priority: str
    confirms_alone: frozenset[str]


@dataclass(frozen=True)
class MailSettings:
    """The mail server; ``password`` is a reference."""

    host: str
    port: int
    security: str
    user: str | None
    password: str | None
    sender: str
    timeout: timedelta
    recipients: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class LogSettings:
    """How the log is written: ``text`` or ``json``, from which level of Python's on."""

    format: str = "text"
    level: int = logging.WARNING


@dataclass(frozen=True)
class Settings:
    """Everything that an operator sets, read and checked."""

    directory: Path
    database: Database
    key_file: Path
    listen: Listen
    languages: tuple[str, ...]
    zone: str
    intervals: Mapping[str, timedelta]
    systems: Mapping[str, SystemSettings]
    calls: Mapping[str, CallSettings]
    mail: MailSettings | None
    precedence: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    log: LogSettings = field(default_factory=LogSettings)


def load(directory: Path, text: str | None = None) -> Settings:
    """Read the settings of a data directory, or the text that is to be their file; SettingsError has all problems."""
    schema = meta_schema()
    base, own = read(data_dir("config") / NAME), read(directory / NAME, text)
    value = merge(base.data, own.data or {})
    problems = tuple(check(schema, value, own, base))
    if problems:
        raise SettingsError(problems)
    return settings_of(directory, filled(schema, schema, value))


def read(path: Path, text: str | None = None) -> Document:
    """Read a settings file, or the text that is to be one; SettingsError when it is missing or not YAML."""
    try:
        return read_yaml(path.read_text("utf-8") if text is None else text, str(path))
    except FileNotFoundError:
        mend = f"Make it with 'tickethub init {path.parent}', or name the right directory with --dir."
        raise SettingsError((Problem(str(path), "is not there.", mend),)) from None
    except (OSError, UnicodeDecodeError) as error:
        mend = "Make it a readable file of UTF-8 text."
        raise SettingsError((Problem(str(path), f"cannot be read ({type(error).__name__}).", mend),)) from None
    except InvalidError as error:
        raise SettingsError(
            tuple(
                Problem(field.path, f"{field.template.format(**field.params)}.", "Mend that line.")
                for field in error.fields
            )
        ) from None


def meta_schema() -> Mapping[str, Any]:
    """The JSON Schema that settings follow."""
    schema: Mapping[str, Any] = orjson.loads((data_dir("schemas") / "hub.json").read_bytes())
    return schema


def filled(root: Mapping[str, Any], schema: Mapping[str, Any], value: Any) -> Any:
    """The value with the schema's defaults where nothing is said."""
    schema = {**resolved(root, schema), **schema}
    if not isinstance(value, dict):
        return value
    known = schema.get("properties", {})
    defaults = {name: node["default"] for name, node in known.items() if "default" in node}
    others = schema.get("additionalProperties")
    nodes = {name: known.get(name, others if isinstance(others, dict) else {}) for name in {**defaults, **value}}
    return {name: filled(root, nodes[name], item) for name, item in {**defaults, **value}.items()}


def resolved(root: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a ``$ref`` of the meta-schema stands for."""
    reference = schema.get("$ref")
    return {} if reference is None else root["$defs"][reference.removeprefix("#/$defs/")]


def settings_of(directory: Path, value: Mapping[str, Any]) -> Settings:
    """Checked settings as values."""
    return Settings(
        directory=directory,
        database=database_of(directory, value["database"]),
        key_file=directory / value["key_file"],
        listen=Listen(**value["listen"]),
        languages=tuple(value["languages"]),
        zone=value["zone"],
        intervals={name: duration(text) for name, text in value["intervals"].items()},
        systems={name: system_of(name, node) for name, node in value.get("systems", {}).items()},
        calls={name: calls_of(name, node) for name, node in value.get("calls", {}).items()},
        mail=mail_of(value["mail"]) if "mail" in value else None,
        log=LogSettings(value["log"]["format"], logging.getLevelNamesMapping()[value["log"]["level"].upper()]),
        precedence={path: tuple(systems) for path, systems in value.get("precedence", {}).items()},
    )


def database_of(directory: Path, value: Mapping[str, Any]) -> Database:
    """The database with an absolute address and the driver that we ship."""
    url = value["url"]
    if url.startswith("sqlite:///"):
        return Database(f"sqlite:///{(directory / url.removeprefix('sqlite:///')).absolute()}")
    return Database(url.replace("postgresql://", "postgresql+psycopg://", 1), value.get("password"))


def system_of(name: str, value: Mapping[str, Any]) -> SystemSettings:
    """One connected system."""
    times = {key: duration(value[key]) for key in ("poll_every", "overlap", "lag", "request_limit", "sweep_every")}
    mappings = tuple(value["mappings"])
    told = value.get("hooks")
    hooks = None if told is None else HookSettings(told["token"], tuple(told.get("signing_keys", ())))
    hosts = frozenset(value["private_hosts"])
    parts = {"mappings": mappings, "private_hosts": hosts, "budget": budget_of(value["budget"]), "hooks": hooks}
    return SystemSettings(name=name, **{**value, **times, **parts})


def budget_of(value: Mapping[str, Any]) -> Budget:
    """How many calls a system allows."""
    return Budget(**{**value, "reserve": int(value["reserve"].removesuffix("%"))})


def calls_of(name: str, value: Mapping[str, Any]) -> CallSettings:
    """One call centre."""
    lists = {key: tuple(value.get(key, ())) for key in ("signing_keys", "privacy_prefixes")}
    return CallSettings(name=name, **{**value, **lists, "confirms_alone": frozenset(value["confirms_alone"])})


def mail_of(value: Mapping[str, Any]) -> MailSettings:
    """The mail server."""
    recipients = {name: tuple(addresses) for name, addresses in value["recipients"].items()}
    timeout = duration(value["timeout"])
    return MailSettings(**{"user": None, "password": None, **value, "recipients": recipients, "timeout": timeout})


def duration(text: str) -> timedelta:
    """A duration such as ``30 s``, ``5 min``, ``2 h``, ``1 d``."""
    amount, unit = text.split(" ")
    return timedelta(**{UNITS[unit]: int(amount)})
