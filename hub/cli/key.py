"""``tickethub key``: API keys of programs."""

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.domain.documents import Doc


@click.group("key")
def command() -> None:
    """API keys of programs."""


@command.command("add")
@click.argument("name")
@click.option("--scope", "scopes", multiple=True, required=True, help="Such as tickets:read; may be repeated.")
@json_option
@here
def add(place: Place, /, *, as_json: bool, **facts: object) -> None:
    """Make a key called NAME and show it, this once."""
    answer = perform(place, "key.add", **facts)
    tell(answer, as_json=as_json, lines=[answer["key"]])


@command.command("list")
@json_option
@here
def listing(place: Place, /, *, as_json: bool) -> None:
    """List the keys, without what they are."""
    answer = perform(place, "key.list")
    tell(answer, as_json=as_json, lines=[line_of(one) for one in answer["keys"]] or ["There are no keys."])


def line_of(key: Doc) -> str:
    """One key on one line."""
    state = "revoked" if key["revoked_at"] else "active"
    return f"{key['id']} {state:<8} {key['created_at'][:10]} {','.join(key['scopes']):<32} {key['name']}"


@command.command("revoke")
@click.argument("key_id", metavar="ID")
@here
def revoke(place: Place, key_id: str) -> None:
    """Refuse the key ID from now on."""
    perform(place, "key.revoke", id=key_id)
    click.echo(f"{key_id} is revoked.")
