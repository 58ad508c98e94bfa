"""The console: pages for people, each file one noun."""

from collections.abc import Mapping

from flask import Flask

from hub.web.actions import Key, Ready
from hub.web.pages import (
    account,
    assets,
    customers,
    desk,
    dispatch,
    do,
    field,
    leads,
    mappings,
    notices,
    people,
    reconciliation,
    reviews,
    sync,
    tickets,
    trace,
    trail,
)

NOUNS = (
    *(account, desk, field, tickets, dispatch, customers, leads, assets, notices, reviews, sync, trace, mappings),
    *(reconciliation, trail, people),
)


def register(app: Flask, actions: Mapping[Key, Ready]) -> None:
    """Add the pages of every noun, and the commands that are given on them."""
    for noun in NOUNS:
        app.register_blueprint(noun.pages)
    app.register_blueprint(do.blueprint(actions))
