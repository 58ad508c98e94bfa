"""Users are added, listed, disabled and given new passwords."""

import json

from tests.unit.cli.conftest import Run

PASSWORD = "a long enough one"


def add(run: Run, login: str = "li.na") -> None:
    run("user", "add", login, "--name", "李娜", "--role", "agent", "--password-stdin", stdin=f"{PASSWORD}\n")


def test_an_added_user_is_listed_without_the_password(run: Run) -> None:
    add(run)
    listed = json.loads(run("user", "list", "--json").output)["users"]
    assert [(user["login"], user["name"], user["roles"]) for user in listed] == [("li.na", "李娜", ["agent"])]
    assert "password" not in str(listed)
    assert "李娜" in run("user", "list").output


def test_the_password_is_asked_for_twice_and_not_shown(run: Run) -> None:
    typed = f"{PASSWORD}\n{PASSWORD}\n"
    result = run("user", "add", "wang", "--name", "Wang", "--role", "admin", stdin=typed)
    assert PASSWORD not in result.output


def test_a_weak_password_is_refused_with_the_reason(run: Run) -> None:
    result = run("user", "add", "w", "--name", "W", "--role", "admin", "--password-stdin", stdin="short\n", code=3)
    assert "password: Use 10" in result.output


def test_a_login_is_given_once(run: Run) -> None:
    add(run)
    again = ("user", "add", "li.na", "--name", "x", "--role", "agent", "--password-stdin")
    assert "li.na" in run(*again, stdin=f"{PASSWORD}\n", code=6).output


def test_a_disabled_user_is_kept_out_until_that_is_undone(run: Run) -> None:
    add(run)
    run("user", "disable", "li.na")
    assert "disabled" in run("user", "list").output
    run("user", "disable", "li.na", "--undo")
    assert "active" in run("user", "list").output


def test_a_password_is_changed(run: Run) -> None:
    add(run)
    result = run("user", "password", "li.na", "--password-stdin", stdin="another long one\n")
    assert "new password" in result.output


def test_an_unknown_login_is_named(run: Run) -> None:
    assert "There is no user nobody" in run("user", "disable", "nobody", code=4).output


def test_an_unknown_role_is_refused_with_those_that_there_are(run: Run) -> None:
    added = ("user", "add", "li.na", "--name", "x", "--role", "queen", "--password-stdin")
    assert "There is no role queen: there are admin" in run(*added, stdin=f"{PASSWORD}\n", code=3).output


def test_what_is_not_utf_8_is_refused_with_what_to_do(run: Run) -> None:
    assert "type it again" in run("user", "disable", "\udcff", code=3).output
