"""
Restart a sign-in, once.

Cognito breaks off the first sign-in of an external user whom a trigger links meanwhile; the next
one works.  And as long as Cognito remembers a browser, it answers with the time at which the user
last authenticated: where the sessions of that time were ended, the user must authenticate again.

A response is late where the browser does not hold its attempt any more, or the code is no longer
accepted: the user pressed the back button, a tab was restored, or the sign-in took too long.  The
user who is asked to start again can only press a button; so the sign-in begins again by itself.
"""

import attrs

from authcore.domain.model.session import PendingSignIns, RedirectTarget, SignInAttempt
from authcore.domain.services.sign_in.authorization import (
    AuthorizationCode,
    AuthorizationError,
    AuthorizationResponse,
    is_restart,
)
from authcore.domain.services.sign_in.sign_in import SignIn, SignInStart


@attrs.frozen
class SignInRestart:
    """
    A sign-in that replaces another one.

    Attributes:
        replaced: The earlier attempt; no longer valid.  None where the browser holds none.
        start: The new sign-in.
    """

    replaced: SignInAttempt | None
    start: SignInStart


def restart_broken_off(
    sign_in: SignIn, pending: PendingSignIns, response: AuthorizationResponse
) -> SignInRestart | None:
    """
    Replace the attempt that Cognito broke off; None if *response* says nothing of the kind.

    Cognito's error often names no attempt; then the latest attempt is replaced.  A restarted
    attempt is not restarted a second time.  An attempt that chose no provider continues with the
    provider of the candidate username: a configured name, never a part of the query.

    Args:
        sign_in: Begins the new sign-in.

        pending: From the browser's cookies.

        response: Of the callback's query.

    Raises:
        AttemptRejectedError: This browser began no such attempt.

        RedirectRejectedError: Its target is no longer on the allow-list.
    """
    if not (isinstance(response, AuthorizationError) and response.broken_off and pending.attempts):
        return None
    newest = max(pending.attempts, key=lambda each: (each.expires_at, each.restarted))
    attempt = newest if response.state is None else sign_in.attempt_for(pending, response)
    if attempt.restarted:
        return None
    provider = attempt.provider or sign_in.provider_of(response.candidate_username or "")
    return _replace(attempt, sign_in.begin(attempt.target, provider=provider, is_restart=True))


def reauthenticate(
    sign_in: SignIn, attempt: SignInAttempt, target: RedirectTarget
) -> SignInRestart:
    """
    Replace *attempt*, whose session was ended before it began: the user authenticates again.

    Args:
        sign_in: Begins the new sign-in.

        attempt: Completed with tokens, and not restarted before.

        target: Of *attempt*.

    Raises:
        RedirectRejectedError: *target* is no longer on the allow-list.
    """
    start = sign_in.begin(target, provider=attempt.provider, reauthenticate=True, is_restart=True)
    return _replace(attempt, start)


def restart_late(
    sign_in: SignIn, attempt: SignInAttempt | None, response: AuthorizationResponse
) -> SignInRestart | None:
    """
    Begin the sign-in of a late *response* again; None for a refusal, and for a restart.

    Neither the code nor anything else of *response* is used, except the target, which is the
    default one where the allow-list does not admit it.  So a response that an attacker begins in
    another browser signs no user in to the attacker's account.

    Args:
        sign_in: Begins the new sign-in.

        attempt: That *response* belongs to; None where this browser holds no such attempt.

        response: Of the callback's query.
    """
    if not isinstance(response, AuthorizationCode) or is_restart(response.state):
        return None
    if attempt is not None and attempt.restarted:
        return None
    provider = attempt.provider if attempt else None
    target = sign_in.target_in(response.state)
    start = sign_in.begin(target, provider=provider, is_restart=True)
    return SignInRestart(None, start) if attempt is None else _replace(attempt, start)


def _replace(attempt: SignInAttempt, start: SignInStart) -> SignInRestart:
    again = attrs.evolve(start.attempt, rounds=attempt.rounds)
    return SignInRestart(attempt, attrs.evolve(start, attempt=again))
