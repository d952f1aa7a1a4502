"""The ids of a function's invocation, for its log lines and its calls to other systems."""

from collections.abc import Callable
from functools import wraps
from typing import Final, TypeVar

from authcore.adapters.correlation import correlate, is_request_id
from authcore.domain.model.attempt_ids import ATTEMPT_MEMBER, is_attempt_id
from authcore_lambda.events.json_members import mapping, text
from authcore_lambda.events.types import Event, LambdaContext


Answer = TypeVar("Answer")

_MEMBERS: Final = ("clientMetadata", "validationData")
"""Where Cognito puts ``ClientMetadata``, by trigger."""


def request_id_of(context: LambdaContext | None) -> str | None:
    """Return Lambda's id of the invocation; None where *context* has no well-formed one."""
    found = getattr(context, "aws_request_id", None)
    return found if isinstance(found, str) and is_request_id(found) else None


def correlate_invocations(function: Callable[..., Answer]) -> Callable[..., Answer]:
    """
    Let Lambda's request id and the event's sign-in name every invocation of *function*.

    Args:
        function: See ``lazy_function.Function`` for its arguments; the third may be left out.
    """

    @wraps(function)
    def invoke(event: Event, context: LambdaContext | None, *started: float | None) -> Answer:
        with correlate(request_id_of(context), attempt=attempt_in(event)):
            return function(event, context, *started)

    return invoke


def attempt_in(event: object) -> str | None:
    """
    Read the sign-in that the caller of Cognito's API names in ``ClientMetadata``.

    Any client can send one: it is only logged.
    """
    if not isinstance(event, dict):
        return None
    request = mapping(event, "request")
    found = (text(mapping(request, member), ATTEMPT_MEMBER) for member in _MEMBERS)
    return next(filter(is_attempt_id, found), None)
