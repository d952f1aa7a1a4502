"""Legacy systems that break the contract: an HTTP client that spoils one kind of answer."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, Literal

import attrs

from authcore.adapters.http import HttpAnswer, HttpClient, HttpFailedError
from authcore.adapters.legacy.listing_contract import MAX_PAGE_BYTES
from authcore.domain.model.urls import ServiceUrl
from support.gate import AMPLE


@attrs.frozen
class Exchange:
    """
    A request, and the way to answer it honestly.

    Attributes:
        path: Of the request.
        asked: Its members; empty where it is no JSON object.
        key: The API key that was sent.
        headers: All that were sent.
        send: Sends the request with other members or another key.
        timer: Seconds; a fault adds to it what it takes longer.
    """

    path: str
    asked: Mapping[str, Any]
    key: str
    headers: Mapping[str, str]
    send: Callable[..., HttpAnswer]
    timer: "Stopwatch"


class Stopwatch:
    """A timer that stands unless a fault moves it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


Fault = Callable[[Exchange], HttpAnswer]


class FaultyClient(HttpClient):
    """Sends requests as the contract says, and spoils answers by one fault."""

    def __init__(self, fault: Fault, timer: Stopwatch) -> None:
        super().__init__(within=AMPLE, max_bytes=MAX_PAGE_BYTES)
        self.fault = fault
        self.timer = timer

    def request(
        self,
        method: Literal["GET", "POST", "PUT"],
        url: ServiceUrl | str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes = b"",
        within: timedelta | None = None,
    ) -> HttpAnswer:
        sent = dict(headers or {})
        post = super().request

        def send(members: Mapping[str, Any] | None = None, **changed: str) -> HttpAnswer:
            body = content if members is None else json.dumps(members).encode()
            others = {name.replace("_", "-"): value for name, value in changed.items()}
            return post(method, url, headers={**sent, **others}, content=body, within=AMPLE)

        path = "/api/" + str(url).partition("/api/")[2]
        return self.fault(
            Exchange(path, _members(content), sent["x-api-key"], sent, send, self.timer)
        )


def _members(content: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def said(answer: HttpAnswer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.body)
    return found


def saying(members: object, status: int = 200, media_type: str = "application/json") -> HttpAnswer:
    body = members if isinstance(members, bytes) else json.dumps(members).encode()
    return HttpAnswer(status, (("content-type", media_type),), body)


def failing(reason: Literal["connect", "timeout", "protocol", "too_large", "encoded"]) -> Fault:
    def fault(exchange: Exchange) -> HttpAnswer:
        raise HttpFailedError(reason)

    return fault


def on(path: str, change: Callable[[Exchange], HttpAnswer]) -> Fault:
    """Spoil the answers of one operation."""
    return lambda exchange: change(exchange) if exchange.path == path else exchange.send()


def changing(path: str, change: Callable[[dict[str, Any]], object]) -> Fault:
    """Change the members of 200 answers of one operation."""

    def fault(exchange: Exchange) -> HttpAnswer:
        answer = exchange.send()
        return saying(change(said(answer))) if answer.status == 200 else answer

    return on(path, fault)


def with_user(**members: object) -> Callable[[dict[str, Any]], object]:
    """Change members of the user in an answer, where there is one."""

    def change(answer: dict[str, Any]) -> object:
        if not answer.get("user"):
            return answer
        return {**answer, "user": {**answer["user"], **members}}

    return change


def asking(path: str, **change: Callable[[Any], Any]) -> Fault:
    """Understand members of one operation's requests differently."""

    def fault(exchange: Exchange) -> HttpAnswer:
        asked = dict(exchange.asked)
        for name, understand in change.items():
            if isinstance(asked.get(name), str):
                asked[name] = understand(asked[name])
        return exchange.send(asked or None)

    return on(path, fault)


HONEST: Final[Fault] = lambda exchange: exchange.send()  # noqa: E731 - one of a table
