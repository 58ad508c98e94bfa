"""Drafts of connector files, made of what a system says of itself: a person reads them and goes on.

What no document says stands as ``TODO`` at the head of the file, so that it can be seen and searched for.
"""

from collections.abc import Callable, Mapping

from hub.files.drafting.draft import Drafted, Wanted
from hub.files.drafting.odata import draft_odata
from hub.files.drafting.rest import draft_openapi, draft_sample
from hub.files.drafting.soap import draft_soap
from hub.files.schema_import.source import MOST, Source

__all__ = ["Drafted", "Wanted", "draft_document"]
DOCUMENTS: Mapping[str, Callable[[Source, Wanted], Drafted]] = {
    "openapi": draft_openapi,
    "sample": draft_sample,
    "edmx": draft_odata,
    "wsdl": draft_soap,
}
"""By the kind of the document; a database and a folder are looked at, and drafted by ``tables`` and ``folders``."""


def draft_document(source: Source, wanted: Wanted) -> Drafted:
    """A draft of a document; InvalidError when it is too large, or not built as its kind is."""
    if len(source.text) > MOST:
        raise source.too_large()
    try:
        return DOCUMENTS[source.kind](source, wanted)
    except (RecursionError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise source.refusal(f"it is built in another way ({type(error).__name__})") from error
