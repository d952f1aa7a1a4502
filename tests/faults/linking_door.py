"""The linking trigger under load: first links, and later sign-ins of people it has linked."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from itertools import count
from typing import Final

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.domain.model.audit import AuditEvent
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.audit import AuditLog
from authcore_lambda.account_linking import build_handler
from authcore_lambda.events.types import Event
from faults.crowds import IN, NO, OUTAGE, SignsIn
from faults.linking_events import CONFIRMED, LATER, external, native
from faults.migration_table import API_KEY, LIMIT, Left
from support.scripted_server import ScriptedServer, answer


Kind = Callable[[int, str, Mapping[str, str]], Event]
"""What the trigger hears of a person's sign-in, given its source and what the pool holds."""

PATIENCE: Final = 5
"""Attempts: a busy machine can take longer than a trigger has."""

KINDS: Final[Mapping[str, Kind]] = {"external": external, "native": native}

_WRITTEN: Final = (answer(200, b"{}", media_type="application/x-amz-json-1.1"),)


class _Outcomes(AuditLog):
    """What became of whose link, last."""

    def __init__(self) -> None:
        self._last: dict[str | None, str] = {}

    def record(self, event: AuditEvent) -> None:
        self._last[event.subject] = event.outcome

    def of(self, subject: str) -> str:
        """Forgotten once it was asked for."""
        said = self._last.pop(subject, None)
        return IN if said == "accepted" else OUTAGE if said == "unavailable" else NO


class LinkingDoor:
    """
    The trigger as it is deployed, between a legacy system and a pool that takes every write.

    Everybody is somebody new.
    """

    def __init__(
        self, legacy: ServiceUrl, pool: ScriptedServer, http: HttpClient, left: Left
    ) -> None:
        seconds = min(LIMIT, left.get_remaining_time_in_millis() / 1000)
        variables = {
            "AUTHCORE_COGNITO_REGION": "eu-west-1",
            "AUTHCORE_COGNITO_ENDPOINT_URL": pool.url,
            "AUTHCORE_LEGACY_URL": legacy,
            "AUTHCORE_LEGACY_API_KEY": API_KEY,
            "AUTHCORE_LINK_PROOF_KEYS": "A" * 43,
            "AUTHCORE_LINKING_BUDGET": f"{max(1, int(seconds))}",
        }
        self._outcomes = _Outcomes()
        self._left = left
        self._people = count(1)
        self._pool = pool
        self._trigger = build_handler(variables, audit=self._outcomes, http=http)

    def newcomer(self) -> SignsIn:
        """First sign-ins through Google: of one person until they are linked, then of the next."""
        person = next(self._people)

        def sign_in() -> str:
            nonlocal person
            result = self._result(external(person, CONFIRMED, {}))
            person = next(self._people) if result == IN else person
            return result

        return sign_in

    def regular(self, kind: Kind) -> SignsIn:
        """
        Later sign-ins of one person, with all that earlier ones have left in the pool.

        Raises:
            AssertionError: The earlier ones fail.
        """
        person, held = next(self._people), dict[str, str]()
        for source in (CONFIRMED, LATER):
            event = kind(person, source, held)
            if IN not in (self._result(event) for _ in range(PATIENCE)):
                raise AssertionError("a healthy legacy system links nobody")
            held |= self._written_to(kind(person, source, {})["userName"])
        return lambda: self._result(kind(person, LATER, held))

    def _result(self, event: Event) -> str:
        self._trigger(event, self._left)
        return self._outcomes.of(event["request"]["userAttributes"]["sub"])

    def _written_to(self, username: str) -> dict[str, str]:
        bodies = [json.loads(each.partition(b"\r\n\r\n")[2]) for each in self._pool.requests]
        written = [
            body.get("UserAttributes", []) for body in bodies if body["Username"] == username
        ]
        return {each["Name"]: each["Value"] for attributes in written for each in attributes}


@contextmanager
def linking_door(legacy: ServiceUrl, left: Left) -> Iterator[LinkingDoor]:
    """With a pool and connections of its own."""
    with ExitStack() as stack:
        pool = stack.enter_context(ScriptedServer(lambda _: _WRITTEN))
        http = HttpClient(within=timedelta(seconds=LIMIT), max_bytes=MAX_LINK_ANSWER_BYTES)
        yield LinkingDoor(legacy, pool, stack.enter_context(closing(http)), left)
