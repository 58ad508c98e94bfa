"""``tickethub user``: people who sign in."""

import sys

import click

from hub.cli.access import perform
from hub.cli.place import Place, here, json_option, tell
from hub.domain.documents import Doc

password_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking for it."
)


@click.group("user")
def command() -> None:
    """People who sign in."""


@command.command("add")
@click.argument("login")
@click.option("--name", required=True, help="The person's name, as the console shows it.")
@click.option("--role", "roles", multiple=True, required=True, help="A role of config/roles.yaml; may be repeated.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("--technician", "technician_id", help="The id of the technician record that is this person.")
@password_option
@json_option
@here
def add(place: Place, /, *, login: str, password_stdin: bool, as_json: bool, **facts: object) -> None:
    """Let LOGIN sign in; asks for the password."""
    answer = perform(place, "user.add", login=login, password=asked(from_stdin=password_stdin), **facts)
    tell(answer, as_json=as_json, lines=[f"{answer['login']} may sign in as {', '.join(answer['roles'])}."])


@command.command("list")
@json_option
@here
def listing(place: Place, /, *, as_json: bool) -> None:
    """List who may sign in."""
    answer = perform(place, "user.list")
    tell(answer, as_json=as_json, lines=[line_of(one) for one in answer["users"]] or ["There are no users."])


def line_of(user: Doc) -> str:
    """One user on one line."""
    state = "disabled" if user["disabled"] else "active"
    return f"{user['login']:<24} {state:<9} {','.join(user['roles']):<24} {user['name']}"


@command.command("disable")
@click.argument("login")
@click.option("--undo", is_flag=True, help="Let the person sign in again.")
@here
def disable(place: Place, /, login: str, *, undo: bool) -> None:
    """Keep LOGIN out, at once; records and audit entries stay."""
    perform(place, "user.disable", login=login, disabled=not undo)
    click.echo(f"{login} may sign in again." if undo else f"{login} is disabled.")


@command.command("password")
@click.argument("login")
@password_option
@here
def password(place: Place, /, login: str, *, password_stdin: bool) -> None:
    """Give LOGIN another password."""
    perform(place, "user.password", login=login, password=asked(from_stdin=password_stdin))
    click.echo(f"{login} has a new password.")


def asked(*, from_stdin: bool) -> str:
    """The password, typed twice or from the first line of standard input; never from the command line."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer
