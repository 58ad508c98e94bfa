"""tickethub: the hub between a service organisation and the systems it already has."""

__version__ = "0.1.0"
