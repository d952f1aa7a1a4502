"""Who may see a guarded page."""

from typing import TypeAlias

import attrs

from authcore.domain.errors import TokenRejectedError
from authcore.domain.model.session import Session
from authcore.domain.model.tokens import TokenSet
from authcore.domain.services.session_check import checked_session
from authcore.domain.services.token_validation import TokenValidator


@attrs.frozen
class Admitted:
    """
    Signed in.

    Attributes:
        session: Checked just now.
    """

    session: Session


@attrs.frozen
class SignInRequired:
    """
    Not signed in.

    Attributes:
        reason: ``no_session``, or the ``code`` of the TokenRejectedError.
    """

    reason: str


GuardDecision: TypeAlias = Admitted | SignInRequired


class SessionGuard:
    """
    Decides from the tokens a browser carries, without any secret of ours.

    Args:
        validator: For the pool and the app client that issued the tokens.
    """

    def __init__(self, validator: TokenValidator) -> None:
        self._validator = validator

    def decide(self, tokens: TokenSet | None) -> GuardDecision:
        """
        Admit the bearer of *tokens*, or ask for a sign-in.

        Args:
            tokens: As read from the cookies; None when there are none.

        Raises:
            KeySourceUnavailableError: Nothing can be decided now.  Neither answer was given.
        """
        if tokens is None:
            return SignInRequired("no_session")
        try:
            return Admitted(checked_session(self._validator, tokens))
        except TokenRejectedError as rejected:
            return SignInRequired(rejected.code)
