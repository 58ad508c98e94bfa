"""tickethub: the hub between a service organisation and the systems it already has."""
