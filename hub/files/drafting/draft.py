"""What all drafts have in common: the file that is written, and the guesses at ids, times and our key."""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from io import StringIO
from itertools import count
from typing import Any

from ruamel.yaml import YAML

from hub.domain.documents import Doc
from hub.files.proposing.pinyin import spellings
from hub.files.schema_import import file_name

IDS = re.compile(r"^(id|uuid|guid|.*[_ ]?(id|no|nr|number|key|code)|.*(编号|编码|单号))$", re.IGNORECASE)
CHANGED = re.compile(
    r"^(updated|modified|changed|last_?(modified|changed?|updated?)|write|edit)(_?(at|on|date|time|datetime))*$"
    r"|(更新|修改|变更|最后修改|最后更新)(时间|日期)$",
    re.IGNORECASE,
)
PLURAL = ((r"ies$", "y"), (r"(ss|x|ch|sh)es$", r"\1"), (r"(?<!s)s$", ""))
HEAD = "# A draft. Nothing of it is verified: read it beside the documents of the product.\n"
SECONDS: Doc = {"title": {"en": "Longest request, seconds", "zh": "最长请求秒数"}, "default": 30}
LOGIN: Mapping[str, Doc] = {
    "user": {"title": {"en": "User", "zh": "用户"}},
    "password": {"title": {"en": "Password", "zh": "密码"}, "secret": True},
}
TOKEN: Mapping[str, Doc] = {"token": {"title": {"en": "Token", "zh": "令牌"}, "secret": True}}


@dataclass(frozen=True)
class Wanted:
    """What is to be drafted: the connector's name, its objects (none named: all), the zone of times without one."""

    name: str
    objects: tuple[str, ...] = ()
    zone: str = "UTC"

    def takes(self, name: str) -> bool:
        """Whether an object is meant."""
        return not self.objects or name in self.objects


@dataclass
class Drafted:
    """A connector file to be; ``notes`` is what a person has to say, ``schemas`` are those of its objects."""

    file: Doc
    notes: list[str] = field(default_factory=list)
    schemas: dict[str, Doc] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)  # files that the connector file names, by their paths

    def text(self) -> str:
        """The file, with what is to be done at its head."""
        told = StringIO()
        yaml = YAML()
        yaml.width = 118
        yaml.default_flow_style = False
        yaml.dump(self.file, told)
        notes = "".join(f"# TODO {note}\n" for note in self.notes)
        return f"{HEAD}{notes}{told.getvalue()}"


def connector(wanted: Wanted, driver: str, settings: Mapping[str, Doc], connection: Doc, objects: Doc) -> Doc:
    """A connector file as a document."""
    title = wanted.name.replace("_", " ").capitalize()
    return {
        "connector": wanted.name,
        "title": {"en": title, "zh": title},
        "product": f"{title}, drafted and not tried yet",
        "driver": driver,
        "settings": {name: dict(told) for name, told in settings.items()},
        **({"connection": connection} if connection else {}),
        "objects": objects,
    }


def an_object(name: str, told: str, zone: str, remote: Doc, **more: Any) -> Doc:
    """One object of a connector file, which its documents call ``told``."""
    title = name.replace("_", " ").capitalize()
    cursor = {"tz": zone, "granularity": "1 s"}
    return {"title": {"en": title, "zh": title if told.isascii() else told}, "cursor": cursor, **more, "remote": remote}


def only_read(schema: Doc) -> Doc:
    """A schema of records that we cannot write over there."""
    return {**schema, "properties": {name: {**node, "readOnly": True} for name, node in schema["properties"].items()}}


def object_name(told: str, taken: Container[str] = ()) -> str:
    """A name for an object, whatever its documents call it: Chinese is spelt, and a name that is taken is numbered."""
    spelt = re.sub(r"[^a-z0-9_]+", "_", next(iter(spellings(file_name(told))))).strip("_")
    name = spelt if spelt[:1].isalpha() else f"object_{spelt}".rstrip("_")
    return next(one for number in count(1) for one in [name if number == 1 else f"{name}_{number}"] if one not in taken)


def id_among(names: Iterable[str], noun: str = "") -> str | None:
    """The name that is most likely the id: ``id``, then that of the noun, then whatever looks like one."""
    known = list(names)
    likely = [name for name in known if IDS.match(name)]
    exact = [name for name in likely if name.lower() in {"id", f"{noun}_id", f"{noun}id", f"{noun}_no"}]
    return next(iter([*exact, *likely]), None)


def changed_among(names: Iterable[str]) -> str | None:
    """The name that most likely tells when a record was changed."""
    return next((name for name in names if CHANGED.match(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name))), None)


def named(columns: Iterable[str]) -> dict[str, str]:
    """Columns by a name for each of them: those that would be called alike are numbered."""
    found: dict[str, str] = {}
    for column in columns:
        name, number = file_name(column), 1
        while name in found:
            number += 1
            name = f"{file_name(column)}_{number}"
        found[name] = column
    return found


def singular(name: str) -> str:
    """``companies`` is company."""
    for pattern, with_what in PLURAL:
        made = re.sub(pattern, with_what, name)
        if made != name:
            return made
    return name


def rows_in(schema: Mapping[str, Any]) -> str | None:
    """Where the list of records stands in an answer: a path of names, empty for the answer itself."""
    if schema.get("type") == "array":
        return ""
    lists = [name for name, node in schema.get("properties", {}).items() if node.get("type") == "array"]
    if lists:
        return str(lists[0])
    for name, node in schema.get("properties", {}).items():
        inner = rows_in(node) if node.get("properties") else None
        if inner is not None:
            return f"{name}.{inner}".rstrip(".")
    return None
