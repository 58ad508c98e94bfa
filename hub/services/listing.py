"""The ids of everything that a system has of an object: by its own listing of ids, else by reading all changes."""

from datetime import datetime

from hub.domain.sync.window import BEGINNING
from hub.ports.connector import Connector, Ids, Listing


def ids_of(connector: Connector, name: str, *, until: datetime, after: str | None) -> Ids:
    """The next ids; what came into being after ``until`` may be missing."""
    if isinstance(connector, Listing):
        return connector.ids(name, after)
    page = connector.changes(name, since=BEGINNING, until=until, after=after)
    return Ids(tuple(remote.id for remote in page.records), page.after)
