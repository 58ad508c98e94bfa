"""Every message that a person may see, read from templates and Python: what the catalogs must translate.

The command line speaks English; what only it says is left out.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract

ROOT = Path(__file__).parents[3]
UNSEEN = ("hub/testing", "hub/cli", "hub/jobs", "hub/laws", "hub/process", "hub/bootstrap", "hub/files")
SEEN = ("hub/files/schemas.py",)
MARKS = {"N_", "translate", "_", "reason", "Lack"}  # the first argument is a message
SECOND = {"FieldError", "_wants"}  # the second argument is
NAMED = {"template", "why"}  # keyword arguments and variables that hold a message
TABLES = {
    "WORDS",
    "WAIVED",
    "VISIT_TIMES",
    "CALL_TIMES",
    "OTHERWISE",
    "_KINDS",
    "_MODES",
    "_RETROACTIVE",
    "_OUT_OF_RANGE",
}
WITH_TEMPLATE = re.compile(r"(Error|Review|Missing|Reason)$")
TELLING = {"note", "tell_warehouse", "Score", "Check", "Fact"}  # some argument is a message
BUILT_IN = {"LookupError", "ValueError", "KeyError", "TypeError", "AssertionError"}  # our own mistakes: only logged
PARAMETER = re.compile(r"\{(\w+)(?:![rsa])?\}")


def messages() -> dict[str, str]:
    """Each message with the place where it stands."""
    found = dict(of_templates())
    for folder in ("hub", "connectors"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if name in SEEN or not name.startswith(UNSEEN):
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
    """The messages of a module: marked ones, templates of errors, and the tables of words."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        for message in of_node(node):
            yield message, f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def of_node(node: ast.AST) -> Iterator[str]:
    """The messages of a call or an assignment."""
    if isinstance(node, ast.Call):
        yield from of_call(node)
    elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        if names & (NAMED | TABLES):
            yield from sentences(node.value)


def of_call(node: ast.Call) -> Iterator[str]:
    """The messages among the arguments of a call."""
    name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if name in MARKS:
        yield from texts(node.args[:1])
    elif name in SECOND:
        yield from texts(node.args[1:2])
    elif name == "Guard":
        yield from ("Ticket {number}: " + text for text in texts(node.args[1:]))
    elif (WITH_TEMPLATE.search(name) and name not in BUILT_IN) or name in TELLING:
        yield from (text for argument in node.args for text in sentences(argument))
    for keyword in node.keywords:
        if keyword.arg in NAMED:
            yield from sentences(keyword.value)


def texts(arguments: list[ast.expr]) -> Iterator[str]:
    """The arguments that are texts."""
    yield from (one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str))


def sentences(node: ast.expr) -> Iterator[str]:
    """The texts in an expression that are messages rather than names."""
    if isinstance(node, ast.Dict):
        for value in node.values:
            yield from sentences(value)
    elif isinstance(node, ast.Tuple | ast.List):
        for value in node.elts:
            yield from sentences(value)
    elif isinstance(node, ast.IfExp):
        yield from sentences(node.body)
        yield from sentences(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and (" " in node.value or "{" in node.value):
        yield node.value


def parameters(message: str) -> set[str]:
    """The names that a message is filled with."""
    return set(PARAMETER.findall(message))
