"""Accounts of people and keys of programs."""

import secrets

from hub.cli.operations.operation import Operation, operator
from hub.domain.documents import Doc
from hub.domain.errors import InvalidError, NotFoundError
from hub.ports.accounts import ApiKey, User
from hub.services import accounts, api_keys
from hub.services.context import Hub


def add_user(hub: Hub, arguments: Doc) -> Doc:
    """A new account; its roles are those of config/roles.yaml."""
    if unknown := sorted(set(arguments["roles"]) - set(hub.policies.roles)):
        raise InvalidError(
            "There is no role {unknown}: there are {known}.",
            unknown=", ".join(unknown),
            known=", ".join(hub.policies.roles),
        )
    return shown_user(accounts.add_user(hub, operator(hub), **arguments))


def list_users(hub: Hub, _: Doc) -> Doc:
    """All accounts."""
    return {"users": [shown_user(user) for user in accounts.users(hub)]}


def disable_user(hub: Hub, arguments: Doc) -> Doc:
    """Lock an account, or open it again."""
    user = by_login(hub, arguments["login"])
    return shown_user(accounts.change_user(hub, operator(hub), user.id, disabled=arguments["disabled"]))


def set_password(hub: Hub, arguments: Doc) -> Doc:
    """Another password."""
    user = by_login(hub, arguments["login"])
    return shown_user(accounts.set_password(hub, operator(hub), user.id, arguments["password"]))


def by_login(hub: Hub, login: str) -> User:
    """An account; NotFoundError when there is none."""
    user = hub.store.read(lambda tx: tx.accounts.by_login(login))
    if user is None:
        raise NotFoundError("There is no user {login}: see 'tickethub user list'.", login=login)
    return user


def shown_user(user: User) -> Doc:
    """An account without its hash."""
    return {
        "id": user.id,
        "login": user.login,
        "name": user.name,
        "roles": list(user.roles),
        "language": user.language,
        "technician_id": user.technician_id,
        "disabled": user.disabled,
    }


def add_key(hub: Hub, arguments: Doc) -> Doc:
    """A new API key; its text is given this once."""
    key, text = api_keys.add_key(hub, operator(hub), secret=secrets.token_urlsafe(32), **arguments)
    return {**shown_key(key), "key": text}


def list_keys(hub: Hub, _: Doc) -> Doc:
    """All API keys."""
    return {"keys": [shown_key(key) for key in api_keys.keys(hub)]}


def revoke_key(hub: Hub, arguments: Doc) -> Doc:
    """Take a key back."""
    api_keys.revoke_key(hub, operator(hub), arguments["id"])
    return {"id": arguments["id"]}


def shown_key(key: ApiKey) -> Doc:
    """A key without its digest."""
    revoked = key.revoked_at.isoformat() if key.revoked_at else None
    made = key.created_at.isoformat()
    return {"id": key.id, "name": key.name, "scopes": list(key.scopes), "created_at": made, "revoked_at": revoked}


PEOPLE: dict[str, Operation] = {
    "user.add": Operation(add_user),
    "user.list": Operation(list_users, writes=False),
    "user.disable": Operation(disable_user),
    "user.password": Operation(set_password),
    "key.add": Operation(add_key),
    "key.list": Operation(list_keys, writes=False),
    "key.revoke": Operation(revoke_key),
}
