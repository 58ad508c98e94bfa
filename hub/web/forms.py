"""Forms of the console: their fields come from the schema of the action that they call."""

from flask import request


def text(name: str) -> str:
    """A field of the form, without surrounding space except in passwords; empty when it is missing."""
    value = request.form.get(name, "")
    return value if "password" in name or name == "present" else value.strip()
