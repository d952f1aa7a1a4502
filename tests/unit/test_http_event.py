"""A request means the same however the gateway wrote it down."""

from typing import Any
from urllib.parse import parse_qsl

import pytest

from authcore_lambda.events.http_event import EventUnreadableError, http_answer, http_request
from support.gateway_events import EVENTS, answered, http_api, rest_api


@pytest.fixture(params=EVENTS)
def event_of(request: pytest.FixtureRequest) -> Any:
    return EVENTS[request.param]


def test_method_path_and_headers_are_those_of_the_browser(event_of: Any) -> None:
    event = event_of("/auth/signin", method="POST", headers=[("X-Forwarded-For", "203.0.113.7")])

    request = http_request(event)

    assert (request.method, request.path, request.query) == ("POST", "/auth/signin", "")
    assert ("x-forwarded-for", "203.0.113.7") in request.headers


def test_the_gateway_says_from_which_address_the_request_came() -> None:
    v1 = rest_api("/auth/password")
    v1["requestContext"]["identity"] = {"sourceIp": "203.0.113.9"}
    forged = [("X-Forwarded-For", "198.51.100.1")]

    assert http_request(http_api("/", headers=forged)).source_ip == "203.0.113.7"
    assert http_request(v1).source_ip == "203.0.113.9"
    assert http_request({**v1, "requestContext": {}}).source_ip is None


def test_a_query_survives_the_gateways_decoding(event_of: Any) -> None:
    query = (
        "redirect=https%3A%2F%2Fcms.example.com%2Fa%2520b%3Fx%3D1%26y%3D2&state=a%2Bb%3D%3D&a=&a=2"
    )

    request = http_request(event_of(f"/auth/signin?{query}"))

    pairs = [("redirect", "https://cms.example.com/a%20b?x=1&y=2"), ("state", "a+b==")]
    assert parse_qsl(request.query, keep_blank_values=True) == [*pairs, ("a", ""), ("a", "2")]


def test_all_cookies_come_in_one_header(event_of: Any) -> None:
    request = http_request(event_of("/auth/session", cookies="a=1; b=2; a=3"))

    assert [value for name, value in request.headers if name == "cookie"] == ["a=1; b=2; a=3"]


@pytest.mark.parametrize("body", [b"", b'{"access_token": "x"}', "ü".encode(), b"\xff\x00"])
def test_a_body_comes_as_it_was_sent(event_of: Any, body: bytes) -> None:
    assert http_request(event_of("/auth/verify", method="POST", body=body)).body == body


def test_a_path_is_decoded_once(event_of: Any) -> None:
    assert http_request(event_of("/auth/check/a%20b")).path == "/auth/check/a b"


def test_a_stage_is_no_part_of_the_path() -> None:
    assert http_request(http_api("/auth/signin", stage="prod")).path == "/auth/signin"
    assert http_request(http_api("", stage="prod")).path == "/"
    assert http_request(http_api("/production", stage="prod")).path == "/production"


def test_where_a_gateway_sends_no_lists_single_values_count() -> None:
    event = rest_api("/auth/signin?a=1", headers=[("X-Name", "x")], cookies="a=1")
    del event["multiValueHeaders"]
    del event["multiValueQueryStringParameters"]

    request = http_request(event)

    assert request.query == "a=1"
    assert dict(request.headers)["cookie"] == "a=1"
    assert dict(request.headers)["x-name"] == "x"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"version": "2.0"},
        {"version": "2.0", "rawPath": "/", "requestContext": {"http": {}}},
        {"httpMethod": "GET"},
        {"httpMethod": "GET", "path": "no-slash"},
        {"httpMethod": "GET", "path": ["/"]},
        {"httpMethod": "POST", "path": "/", "body": "%%%", "isBase64Encoded": True},
        {"httpMethod": "POST", "path": "/", "body": "ü", "isBase64Encoded": True},
    ],
)
def test_what_is_no_request_is_unreadable(event: dict[str, Any]) -> None:
    with pytest.raises(EventUnreadableError):
        http_request(event)


def test_every_cookie_is_set_on_its_own(event_of: Any) -> None:
    # a comma would join two cookies into one that browsers misread
    request = http_request(event_of("/auth/session"))
    cookies = [("Set-Cookie", "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"), ("Set-Cookie", "b=2")]
    others = [("Vary", "Cookie"), ("Vary", "Accept"), ("Content-Type", "text/html")]

    answer = answered(http_answer(request, 200, [*cookies, *others], b"<p>"))

    assert answer.all("set-cookie") == [value for _, value in cookies]
    assert ", ".join(answer.all("vary")) == "Cookie, Accept"
    assert answer.body == b"<p>"


def test_bytes_travel_as_base64() -> None:
    request = http_request(http_api("/"))

    answer = http_answer(request, 200, [("content-type", "image/png")], b"\x89PNG")

    assert answer["isBase64Encoded"] is True
    assert answered(answer).body == b"\x89PNG"


def test_a_request_shows_neither_body_nor_headers() -> None:
    event = http_api(
        "/a?code=canary", headers=[("X", "canary")], cookies="c=canary", body=b"canary"
    )

    assert "canary" not in repr(http_request(event))
