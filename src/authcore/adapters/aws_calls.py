"""Report each call of a botocore client to ``outside_calls``."""

from collections.abc import Mapping
from typing import Any, Final

from authcore.adapters.aws_failures import failure_of
from authcore.adapters.outside_calls import CallOutcome, Partner, begin_api_call


_PARTNERS: Final[Mapping[str, Partner]] = {
    "cognito-idp": "cognito_idp",
    "dynamodb": "dynamodb",
    "secretsmanager": "secrets_manager",
}
"""By botocore's name of the service."""

_CALL: Final = "authcore.call"
"""The member of a call's context, which botocore hands to each handler."""


def observe_calls(client: Any, service: str) -> None:
    """Report each call of *client*.  See: botocore "before-call", "after-call"."""
    partner = _PARTNERS.get(service, "aws")

    def begin(*, model: Any, context: dict[str, Any], **_: object) -> None:
        context[_CALL] = begin_api_call(partner, service, model.name)

    def end_answered(*, http_response: Any, context: dict[str, Any], **_: object) -> None:
        context.pop(_CALL).end_answered(http_response.status_code)

    def end_failed(*, exception: Exception, context: dict[str, Any], **_: object) -> None:
        context.pop(_CALL).end_failed(_outcome_of(exception))

    client.meta.events.register_first("before-call", begin)
    client.meta.events.register_last("after-call", end_answered)
    client.meta.events.register_last("after-call-error", end_failed)


def _outcome_of(error: Exception) -> CallOutcome:
    detail = failure_of(error).detail
    if detail.endswith("timeout"):
        return "timeout"
    return "connect" if detail.startswith("connect") else "protocol"
