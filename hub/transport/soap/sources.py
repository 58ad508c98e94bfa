"""Where the documents of a service come from: beside its WSDL, or shipped with us; from the network where allowed."""

from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lxml import etree

from hub.transport.http import Request

SHIPPED = Path(__file__).parent / "standard"
STANDARD: Mapping[str, str] = {
    "schemas.xmlsoap.org/soap/encoding": "soap11-encoding.xsd",
    "www.w3.org/2003/05/soap-encoding": "soap12-encoding.xsd",
    "schemas.xmlsoap.org/wsdl": "wsdl11.xsd",
    "www.w3.org/2001/xml.xsd": "xml.xsd",
    "www.w3.org/2009/01/xml.xsd": "xml.xsd",
    "www.w3.org/xml/1998/namespace": "xml.xsd",
    "www.w3.org/2005/05/xmlmime": "xmlmime.xsd",
    "www.w3.org/2004/08/xop/include": "xop.xsd",
    "www.w3.org/2005/08/addressing": "addressing.xsd",
    "www.w3.org/2005/08/addressing/ws-addr.xsd": "addressing.xsd",
}
"""Addresses of the schemas that many services take in, without scheme and last slash: ours are read instead."""


class NoSourceError(Exception):
    """A document that is not there, or that nobody allowed to fetch; ``args`` say which, and why."""


class Sources:
    """Gives zeep the documents that a WSDL is made of. It never sends a message: it turns one into a ``Request``.

    ``fetch`` gets an address from the network; None: nothing is fetched. Files are read from the folder of the WSDL
    alone, since a WSDL that somebody else wrote may name any file.
    """

    def __init__(self, wsdl: str, *, fetch: Callable[[str], bytes] | None = None) -> None:
        self.wsdl = wsdl
        self._fetch = fetch
        self._folder = None if remote(wsdl) else Path(wsdl).resolve().parent

    def load(self, url: str) -> bytes:
        """The document at an address or path; NoSourceError when it is not to be had."""
        shipped = STANDARD.get(url.partition("://")[2].rstrip("/").lower())
        if shipped is not None:
            return (SHIPPED / shipped).read_bytes()
        if remote(url):
            if self._fetch is None:
                raise NoSourceError(url, "it would have to be fetched: save it beside the WSDL")
            return plain_xml(url, self._fetch(url))
        return plain_xml(url, self._file(url))

    def post_xml(self, address: str, envelope: etree._Element, headers: Mapping[str, str]) -> Request:
        """What is to be sent: zeep calls this in the belief that it is sent."""
        return Request("POST", address, headers, body=etree.tostring(envelope, xml_declaration=True, encoding="utf-8"))

    def _file(self, url: str) -> bytes:
        path = Path(unquote(urlsplit(url).path) if url.startswith("file:") else url).resolve()
        if self._folder is None or not path.is_relative_to(self._folder):
            raise NoSourceError(url, "it lies outside the folder of the WSDL")
        try:
            return path.read_bytes()
        except OSError as error:
            raise NoSourceError(url, "there is no such file") from error


def remote(url: str) -> bool:
    """Whether an address is one of the network."""
    return url.startswith(("http://", "https://"))


def plain_xml(url: str, content: bytes) -> bytes:
    """The document without blank lines at its beginning; NoSourceError where it is no XML, or has a DTD."""
    content = content.lstrip()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NoSourceError(url, "it is not XML") from error
    if root.getroottree().docinfo.doctype:
        raise NoSourceError(url, "it has a DTD")
    return content
