"""Which errors an operation of ``cognito-idp`` may answer with, after Amazon's service model."""

from functools import cache
from typing import Final

import botocore.session
from botocore.model import ServiceModel


OF_THE_PROTOCOL: Final = frozenset(
    (
        "MissingAuthenticationTokenException",
        "SerializationException",
        "UnknownOperationException",
    )
)
"""Answered to what no client sends; the model does not list them."""


@cache
def errors_of(operation: str) -> frozenset[str]:
    """Names of the exceptions of *operation*."""
    model = _service().operation_model(operation)
    return frozenset(shape.name for shape in model.error_shapes) | OF_THE_PROTOCOL


@cache
def _service() -> ServiceModel:
    return botocore.session.get_session().get_service_model("cognito-idp")
