"""Read the parameters of a sign-in and of its callback."""

from authcore.domain.errors import ParameterRejectedError
from authcore.domain.services.sign_in.authorization import candidate_in
from authcore_web.request.query import Parameters, only


def asks_for_login(given: Parameters) -> bool:
    """
    Whether the user must authenticate although Cognito may remember the browser.

    Raises:
        ParameterRejectedError: ``prompt`` is repeated, or another than ``login``.
    """
    prompt = only("prompt", given)
    if prompt not in (None, "login"):
        raise ParameterRejectedError("prompt")
    return prompt is not None


def requested_target(given: Parameters) -> str | None:
    """Read the target in the state, unchecked; also of a response that is malformed otherwise."""
    states = [value for name, value in given if name == "state" and value.isascii()]
    return candidate_in(states[0]) if len(states) == 1 else None
