"""Any SOAP service, by its WSDL: ``connect`` makes a connector out of settings and a connector file."""

from connectors.soap.calls import Calls
from connectors.soap.connector import SoapConnector
from connectors.soap.making import service_of
from connectors.soap.objects import object_of
from hub.ports.connector import Connector, Setup

__all__ = ["connect"]


def connect(setup: Setup) -> Connector:
    """Make the connector of one system; nothing is called yet, and the WSDL is read with the first call."""
    objects = {name: object_of(name, told) for name, told in setup.remote.items()}
    return SoapConnector(Calls(service_of(setup), setup), setup, objects)
