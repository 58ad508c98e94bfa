"""Each request of a connection that asks for it bears a number of its own, also where it is made again."""

from hub.transport.auth.base import Parts
from hub.transport.declared.numbering import Numbered, numbering_in
from hub.transport.http import Request


class Known:
    """Signs with a fixed token, and keeps what it was asked to renew."""

    def __init__(self) -> None:
        self.stale: list[Request] = []

    def sign(self, request: Request) -> Request:
        return Parts({"Authorization": "Bearer T"}).put(request)

    def renew(self, stale: Request) -> bool:
        self.stale.append(stale)
        return True


ASKED = Request("POST", "http://crm.example/query", {}, (("a", "1"),))


def test_a_request_bears_a_number_and_the_credentials_and_another_number_the_next_time() -> None:
    signer = Numbered(Known(), {"trace": "{nonce}"})
    one, other = signer.sign(ASKED), signer.sign(ASKED)
    assert one.headers["Authorization"] == "Bearer T"
    assert [name for name, _ in one.query] == ["a", "trace"]
    assert dict(one.query)["trace"] != dict(other.query)["trace"]


def test_what_is_refused_is_renewed_by_the_credentials() -> None:
    known = Known()
    signer = Numbered(known, {"trace": "{nonce}"})
    signed = signer.sign(ASKED)
    assert signer.renew(signed)
    assert known.stale == [signed]


def test_numbers_are_taken_out_of_what_is_declared_of_credentials() -> None:
    told = {"kind": "token", "query": {"trace": "{nonce}", "k": "{token}"}}
    assert numbering_in(told) == ({"kind": "token", "query": {"k": "{token}"}}, {"trace": "{nonce}"})


def test_a_signature_fills_its_nonce_in_itself() -> None:
    told = {"kind": "signed", "query": {"nonce": "{nonce}"}}
    assert numbering_in(told) == (told, {})
