"""SOAP: zeep reads the WSDL and writes the messages; we send them, and read the answers by the types of the WSDL.

zeep's own reading of answers is not used. It turns a value that is not of its type into nothing, and writes it into the
log; it gives an empty list where an array is of another type than the WSDL says; and the place of a value in what it
gives depends on how many elements its parent may have.
"""

from hub.transport.soap.reading import RawReading
from hub.transport.soap.security import UsernameToken
from hub.transport.soap.service import Service, WrongServiceError
from hub.transport.soap.sources import Sources

__all__ = ["RawReading", "Service", "Sources", "UsernameToken", "WrongServiceError"]
