"""Who is kept out where a link fails; light, because most events need nothing but the question."""

from collections.abc import Mapping
from typing import Final

from authcore.domain.errors import UnavailableError
from authcore.domain.model.linking import FailurePolicy
from authcore.settings.linking import failure_policy
from authcore_lambda.events.trigger_event import account_in
from authcore_lambda.events.types import Event


BLOCKED_TEXT: Final = (
    "Your account could not be set up just now. Please try again in a few minutes."
)


class LinkingFailedError(Exception):
    """What Cognito shows to somebody who is kept out.  Always BLOCKED_TEXT."""

    def __init__(self) -> None:
        super().__init__(BLOCKED_TEXT)


def require_let_in(policy: FailurePolicy, event: Event) -> None:
    """
    Do nothing if *policy* lets the user of *event* in although they are not linked.

    Raises:
        LinkingFailedError: It does not.
    """
    if policy.is_blocked(_provider_in(event)):
        raise LinkingFailedError


def policy_in(variables: Mapping[str, str]) -> FailurePolicy:
    """What *variables* say where they cannot work as a whole; what cannot be read blocks."""
    text = variables.get("AUTHCORE_LINKING_ON_FAILURE", "")
    try:
        return failure_policy(text) if text else FailurePolicy()
    except ValueError:
        return FailurePolicy(blocks=True)


def _provider_in(event: Event) -> str | None:
    try:
        return account_in(event).provider
    except UnavailableError:
        return None
