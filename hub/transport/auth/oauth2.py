"""OAuth 2 without a browser (RFC 6749, RFC 7523): client credentials, refresh token, signed assertion, password."""

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote, urlencode

import jwt

from hub.domain.documents import Doc
from hub.domain.errors import AuthError
from hub.ports.connector import Setup
from hub.ports.grants import Grant
from hub.transport.auth.base import Parts
from hub.transport.auth.fixed import basic
from hub.transport.auth.granted import GrantedAuth, life_of, placed
from hub.transport.auth.log_in import LogIn
from hub.transport.http import HttpClient, Request
from hub.transport.places import as_text, found_at, inside
from hub.transport.templates import filled_in

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
REFRESH = "refresh_token"
DEFAULTS: Doc = {
    "client_id": "{client_id}",
    "client_secret": "{client_secret}",
    "user": "{user}",
    "password": "{password}",
    REFRESH: "{refresh_token}",
}
NEEDED = {
    "client_credentials": ("client_id", "client_secret"),
    REFRESH: ("client_id", REFRESH),
    "jwt_bearer": (),
    "password": ("client_id", "user", "password"),
}


class OAuth2:
    """Fetches access tokens; a refresh token that comes with one is used first the next time."""

    def __init__(self, told: Doc, setup: Setup, log_in: LogIn) -> None:
        needed = {name: DEFAULTS[name] for name in NEEDED[told["grant"]]}
        asked = {name: node for name, node in {**needed, **told}.items() if name not in {"headers", "query", "body"}}
        self.told = filled_in(asked, setup.settings)
        self._now = setup.now
        self._log_in = log_in

    def fetch(self, lying: Grant | None) -> Grant:
        """A new grant. AuthError when the system wants new credentials; the message says which."""
        renewing = lying.extra.get(REFRESH) if lying else None
        if renewing and renewing != self.told.get(REFRESH):
            try:
                return self._asked({"grant_type": REFRESH, REFRESH: renewing})
            except AuthError:  # it has ended, so from the beginning
                pass
        try:
            return self._asked(self._first())
        except AuthError as refused:
            raise (self._over() if self.told["grant"] == REFRESH else refused) from refused

    def _first(self) -> dict[str, str]:
        """What to ask with where there was no grant before."""
        told = self.told
        form: Callable[[], dict[str, str]] = {
            "client_credentials": lambda: {"grant_type": "client_credentials"},
            REFRESH: lambda: {"grant_type": REFRESH, REFRESH: told[REFRESH]},
            "jwt_bearer": lambda: {"grant_type": JWT_BEARER, "assertion": self._assertion()},
            "password": lambda: {"grant_type": "password", "username": told["user"], "password": told["password"]},
        }[told["grant"]]
        return form()

    def _asked(self, form: dict[str, str]) -> Grant:
        reply = self._log_in.send(self._request(form))
        token = inside(reply.doc, "access_token")
        if not token:
            raise self._log_in.refused("no access_token")
        life = life_of(inside(reply.doc, "expires_in"))
        renewing = inside(reply.doc, REFRESH) or form.get(REFRESH)  # one that is not replaced stays good
        kept = {name: as_text(found_at(place, reply)) for name, place in self.told.get("keep", {}).items()}
        return Grant(
            str(token), self._now() + life if life else None, {**kept, **({REFRESH: str(renewing)} if renewing else {})}
        )

    def _request(self, form: dict[str, str]) -> Request:
        told, headers = self.told, {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        form = {**form, **({"scope": told["scope"]} if "scope" in told else {}), **told.get("more", {})}
        if told.get("client_secret") and told.get("client", "basic") == "basic":
            headers["Authorization"] = basic(*(quote(told[name], safe="") for name in ("client_id", "client_secret")))
        else:
            form |= {name: told[name] for name in ("client_id", "client_secret") if name in told}
        return Request("POST", told["url"], headers, body=urlencode(form).encode())

    def _assertion(self) -> str:
        told = self.told["jwt"]
        now = self._now()
        claims = {
            **{
                name: told[key]
                for name, key in (("iss", "issuer"), ("sub", "subject"), ("aud", "audience"))
                if key in told
            },
            "iat": now,
            "exp": now + timedelta(seconds=told.get("seconds", 180)),
        }
        try:
            return jwt.encode(
                claims,
                told["key"],
                told.get("algorithm", "RS256"),
                {"kid": told["key_id"]} if "key_id" in told else None,
            )
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise AuthError(
                "{system}: the key that signs the log-in is none: it is a private key in PEM",
                system=self._log_in.system,
            ) from error

    def _over(self) -> AuthError:
        return AuthError(
            "{system} no longer accepts our refresh token: let it grant a new one, and put that under its secrets",
            system=self._log_in.system,
        )


def oauth2(told: Doc, setup: Setup, http: HttpClient) -> GrantedAuth:
    """The authentication of the kind ``oauth2``."""
    fetcher = OAuth2(told, setup, LogIn(http, told.get("errors", ())))
    return GrantedAuth(
        setup,
        fetcher.told,
        fetcher.fetch,
        lambda grant: placed(told, setup.settings, grant, Parts({"Authorization": f"Bearer {grant.token}"})),
    )
