"""
HTTP requests and responses in the events of API Gateway and function URLs.

Payload 2.0 (HTTP APIs, function URLs) and 1.0 (HTTP APIs, REST APIs).  Events are read member by
member; a malformed one raises EventUnreadableError and nothing else.

See: Amazon API Gateway "Create AWS Lambda proxy integrations"; AWS Lambda "Function URLs".
"""

import base64
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote, urlencode

import attrs

from authcore.adapters.correlation import REQUEST_ID
from authcore_lambda.events.json_members import mapping, text
from authcore_lambda.events.types import Event


Headers = tuple[tuple[str, str], ...]

TEXT: Final = ("text/", "application/json", "application/problem+json")


class EventUnreadableError(ValueError):
    """The event is no HTTP request.  The text says what is missing, and quotes nothing."""


@attrs.frozen
class HttpRequest:
    """
    One request.

    Attributes:
        method: Upper case.
        path: Decoded, without the stage.
        query: Percent-encoded, without the question mark.
        headers: Names in lower case; all cookies in one ``cookie``.
        body: As the client sent it.
        is_v2: Whether the answer must have payload format 2.0.
        source_ip: Address of the gateway's caller; None where the event does not name it.
    """

    method: str
    path: str
    query: str = attrs.field(repr=False)
    headers: Headers = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    is_v2: bool
    source_ip: str | None = None


def http_request(event: Event) -> HttpRequest:
    """
    Read the request in *event*.

    Raises:
        EventUnreadableError: It is no request.
    """
    is_v2 = event.get("version") == "2.0"
    method, path, query = _v2(event) if is_v2 else _v1(event)
    if not method or not path.startswith("/"):
        raise EventUnreadableError("no HTTP method or path")
    return HttpRequest(
        method=method.upper(),
        path=unquote(path, errors="replace"),
        query=query,
        headers=_add_request_id(headers_in(event), event),
        body=_body(event),
        is_v2=is_v2,
        source_ip=_source_ip(event),
    )


def _add_request_id(headers: Headers, event: Event) -> Headers:
    """Give a request without an id the gateway's."""
    gateways = text(mapping(event, "requestContext"), "requestId")
    if gateways is None or any(name == REQUEST_ID.lower() for name, _ in headers):
        return headers
    return (*headers, (REQUEST_ID.lower(), gateways))


def _source_ip(event: Event) -> str | None:
    """See: API Gateway "Working with AWS Lambda proxy integrations" (2.0, 1.0)."""
    context = mapping(event, "requestContext")
    found = (text(mapping(context, member), "sourceIp") for member in ("http", "identity"))
    return next(filter(None, found), None)


def _v2(event: Event) -> tuple[str, str, str]:
    context = mapping(event, "requestContext")
    stage = text(context, "stage")
    path = text(event, "rawPath") or "/"
    if stage and stage != "$default" and f"{path}/".startswith(f"/{stage}/"):
        path = path[len(stage) + 1 :] or "/"
    method = text(mapping(context, "http"), "method")
    return method or "", path, text(event, "rawQueryString") or ""


def _v1(event: Event) -> tuple[str, str, str]:
    """Encode path and query again, which the gateway has decoded once."""
    pairs = _pairs(event, "multiValueQueryStringParameters", "queryStringParameters")
    query = urlencode(pairs, quote_via=quote, errors="replace")
    path = quote(text(event, "path") or "", safe="/%:@!$&'()*+,;=~", errors="replace")
    return text(event, "httpMethod") or "", path, query


def _pairs(event: Event, multiple: str, single: str) -> list[tuple[str, str]]:
    """Return the names and texts of the member *multiple*; where it has none, of *single*."""
    lists = mapping(event, multiple)
    pairs = [(name, each) for name in lists for each in _texts(lists, name)]
    ones = mapping(event, single)
    return pairs or [(name, text(ones, name) or "") for name in ones]


def headers_in(event: Event) -> Headers:
    """Return the headers of *event*, names in lower case; all cookies in one ``cookie``."""
    pairs = _pairs(event, "multiValueHeaders", "headers")
    named = [(name.lower(), value) for name, value in pairs]
    cookies = _texts(event, "cookies") or [value for name, value in named if name == "cookie"]
    others = [(name, value) for name, value in named if name != "cookie"]
    return (*others, *((("cookie", "; ".join(cookies)),) if cookies else ()))


def _texts(members: Mapping[str, Any], name: str) -> list[str]:
    listed = members.get(name)
    return [each for each in listed if isinstance(each, str)] if isinstance(listed, list) else []


def _body(event: Event) -> bytes:
    body = text(event, "body") or ""
    if event.get("isBase64Encoded") is not True:
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise EventUnreadableError("the body is not base64") from None


def http_answer(
    request: HttpRequest, status: int, headers: Iterable[tuple[str, str]], body: bytes
) -> dict[str, Any]:
    """Build the function's answer: each ``Set-Cookie`` on its own in either payload format."""
    given = [(name.lower(), value) for name, value in headers]
    is_text = any(value.startswith(TEXT) for name, value in given if name == "content-type")
    answer: dict[str, Any] = {
        "statusCode": status,
        "body": body.decode() if is_text else base64.b64encode(body).decode(),
        "isBase64Encoded": bool(body) and not is_text,
    }
    if request.is_v2:
        others = [pair for pair in given if pair[0] != "set-cookie"]
        cookies = [value for name, value in given if name == "set-cookie"]
        joined = {name: ", ".join(v for n, v in others if n == name) for name, _ in others}
        return {**answer, "headers": joined, "cookies": cookies}
    multiple: dict[str, list[str]] = {}
    for name, value in given:
        multiple.setdefault(name, []).append(value)
    return {**answer, "multiValueHeaders": multiple}
