"""Tryton's JSON-RPC: log-in, sessions, questions, and what its errors mean."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import responses

from connectors.tryton.series import series_of
from connectors.tryton.wire import WarningError, Wire
from hub.domain.errors import AuthError, HubError, RejectedError, RetryableError, StaleError, UnknownOutcomeError
from hub.transport.http import HttpClient

URL = "http://erp.example/erp/rpc/"
SERIES = series_of(
    {
        "series": {
            "8.0": {"path": "rpc/", "dated": ["last_modified_at"]},
            "7.0": {"path": "", "dated": ["write_date", "create_date"], "actions": {"do": "done"}},
        }
    }
)
Answer = tuple[int, dict[str, str], str]


class Erp:
    """Answers log-ins by itself, everything else from a list; keeps what was asked."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.asked: list[tuple[str, list[Any]]] = []
        self.log_ins = 0
        self.valid: set[str] = set()
        self._lock = threading.Lock()

    def __call__(self, request: requests.PreparedRequest) -> Answer:
        body = json.loads(request.body or b"")
        method, params = body["method"], body["params"]
        if method == "common.db.login":
            return self._log_in(params[1]["password"])
        if request.headers["Authorization"] not in self.valid:
            return 401, {}, "<html>who are you?</html>"
        if method == "model.res.user.get_preferences":
            return 200, {}, json.dumps({"id": 0, "result": {"company": 1, "language": "zh_CN"}})
        with self._lock:
            self.asked.append((method, params))
            answer = self.answers.pop(0) if self.answers else {"result": None}
        return 200, {}, answer if isinstance(answer, str) else json.dumps({"id": 0, **answer})

    def _log_in(self, password: str) -> Answer:
        if password != "right":
            return 401, {}, "<html>no</html>"
        with self._lock:
            self.log_ins += 1
            token = f"{self.log_ins}"
            self.valid = {"Session " + session("hub", 7, token)}
        return 200, {}, json.dumps({"id": 0, "result": [7, token, None]})


def session(user: str, number: int, token: str) -> str:
    return base64.b64encode(f"{user}:{number}:{token}".encode()).decode()


@pytest.fixture
def erp() -> Iterator[Erp]:
    erp = Erp()
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.add_callback(responses.POST, URL, callback=erp)
        mock.post("http://erp.example/rpc/", json={"id": 0, "result": "8.0"})
        yield erp


@pytest.fixture
def wire(erp: Erp) -> Wire:
    return make()


def make(typed: str = "right", *, one_at_a_time: bool = True) -> Wire:
    return Wire(
        HttpClient("erp"), "http://erp.example/", "erp", ("hub", typed), series=SERIES, one_at_a_time=one_at_a_time
    )


def test_a_call_carries_company_and_one_language_whatever_the_users_is(erp: Erp, wire: Wire) -> None:
    erp.answers = [{"result": [1]}]
    assert wire.read("party.party.search", [], 0, 1, None, active=True) == [1]
    assert erp.asked == [
        ("model.party.party.search", [[], 0, 1, None, {"company": 1, "language": "en", "active": True}])
    ]


def test_one_log_in_serves_many_calls(erp: Erp, wire: Wire) -> None:
    wire.read("a.b")
    wire.read("a.b")
    assert erp.log_ins == 1


def test_a_session_that_ended_is_renewed_once_for_all_threads(erp: Erp) -> None:
    wire = make(one_at_a_time=False)
    wire.read("a.b")
    erp.valid.clear()
    threads = [threading.Thread(target=wire.read, args=("a.b",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert erp.log_ins == 2
    assert len(erp.asked) == 9


def test_a_wrong_password_is_asked_once_and_pauses_the_system(erp: Erp) -> None:
    with pytest.raises(AuthError):
        make("wrong").read("a.b")
    assert erp.log_ins == 0


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (["UserError", ["Too short", "by two", None]], RejectedError, "erp refused: Too short. by two"),
        (
            ["UserError", ['The value "李雷" of "Name" is wrong: call +8613800138000', "", None]],
            RejectedError,
            "erp refused: The value … of … is wrong: call [*]{3}",
        ),
        (["UserError", ["Too short", "", None]], RejectedError, "erp refused: Too short"),
        (["ConcurrencyException", "Records were modified"], StaleError, "changed there meanwhile"),
        (["LoginException", ["otp", "Code?", "char"]], AuthError, "more than a password"),
        (["'no_such_field'", ""], RejectedError, "erp failed inside: 'no_such_field'"),
        ("nonsense", RejectedError, "erp failed inside: nonsense"),
        (["UserWarning", ["ab12.done", "No origin", "really?"]], WarningError, "erp asks: No origin. really?"),
    ],
)
def test_an_error_inside_an_answer_means_that_nothing_was_written(
    erp: Erp, wire: Wire, error: Any, kind: type[HubError], words: str
) -> None:
    erp.answers = [{"error": error}]
    with pytest.raises(kind, match=words):
        wire.write("party.party.create", [{}])


@pytest.mark.parametrize("page", ["<html>please log in</html>", "[]", '"text"', "[" * 100_000])
def test_a_page_that_is_no_answer_is_not_taken_as_success(erp: Erp, wire: Wire, page: str) -> None:
    erp.answers = [page, page]
    with pytest.raises(RetryableError):
        wire.read("a.b")
    with pytest.raises(UnknownOutcomeError):
        wire.write("a.b")


def test_an_accepted_question_is_answered_and_the_call_made_again(erp: Erp, wire: Wire) -> None:
    question = {"error": ["UserWarning", ["ab12.done", "No origin", ""]]}
    erp.answers = [question, {"result": None}, {"result": "done"}]
    assert wire.write("stock.shipment.out.do", [5], accept=["done"]) == "done"
    methods = [method for method, _ in erp.asked]
    assert methods == ["model.stock.shipment.out.do", "model.res.user.warning.skip", "model.stock.shipment.out.do"]
    assert erp.asked[1][1][:2] == ["ab12.done", False]


def test_any_other_question_is_a_refusal_and_is_not_answered(erp: Erp, wire: Wire) -> None:
    erp.answers = [{"error": ["UserWarning", ["ab12.future", "In the future?", ""]]}]
    with pytest.raises(RejectedError, match="In the future"):
        wire.write("account.invoice.post", [5], accept=["done"])
    assert len(erp.asked) == 1


def test_a_question_without_end_is_a_refusal(erp: Erp, wire: Wire) -> None:
    erp.answers = [{"error": ["UserWarning", ["a.done", "?", ""]]}, {"result": None}] * 9
    with pytest.raises(RejectedError, match="again and again"):
        wire.write("a.b", accept=["done"])


@pytest.mark.parametrize("failure", [RetryableError, RejectedError, AuthError, StaleError, UnknownOutcomeError])
def test_a_failure_after_a_write_is_a_doubt(wire: Wire, failure: type[HubError]) -> None:
    def fail() -> None:
        raise failure("gone")

    with pytest.raises(UnknownOutcomeError):
        wire.after_write(fail)


def test_a_user_without_a_company_cannot_work(wire: Wire, erp: Erp, monkeypatch: pytest.MonkeyPatch) -> None:
    wire.read("a.b")
    monkeypatch.setitem(wire._context, "company", None)
    with pytest.raises(RejectedError, match="no company"):
        _ = wire.company


def test_requests_take_turns_where_the_system_wants_it(erp: Erp, monkeypatch: pytest.MonkeyPatch) -> None:
    wire = make(one_at_a_time=True)
    wire.read("a.b")
    running, most = 0, 0
    original: Callable[..., Any] = HttpClient.post_json

    def counted(self: HttpClient, *arguments: Any, **named: Any) -> Any:
        nonlocal running, most
        running += 1
        most = max(most, running)
        try:
            return original(self, *arguments, **named)
        finally:
            running -= 1

    monkeypatch.setattr(HttpClient, "post_json", counted)
    threads = [threading.Thread(target=wire.read, args=("a.b",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


@pytest.mark.parametrize(
    ("version", "at", "series"),
    [("8.0", "/rpc/", "8.0"), ("7.0.59", "/", "7.0"), ("8.2", "/rpc/", "8.0"), ("6.0.4", "/", "7.0")],
)
def test_the_series_is_told_by_the_version_or_else_by_the_address_that_answers(
    version: str, at: str, series: str
) -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post("http://erp.example/rpc/", status=401)
        mock.post("http://erp.example/", status=405)
        mock.upsert("POST", f"http://erp.example{at}", json={"id": 0, "result": version})
        assert make().series.name == series


def test_an_address_where_no_tryton_answers_pauses_the_system() -> None:
    with responses.RequestsMock() as mock:
        mock.post("http://erp.example/rpc/", status=404)
        mock.post("http://erp.example/", status=404)
        with pytest.raises(AuthError):
            make().version()


def test_a_tryton_that_is_away_is_not_looked_for_at_the_address_of_another_series() -> None:
    with responses.RequestsMock() as mock:
        mock.post("http://erp.example/rpc/", status=503)
        with pytest.raises(RetryableError):
            make().version()


def test_a_row_that_nobody_wrote_to_is_dated_by_its_creation() -> None:
    made = {"__class__": "datetime"} | dict.fromkeys(["month", "day"], 1) | {"year": 2026}
    made |= dict.fromkeys(["hour", "minute", "second", "microsecond"], 0)
    old = SERIES[1]
    assert old.changed_at({"write_date": None, "create_date": made}).year == 2026
    assert old.streams == [("write_date", []), ("create_date", [["write_date", "=", None]])]
