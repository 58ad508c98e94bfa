"""Secrets from the environment or from files, never from the settings themselves."""

from collections.abc import Mapping
from pathlib import Path

from hub.domain.errors import InvalidError
from hub.ports.secrets import Secret


def resolve(reference: str, *, directory: Path, environment: Mapping[str, str]) -> Secret:
    """The secret that ``env/NAME`` or ``file/PATH`` (below the data directory) names; InvalidError says what lacks."""
    source, _, name = reference.partition("/")
    return of_environment(name, environment) if source == "env" else of_file(directory / name)


def of_environment(name: str, environment: Mapping[str, str]) -> Secret:
    """The value of an environment variable."""
    if not environment.get(name):
        raise InvalidError("The environment variable {name} is not set: set it to the secret.", name=name)
    return Secret(environment[name])


def of_file(path: Path) -> Secret:
    """The first line of a file."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidError(
            "The secret file {path} cannot be read ({reason}): write the secret into it.",
            path=path,
            reason=type(error).__name__,
        ) from None
    if not lines or not lines[0].strip():
        raise InvalidError("The secret file {path} is empty: write the secret into its first line.", path=path)
    return Secret(lines[0].strip())
