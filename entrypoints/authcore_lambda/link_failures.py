"""Which users a failed link keeps out; imports little, because most events need no link."""

from collections.abc import Mapping
from typing import Final

from authcore.domain.model.linking import FailurePolicy
from authcore.settings.linking import failure_policy


BLOCKED_TEXT: Final = (
    "Your account could not be set up just now. Please try again in a few minutes."
)


class LinkingFailedError(Exception):
    """What Cognito shows to a user whose sign-in is blocked.  Always BLOCKED_TEXT."""

    def __init__(self) -> None:
        super().__init__(BLOCKED_TEXT)


def require_allowed(policy: FailurePolicy, provider: str | None) -> None:
    """
    Return if *policy* allows a user of *provider* to sign in although they are not linked.

    Args:
        policy: Of the team.

        provider: See ``TriggerEvent.provider``.

    Raises:
        LinkingFailedError: It does not.
    """
    if policy.is_blocked(provider):
        raise LinkingFailedError


def policy_in(variables: Mapping[str, str]) -> FailurePolicy:
    """Read the policy while *variables* cannot work as a whole; an unreadable one blocks."""
    text = variables.get("AUTHCORE_LINKING_ON_FAILURE", "")
    try:
        return failure_policy(text) if text else FailurePolicy()
    except ValueError:
        return FailurePolicy(blocks=True)
