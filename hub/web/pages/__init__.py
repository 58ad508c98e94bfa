"""The console: pages for people, each file one noun."""

from flask import Flask

from hub.web.pages import account

NOUNS = (account,)


def register(app: Flask) -> None:
    """Add the pages of every noun."""
    for noun in NOUNS:
        app.register_blueprint(noun.pages)
