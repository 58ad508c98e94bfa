"""Every table, on one MetaData: who imports it from here has all of them on it."""

from hub.storage.tables import access, links, queues, records, reviews, runs, trail
from hub.storage.tables.base import metadata

__all__ = ["access", "links", "metadata", "queues", "records", "reviews", "runs", "trail"]
