"""The secrets that settings refer to."""

from collections.abc import Mapping

from hub.files.settings import Settings
from hub.ports.secrets import Secret
from hub.process.secrets import resolve

Environment = Mapping[str, str]


def secret(settings: Settings, environment: Environment, reference: str) -> Secret:
    """The secret that a reference names."""
    return resolve(reference, directory=settings.directory, environment=environment)
