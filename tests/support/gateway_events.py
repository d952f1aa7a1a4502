"""
Events as API Gateway and function URLs send them.

See: Amazon API Gateway "Create AWS Lambda proxy integrations for HTTP APIs", "Input format of a
Lambda function for proxy integration"; AWS Lambda "Invoking Lambda function URLs".
"""

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from unit.asgi_calls import Answer


Event = dict[str, Any]
Headers = Iterable[tuple[str, str]]

API: Final = "arn:aws:execute-api:eu-west-1:123456789012:ab12cd34ef"


def http_api(
    target: str,
    *,
    method: str = "GET",
    headers: Headers = (),
    cookies: str = "",
    body: bytes = b"",
    stage: str = "$default",
) -> Event:
    """Payload 2.0; *target* as in the request line."""
    path, _, query = target.partition("?")
    raw_path = path if stage == "$default" else f"/{stage}{path}"
    event: Event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": raw_path,
        "rawQueryString": query,
        "headers": dict([("Host", "anything.example"), *headers]),
        "requestContext": {
            "stage": stage,
            "domainName": "ab12cd34ef.execute-api.eu-west-1.amazonaws.com",
            "http": {"method": method, "path": raw_path, "sourceIp": "203.0.113.7"},
        },
        **_body(body),
    }
    return {**event, "cookies": cookies.split("; ")} if cookies else event


def function_url(target: str, **request: Any) -> Event:
    """Payload 2.0, of a function that is called without a gateway."""
    event = http_api(target, **request)
    event["requestContext"]["domainName"] = "abcdef.lambda-url.eu-west-1.on.aws"
    return event


def rest_api(
    target: str,
    *,
    method: str = "GET",
    headers: Headers = (),
    cookies: str = "",
    body: bytes = b"",
) -> Event:
    """Payload 1.0, with everything said twice, as a REST API does."""
    path, _, query = target.partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    given = [("Host", "anything.example"), *headers, *([("Cookie", cookies)] if cookies else [])]
    return {
        "resource": "/{proxy+}",
        "path": unquote(path),
        "httpMethod": method,
        "headers": dict(given),
        "multiValueHeaders": _several(given),
        "queryStringParameters": dict(pairs) or None,
        "multiValueQueryStringParameters": _several(pairs) or None,
        "requestContext": {"stage": "prod", "path": f"/prod{path}"},
        **_body(body),
    }


def http_api_v1(target: str, **request: Any) -> Event:
    """Payload 1.0 of an HTTP API."""
    return {"version": "1.0", **rest_api(target, **request)}


EVENTS: Final[Mapping[str, Callable[..., Event]]] = {
    "HTTP API 2.0": http_api,
    "HTTP API 1.0": http_api_v1,
    "REST API": rest_api,
    "function URL": function_url,
}


def answered(answer: Mapping[str, Any]) -> Answer:
    """What a browser gets of what the function returned."""
    body = answer["body"]
    single = [(name, value) for name, value in answer.get("headers", {}).items()]
    cookies = [("set-cookie", value) for value in answer.get("cookies", [])]
    several = [(n, v) for n, vs in answer.get("multiValueHeaders", {}).items() for v in vs]
    return Answer(
        answer["statusCode"],
        (*single, *cookies, *several),
        base64.b64decode(body) if answer["isBase64Encoded"] else body.encode(),
    )


# --- authorizers


def simple_request(*, headers: Headers = (), cookies: str = "") -> Event:
    """Of an HTTP API, format 2.0."""
    event = http_api("/articles", headers=headers, cookies=cookies)
    return {**event, "type": "REQUEST", "routeArn": f"{API}/$default/GET/articles"}


def rest_request(*, headers: Headers = (), cookies: str = "") -> Event:
    """Of a REST API's REQUEST authorizer."""
    event = rest_api("/articles", headers=headers, cookies=cookies)
    return {**event, "type": "REQUEST", "methodArn": f"{API}/prod/GET/articles"}


def rest_token(shown: str) -> Event:
    """Of a REST API's TOKEN authorizer."""
    return {
        "type": "TOKEN",
        "methodArn": f"{API}/prod/GET/articles",
        "authorizationToken": shown,
    }


def _several(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    several: dict[str, list[str]] = {}
    for name, value in pairs:
        several.setdefault(name, []).append(value)
    return several


def _body(body: bytes) -> Event:
    if not body:
        return {"isBase64Encoded": False}
    try:
        return {"body": body.decode(), "isBase64Encoded": False}
    except UnicodeDecodeError:
        return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
