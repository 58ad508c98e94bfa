"""Every message that a person may see, read from templates and Python: what the catalogs must translate."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract

ROOT = Path(__file__).parents[3]
MARKS = {"N_", "translate", "_"}
WITH_TEMPLATE = re.compile(r"(Error|Review|Missing|Reason)$")
SECOND = {"FieldError", "note"}  # the message is the second or a later text argument
TEMPLATED = re.compile(r"\{(\w+)\}")


def messages() -> dict[str, str]:
    """Each message with the place where it stands."""
    found = dict(of_templates())
    for folder in ("hub", "connectors"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            found |= dict(of_python(path))
    return found


def of_templates() -> Iterator[tuple[str, str]]:
    """The messages of the templates."""
    for path in sorted((ROOT / "hub/web/templates").rglob("*.html")):
        with path.open("rb") as file:
            for line, message, _, _ in extract("jinja2.ext:babel_extract", file, keywords={"_": None}):
                assert isinstance(message, str), f"{path}:{line}"
                yield message, f"{path.relative_to(ROOT)}:{line}"


def of_python(path: Path) -> Iterator[tuple[str, str]]:
    """The messages of a module: marked ones, and the templates of errors."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            for message in of_call(node):
                yield message, f"{path.relative_to(ROOT)}:{node.lineno}"


def of_call(node: ast.Call) -> Iterator[str]:
    """The messages among the arguments of a call."""
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    texts = [
        argument for argument in node.args if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    ]
    if name in MARKS and texts:
        yield str(texts[0].value)
    elif name == "FieldError" and len(node.args) > 1:
        yield from (str(one.value) for one in texts if one is node.args[1])
    elif WITH_TEMPLATE.search(name) and name != "FieldError":
        yield from (str(one.value) for one in texts if " " in str(one.value))
    for keyword in node.keywords:
        if keyword.arg == "template" and isinstance(keyword.value, ast.Constant):
            yield str(keyword.value.value)


def parameters(message: str) -> set[str]:
    """The names that a message is filled with."""
    return set(TEMPLATED.findall(message))
