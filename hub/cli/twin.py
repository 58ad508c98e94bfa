"""``tickethub twin NAME``: a strict fake of a product, to try a connection on."""

import importlib
import pkgutil
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

import click

from hub.cli.program import Failure
from hub.process.stopping import Stopping


@click.command("twin")
@click.argument("name")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Where it listens; 0: any free port.")
def command(name: str, port: int) -> None:
    """Serve the twin of a product on 127.0.0.1 until Ctrl+C; what it holds is gone then."""
    twins = importlib.import_module("hub.testing.twins")
    known = sorted(module.name for module in pkgutil.iter_modules(twins.__path__))
    if name not in known:
        raise Failure(f"there is no twin of {name}. There are: {', '.join(known) or 'none'}", 2)
    twin = importlib.import_module(f"hub.testing.twins.{name}").TWIN()
    twin.fill()
    stopping = Stopping()
    with ExitStack() as stack:
        try:
            url = stack.enter_context(importlib.import_module("hub.testing.twin.twin").served(twin, port))
        except OSError as error:
            raise Failure(f"cannot listen on 127.0.0.1:{port} ({error.strerror}): give another --port.", 7) from error
        click.echo(f"{name} listens at {url} (stop: Ctrl+C). In hub.yaml and in the environment:\n")
        click.echo(told(twin.connector, {"url": url, **twin.settings}, twin.secrets))
        stopping.wait()


def told(connector: str, settings: Mapping[str, Any], secrets: Mapping[str, str]) -> str:
    """What belongs into hub.yaml, and into the environment."""
    lines = ["systems:", f"  {connector}:", f"    connector: {connector}", f"    mappings: [{connector}]"]
    lines += ["    settings:", *(f"      {name}: {quoted(value)}" for name, value in settings.items())]
    names = {name: f"{connector}_{name}".upper() for name in secrets}
    if secrets:
        lines += ["    secrets:", *(f"      {name}: env/{names[name]}" for name in secrets)]
    return "\n".join([*lines, "", *(f"export {names[name]}={value}" for name, value in secrets.items())])


def quoted(value: Any) -> str:
    """A value as YAML writes it: a text that looks like a number stays a text."""
    return f'"{value}"' if isinstance(value, str) and value.isdecimal() else str(value)
