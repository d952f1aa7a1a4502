"""
``/auth/observe``: what ``/auth/check`` would answer, counted and not sent.

A proxy that calls it in place of ``/auth/check`` forwards every request, as without authcore.  The
path is the mode: no setting and no header of a request makes ``/auth/check`` let a request in.
"""

import logging
from functools import partial
from typing import Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.audit.shadow_log import ShadowLog
from authcore.adapters.background import Background
from authcore.adapters.correlation import correlate
from authcore.adapters.log_format import exception_text
from authcore.adapters.system import monotonic
from authcore.domain.errors import GroupRequiredError, SessionTooLargeError, UnavailableError
from authcore.domain.model.audit import outcome_of
from authcore.domain.model.session_decision import SignInRequired
from authcore.domain.model.shadow import LET_IN, WOULD_REFRESH, Prediction
from authcore.domain.services.sessions.browser_guard import BrowserDecision, BrowserGuard
from authcore_web.request.headers import cookie_header
from authcore_web.response.user import NO_IDENTITY
from authcore_web.routes.check import CheckRoutes, can_renew_for


_log: Final = logging.getLogger("authcore.observe")


@attrs.frozen(kw_only=True, eq=False, repr=False)
class ObserveRoutes:
    """
    Tell proxies to forward every request, and count what ``/auth/check`` would have said.

    Attributes:
        browser_guard: Predicts.
        check: Answers as ``/auth/check`` does, and records nothing.
        log: Counts predictions.
        background: Runs what may wait.
    """

    _browser_guard: BrowserGuard
    _check: CheckRoutes
    _log: ShadowLog
    _background: Background

    async def observe(self, request: Request) -> Response:
        """
        200, always, without a user and without cookies.

        Every identity header is there and empty: a proxy that copies them overwrites every header
        that a client forged.
        """
        try:
            self._predict(request)
        except Exception as error:  # noqa: BLE001 - a fault of ours must keep no request back
            self._fail(error)
        return Response(headers=NO_IDENTITY)

    def _predict(self, request: Request) -> None:
        began = monotonic()
        sent, can_renew = cookie_header(request), can_renew_for(request)
        try:
            decided = self._browser_guard.decide_from_cache(sent, can_renew=can_renew)
        except SessionTooLargeError as error:
            self._log.add(_predict_error(error, monotonic() - began))
            return
        if decided is not None:
            self._log.add(self._describe(request, decided, monotonic() - began))
        elif not self._background.submit(partial(self._wait, request, sent, can_renew)):
            self._log.miss()
        if self._log.is_due:
            self._background.submit(self._log.flush)

    def _wait(self, request: Request, sent: str, can_renew: bool) -> None:  # noqa: FBT001 - by partial
        began = monotonic()
        try:
            with correlate(request.headers.get("x-request-id")):
                decided = self._browser_guard.decide(sent, can_renew=can_renew)
            prediction = self._describe(request, decided, monotonic() - began)
        except UnavailableError as error:
            prediction = _predict_error(error, monotonic() - began)
        except Exception as error:  # noqa: BLE001 - counted, as above
            self._fail(error)
            return
        self._log.add(prediction)

    def _describe(self, request: Request, decided: BrowserDecision, seconds: float) -> Prediction:
        answer, decision = self._check.respond(request, decided), decided.decision
        size = sum(len(name) + len(value) + len(": \r\n") for name, value in answer.raw_headers)
        if isinstance(decision, SignInRequired):
            return Prediction("rejected", decision.reason, answer.status_code, size, seconds)
        if answer.status_code != LET_IN:
            code = GroupRequiredError.code
            return Prediction("rejected", code, answer.status_code, size, seconds)
        reason = WOULD_REFRESH if decision.reason == "refreshed" else decision.reason
        return Prediction("accepted", reason, LET_IN, size, seconds)

    def _fail(self, error: Exception) -> None:
        self._log.fail()
        _log.error("nothing was predicted about a request: %s", exception_text(error))


def _predict_error(error: SessionTooLargeError | UnavailableError, seconds: float) -> Prediction:
    status = 431 if isinstance(error, SessionTooLargeError) else 503
    return Prediction(outcome_of(error), error.code, status, 0, seconds)
