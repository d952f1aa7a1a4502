"""``/auth/verify`` and ``/auth/verify/batch``: verify tokens for other programs."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Final, TypeAlias

import anyio
import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import MalformedTokenError, RejectedError, UnavailableError
from authcore.domain.model.session_decision import PresentedSession, SessionDecision, SignInRequired
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore_web.request.api_keys import ApiKeys
from authcore_web.request.body import members_of
from authcore_web.request.session_batch import batch_body_of, sessions_in
from authcore_web.request.session_tokens import presented_session_in
from authcore_web.response.errors import ErrorResponses, unknown_caller
from authcore_web.response.plain import as_json
from authcore_web.response.verification import ACTION, Outcome, VerificationResponses


MAX_BODY_BYTES: Final = 64 * 1024
"""Of ``/auth/verify``."""

MAX_AT_ONCE: Final = 16
"""How many sessions of one batch wait for other systems at the same time."""

Content: TypeAlias = Mapping[str, object]


@attrs.frozen(kw_only=True, eq=False, repr=False)
class VerifyRoutes:
    """
    Verify the tokens of sessions for programs with an API key.

    Attributes:
        session_guard: Decides; in a thread where that may wait.
        api_keys: Authenticates callers.
        verification_responses: Describes decisions.
        error_responses: Answers refusals and outages.
        threads: For *session_guard*.
    """

    _session_guard: SessionGuard
    _api_keys: ApiKeys
    _verification_responses: VerificationResponses
    _error_responses: ErrorResponses
    _threads: WorkerThreads

    async def verify(self, request: Request) -> Response:
        """
        200 and the result, or 503.

        Without a valid key every request gets the same 401, and its body is not read.
        """
        return await self._answer(request, self._verify)

    async def verify_batch(self, request: Request) -> Response:
        """
        200 and the results, in the order of the sessions; 401 as ``verify``.

        The result of a session that an outage concerns says so; the other results stand.
        """
        return await self._answer(request, self._verify_batch)

    async def _answer(
        self, request: Request, verify: Callable[[Request, str], Awaitable[Content]]
    ) -> Response:
        caller = self._api_keys.of(request)
        if caller is None:
            return unknown_caller()
        try:
            return as_json(await verify(request, caller))
        except (RejectedError, UnavailableError) as error:
            return self._error_responses.of(error, request, action=ACTION, caller=caller)

    async def _verify(self, request: Request, caller: str) -> Content:
        found = self._decide_from_cache(await members_of(request, limit=MAX_BODY_BYTES))
        decision = await self._decide(found) if isinstance(found, PresentedSession) else found
        return self._verification_responses.of(decision, caller)

    async def _verify_batch(self, request: Request, caller: str) -> Content:
        body = await batch_body_of(request)
        outcomes = await self._decide_all(
            await self._threads.run(partial(self._decide_all_from_cache, body))
        )
        return {"verdicts": [self._verification_responses.of(each, caller) for each in outcomes]}

    async def _decide_all(self, found: Sequence[Outcome | PresentedSession]) -> Sequence[Outcome]:
        outcomes: dict[int, Outcome] = {}
        turns = anyio.Semaphore(MAX_AT_ONCE)

        async def decide(place: int, presented: PresentedSession) -> None:
            async with turns:
                try:
                    outcomes[place] = await self._decide(presented)
                except UnavailableError as outage:
                    outcomes[place] = outage

        async with anyio.create_task_group() as group:
            for place, each in enumerate(found):
                if isinstance(each, PresentedSession):
                    group.start_soon(decide, place, each)
                else:
                    outcomes[place] = each
        return [outcomes[place] for place in range(len(found))]

    async def _decide(self, presented: PresentedSession) -> SessionDecision:
        return await self._threads.run(partial(self._session_guard.decide, presented))

    def _decide_all_from_cache(self, body: bytes) -> Sequence[Outcome | PresentedSession]:
        return [self._find_outcome(members) for members in sessions_in(body)]

    def _find_outcome(self, members: Mapping[str, object]) -> Outcome | PresentedSession:
        try:
            return self._decide_from_cache(members)
        except UnavailableError as outage:
            return outage

    def _decide_from_cache(
        self, members: Mapping[str, object]
    ) -> SessionDecision | PresentedSession:
        """
        Decide without waiting; return the session itself where deciding may wait.

        Raises:
            BodyMalformedError: *members* are not those of a session.

            UnavailableError: Nothing can be decided now.
        """
        try:
            presented = presented_session_in(members)
        except MalformedTokenError as error:
            return SignInRequired(error.code)
        return self._session_guard.decide_from_cache(presented) or presented
