"""``/auth/verify/batch``: the same for many sessions at once."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import ClassVar, Final

import anyio
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import MalformedTokenError, RejectedError, UnavailableError
from authcore.domain.model.session_decision import PresentedSession, SignInRequired
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore_web.request.api_keys import ApiKeys
from authcore_web.request.body import (
    JSON,
    BodyMalformedError,
    MediaTypeRejectedError,
    body_of,
    json_members,
    media_type_of,
)
from authcore_web.request.session_tokens import carried_in
from authcore_web.response.errors import ErrorResponses, unknown_caller
from authcore_web.response.plain import as_json
from authcore_web.response.verification import ACTION, Outcome, VerificationResponses


MAX_BODY_BYTES: Final = 3 * 1024 * 1024
MAX_SESSIONS: Final = 100
"""How many sessions one call may ask about."""

MAX_AT_ONCE: Final = 16
"""How many sessions of one call wait for other systems at the same time."""


class BatchTooLargeError(RejectedError):
    """More than MAX_SESSIONS."""

    code: ClassVar[str] = "batch_too_large"


class VerifyBatchRoutes:
    """Tell programs that show a key what the tokens of many sessions are worth."""

    def __init__(
        self,
        *,
        guard: SessionGuard,
        callers: ApiKeys,
        verification_responses: VerificationResponses,
        error_responses: ErrorResponses,
        threads: WorkerThreads,
    ) -> None:
        """Serve verification_responses over HTTP, as VerifyRoutes."""
        self._guard = guard
        self._callers = callers
        self._verification_responses = verification_responses
        self._error_responses = error_responses
        self._threads = threads

    async def batch(self, request: Request) -> Response:
        """
        200 and the verification_responses, in order.

        Where one session cannot be decided about just now, its verdict says so, and the others are
        what they are.
        """
        caller = self._callers.of(request)
        if caller is None:
            return unknown_caller()
        try:
            outcomes = await self._outcomes(await _body(request))
        except (RejectedError, UnavailableError) as error:
            return self._error_responses.of(error, request, action=ACTION, caller=caller)
        return as_json(
            {"verdicts": [self._verification_responses.of(each, caller) for each in outcomes]}
        )

    async def _outcomes(self, body: bytes) -> Sequence[Outcome]:
        """
        Read *body* in a thread, decide there about all that needs nobody to be asked, then ask.

        Raises:
            BodyMalformedError, BatchTooLargeError: Not a batch.

            UnavailableError: There is no thread.
        """
        judged = await self._threads.run(partial(self._judged, body))
        outcomes: dict[int, Outcome] = {}
        turns = anyio.Semaphore(MAX_AT_ONCE)

        async def ask(place: int, carried: PresentedSession) -> None:
            async with turns:
                outcomes[place] = await self._asked(carried)

        async with anyio.create_task_group() as group:
            for place, each in enumerate(judged):
                if isinstance(each, PresentedSession):
                    group.start_soon(ask, place, each)
                else:
                    outcomes[place] = each
        return [outcomes[place] for place in range(len(judged))]

    async def _asked(self, carried: PresentedSession) -> Outcome:
        try:
            return await self._threads.run(partial(self._guard.decide, carried))
        except UnavailableError as outage:
            return outage

    def _judged(self, body: bytes) -> Sequence[Outcome | PresentedSession]:
        return [self._judged_one(members) for members in _sessions(json_members(body))]

    def _judged_one(self, members: Mapping[str, object]) -> Outcome | PresentedSession:
        """The outcome; *members* as carried where somebody must be asked."""
        try:
            carried = carried_in(members)
            return self._guard.decide_from_cache(carried) or carried
        except MalformedTokenError as rejected:
            return SignInRequired(rejected.code)
        except UnavailableError as outage:
            return outage


async def _body(request: Request) -> bytes:
    if media_type_of(request) != JSON:
        raise MediaTypeRejectedError("not JSON")
    return await body_of(request, limit=MAX_BODY_BYTES)


def _sessions(members: Mapping[str, object]) -> Sequence[Mapping[str, object]]:
    sessions = members.get("sessions")
    if len(members) != 1 or not isinstance(sessions, list):
        raise BodyMalformedError("not a list of sessions")
    if len(sessions) > MAX_SESSIONS:
        raise BatchTooLargeError(f"more than {MAX_SESSIONS} sessions")
    if not all(isinstance(each, dict) for each in sessions):
        raise BodyMalformedError("a session that is no object")
    return sessions
