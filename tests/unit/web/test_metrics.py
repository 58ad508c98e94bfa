"""``/metrics``: who may read it, and what it says."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.process.meter import PrometheusMeter
from hub.services.context import Hub
from hub.web import create_app
from hub.web.options import Options
from tests.unit.web.clients import Api, Browser

Keyed = Callable[..., Api]


@pytest.fixture
def app(hub: Hub, options: Options) -> Flask:
    troubled = replace(options, troubles=lambda: {"poll erp": "no answer from 10.0.0.1"})
    app = create_app(replace(hub, meter=PrometheusMeter()), troubled)
    app.testing = True
    return app


def read(client: FlaskClient, key: str) -> str:
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return answer.text


def test_a_key_with_the_scope_reads_the_metrics(api: Keyed, client: FlaskClient) -> None:
    key = api("metrics:read")._headers["Authorization"].removeprefix("Bearer ")
    client.get("/healthz")
    text = read(client, key)
    assert 'tickethub_request_seconds_count{method="GET",route="/healthz",status="200"} 1.0' in text
    assert "tickethub_unsealed_entries" in text


def test_a_worker_that_fails_is_named_and_its_reason_is_not(api: Keyed, client: FlaskClient) -> None:
    text = read(client, api("metrics:read")._headers["Authorization"].removeprefix("Bearer "))
    assert 'tickethub_worker_trouble{worker="poll erp"} 1.0' in text
    assert "10.0.0.1" not in text


def test_nobody_else_reads_them(api: Keyed, client: FlaskClient, browser: Callable[[str], Browser]) -> None:
    assert client.get("/metrics").status_code == 401
    other = api("tickets:read")._headers
    refused = client.get("/metrics", headers=other)
    assert (refused.status_code, refused.content_type) == (403, "application/problem+json")
    assert browser("li").get("/metrics").status_code == 403
    assert browser("boss").get("/metrics").status_code == 200


def test_an_address_of_no_route_is_not_repeated(api: Keyed, client: FlaskClient) -> None:
    client.get("/nothing/at/13800138000?phone=13800138000")
    text = read(client, api("metrics:read")._headers["Authorization"].removeprefix("Bearer "))
    assert 'route="(none)"' in text
    assert "13800138000" not in text
