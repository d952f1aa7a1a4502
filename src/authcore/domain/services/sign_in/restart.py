"""
Sign-ins that are begun again, once.

Cognito breaks off the first one of an external user whom a trigger links meanwhile; the next works.
And for as long as Cognito remembers a browser it answers for people with the time at which they
last proved who they are: where their sessions of that time were ended, they have to do it anew.
"""

from collections.abc import Sequence

import attrs

from authcore.domain.model.session import PendingSignIns, RedirectTarget, SignInAttempt
from authcore.domain.services.sign_in.authorization import (
    AuthorizationError,
    parse_authorization_response,
)
from authcore.domain.services.sign_in.sign_in import SignIn, SignInStart


@attrs.frozen
class SignInRestart:
    """
    A sign-in that takes the place of another one.

    Attributes:
        broken_off: The other one, worth nothing any more.
        start: What the browser does and keeps instead.
    """

    broken_off: SignInAttempt
    start: SignInStart


def restarted(
    sign_in: SignIn, pending: PendingSignIns, parameters: Sequence[tuple[str, str]]
) -> SignInRestart | None:
    """
    What takes the place of the attempt that Cognito broke off; None if it broke none off.

    Cognito's error often names no attempt; then it is the one begun last.  An attempt that was
    begun again already is not begun a third time.  One that asked for no provider asks for the one
    that the user would have been of: a configured name, never a part of the query.

    Args:
        sign_in: Begins.

        pending: From the browser's cookies.

        parameters: Of the callback's query, in order, repeated ones kept, decoded once.

    Raises:
        ParameterRejectedError: The query is not an answer of an authorize endpoint.

        AttemptRejectedError: This browser began no such attempt.

        RedirectRejectedError: Its target is no longer on the allow-list.
    """
    answer = parse_authorization_response(parameters)
    if not (isinstance(answer, AuthorizationError) and answer.broken_off and pending.attempts):
        return None
    newest = max(pending.attempts, key=lambda each: (each.expires_at, each.restarted))
    attempt = newest if answer.state is None else sign_in.attempt_for(pending, parameters)
    if attempt.restarted:
        return None
    provider = attempt.provider or sign_in.provider_of(answer.candidate_username or "")
    start = sign_in.begin(attempt.target, provider=provider)
    again = attrs.evolve(start.attempt, restarted=True, rounds=attempt.rounds)
    return SignInRestart(attempt, attrs.evolve(start, attempt=again))


def begun_anew(sign_in: SignIn, attempt: SignInAttempt, target: RedirectTarget) -> SignInRestart:
    """
    What takes the place of *attempt*, whose session had ended before it began.

    Args:
        sign_in: Begins.

        attempt: Came back with tokens, and was not begun again before.

        target: Where it was to end.

    Raises:
        RedirectRejectedError: *target* is no longer on the allow-list.
    """
    start = sign_in.begin(target, provider=attempt.provider, asks_anew=True)
    again = attrs.evolve(start.attempt, restarted=True, rounds=attempt.rounds)
    return SignInRestart(attempt, attrs.evolve(start, attempt=again))
