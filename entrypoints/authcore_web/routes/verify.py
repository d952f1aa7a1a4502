"""``/auth/verify``: whether tokens are good, for other programs."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import MalformedTokenError, RejectedError, UnavailableError
from authcore.domain.model.session_decision import SessionDecision, SignInRequired
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore_web.request.api_keys import ApiKeys
from authcore_web.request.body import members_of
from authcore_web.request.session_tokens import carried_in
from authcore_web.response.errors import ErrorResponses, unknown_caller
from authcore_web.response.plain import as_json
from authcore_web.response.verification import ACTION, VerificationResponses


MAX_BODY_BYTES: Final = 64 * 1024


class VerifyRoutes:
    """Tell programs that show a key what the tokens of a session are worth."""

    def __init__(
        self,
        *,
        guard: SessionGuard,
        callers: ApiKeys,
        verification_responses: VerificationResponses,
        error_responses: ErrorResponses,
        threads: WorkerThreads,
    ) -> None:
        """
        Serve verification_responses over HTTP.

        Args:
            guard: Decides; where it may wait, in a thread.

            callers: Who may ask.

            verification_responses: Says yes or no.

            error_responses: Says what cannot be said just now.

            threads: For *guard*.
        """
        self._guard = guard
        self._callers = callers
        self._verification_responses = verification_responses
        self._error_responses = error_responses
        self._threads = threads

    async def verify(self, request: Request) -> Response:
        """
        200 and the verdict, or 503.

        Whoever shows no good key gets the same 401 whatever else he sends; it is not read.
        """
        caller = self._callers.of(request)
        if caller is None:
            return unknown_caller()
        try:
            decision = await self._decided(await members_of(request, limit=MAX_BODY_BYTES))
        except (RejectedError, UnavailableError) as error:
            return self._error_responses.of(error, request, action=ACTION, caller=caller)
        return as_json(self._verification_responses.of(decision, caller))

    async def _decided(self, members: Mapping[str, object]) -> SessionDecision:
        """
        Decide on the event loop if nobody needs to be asked, and in a thread if somebody does.

        Raises:
            BodyMalformedError: *members* are not those of a session.

            UnavailableError: Nothing can be decided now.
        """
        try:
            carried = carried_in(members)
        except MalformedTokenError as rejected:
            return SignInRequired(rejected.code)
        if at_hand := self._guard.decide_from_cache(carried):
            return at_hand
        return await self._threads.run(partial(self._guard.decide, carried))
