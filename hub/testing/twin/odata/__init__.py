"""A strict OData 2 service, as SAP Gateway serves it: the part of a twin that is the same for all its services."""
