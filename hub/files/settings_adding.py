"""A system added to the operator's ``hub.yaml``: comments and order of the file stay as they are."""

from io import StringIO

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.error import YAMLError

from hub.domain.documents import Doc
from hub.domain.errors import ConflictError, InvalidError


def with_system(text: str, name: str, told: Doc, *, force: bool = False) -> str:
    """The text of a settings file with one system more; ConflictError when it has one of this name, unless by force."""
    yaml = editor()
    try:
        data = yaml.load(text)
    except YAMLError as error:
        raise InvalidError("hub.yaml is not YAML: mend it, 'tickethub doctor' says where.") from error
    if data is None:
        return text.rstrip("\n") + ("\n\n" if text.strip() else "") + dumped(yaml, {"systems": {name: told}})
    if "systems" in data and data["systems"] is None:
        data["systems"] = {}
    systems = data.get("systems")
    if systems is None:
        return text.rstrip("\n") + "\n\n" + dumped(yaml, {"systems": {name: told}})
    if name in systems and not force:
        raise ConflictError("hub.yaml has a system {name} already: change it there, or say --force.", name=name)
    systems[name] = told
    return dumped(yaml, data)


def editor() -> YAML:
    """Reads and writes with comments and quotes."""
    yaml = YAML(typ="rt")
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    return yaml


def dumped(yaml: YAML, data: Doc | CommentedMap) -> str:
    """Data as text."""
    out = StringIO()
    yaml.dump(data, out)
    return out.getvalue()
