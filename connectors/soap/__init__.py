"""Any SOAP service, by its WSDL: ``connect`` makes a connector out of settings and a connector file."""

from connectors.soap.calls import Calls
from connectors.soap.connector import SoapConnector
from connectors.soap.making import service_of
from connectors.soap.objects import check_names, object_of
from hub.ports.connector import Connector, Setup

__all__ = ["connect"]


def connect(setup: Setup) -> Connector:
    """Make the connector of one system; nothing is called yet, and the WSDL is read with the first call.

    InvalidError names every argument of the connector file that is neither a setting nor given by the driver.
    """
    for name, told in setup.remote.items():
        check_names(name, told, setup.settings)
    objects = {name: object_of(name, told) for name, told in setup.remote.items()}
    return SoapConnector(Calls(service_of(setup), setup), setup, objects)
