"""
Restart a sign-in, once.

Cognito breaks off the first sign-in of an external user whom a trigger links meanwhile; the next
one works.  And as long as Cognito remembers a browser, it answers with the time at which the user
last authenticated: where the sessions of that time were ended, the user must authenticate again.
"""

import attrs

from authcore.domain.model.session import PendingSignIns, RedirectTarget, SignInAttempt
from authcore.domain.services.sign_in.authorization import AuthorizationError, AuthorizationResponse
from authcore.domain.services.sign_in.sign_in import SignIn, SignInStart


@attrs.frozen
class SignInRestart:
    """
    A sign-in that replaces another one.

    Attributes:
        replaced: The earlier attempt; no longer valid.
        start: The new sign-in.
    """

    replaced: SignInAttempt
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
    return _replace(attempt, sign_in.begin(attempt.target, provider=provider))


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
    return _replace(attempt, sign_in.begin(target, provider=attempt.provider, reauthenticate=True))


def _replace(attempt: SignInAttempt, start: SignInStart) -> SignInRestart:
    again = attrs.evolve(start.attempt, restarted=True, rounds=attempt.rounds)
    return SignInRestart(attempt, attrs.evolve(start, attempt=again))
