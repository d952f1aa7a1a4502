"""``/auth/password/verify`` and ``/auth/password/changed``: what the old login asks."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, TypeAlias

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore.adapters.worker_threads import WorkerThreads
from authcore.domain.errors import (
    AccountNotFoundError,
    CredentialsRejectedError,
    LinkRejectedError,
    NewLoginRequiredError,
    NoPoolPasswordError,
    PasswordPolicyError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.services.accounts import password_change, password_verification
from authcore.wiring.old_login import OldLogin
from authcore_web.request.api_keys import ApiKeys
from authcore_web.request.body import members_of
from authcore_web.request.old_login_members import (
    MAX_BODY_BYTES,
    OldLoginRequest,
    old_login_request_in,
)
from authcore_web.response.errors import ErrorResponses, unknown_caller
from authcore_web.response.even_refusals import EvenRefusals
from authcore_web.response.plain import as_json


Content: TypeAlias = Mapping[str, object]

ANSWERED: Final = (
    AccountNotFoundError,
    CredentialsRejectedError,
    LinkRejectedError,
    NewLoginRequiredError,
    NoPoolPasswordError,
    PasswordPolicyError,
)
"""Refusals that are decisions: 200 with the reason.  Others are malformed requests."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class OldLoginRoutes:
    """
    Check and set passwords of linked users for the legacy system.

    Attributes:
        old_login: None where no key is configured: then there are no such paths.
        api_keys: Authenticates the legacy system.
        error_responses: Answers malformed requests and outages.
        threads: Of these calls only, so that guesses do not hold up sign-ins.
        refusals: Evens out the time of refused passwords.
    """

    _old_login: OldLogin | None
    _api_keys: ApiKeys
    _error_responses: ErrorResponses
    _threads: WorkerThreads
    _refusals: EvenRefusals

    async def verify(self, request: Request) -> Response:
        """
        200 and whether the password is right, 429, or 503; a plain no after whole seconds.

        Without a valid key every request gets the same 401, and its body is not read.
        """
        return await self._answer(request, password_verification.ACTION, "verified", _verify)

    async def changed(self, request: Request) -> Response:
        """200 and whether the password is set, 429, or 503; 401 as ``verify``."""
        return await self._answer(request, password_change.ACTION, "changed", _change)

    async def _answer(
        self,
        request: Request,
        action: str,
        member: str,
        decide: Callable[[OldLogin, OldLoginRequest, str], Content],
    ) -> Response:
        old_login = self._old_login
        if old_login is None:
            return self._error_responses.of_status(request, 404, {})
        caller = self._api_keys.of(request)
        if caller is None:
            return unknown_caller()
        began = self._refusals.now()
        try:
            asked = old_login_request_in(await members_of(request, limit=MAX_BODY_BYTES))
            told = await self._threads.run(partial(decide, old_login, asked, caller))
        except ANSWERED as refusal:
            if isinstance(refusal, CredentialsRejectedError):
                await self._refusals.wait(began)
            return as_json({member: False, "reason": refusal.code})
        except (RejectedError, UnavailableError) as error:
            return self._error_responses.of(error, request, action=action, caller=caller)
        return as_json({member: True, **told})


def _verify(old_login: OldLogin, asked: OldLoginRequest, caller: str) -> Content:
    old_login.verification.verify(asked.account, asked.password, caller=caller)
    return attrs.asdict(asked.account)


def _change(old_login: OldLogin, asked: OldLoginRequest, caller: str) -> Content:
    ended = old_login.change.change(asked.account, asked.password, caller=caller)
    return {**attrs.asdict(asked.account), "sessions_ended": ended}
