"""Twins: strict fakes of products that cannot run here, built from what their vendors document and from nothing else.

One module for each connector, which has the name of its connector file; its ``TWIN`` makes one.
"""
