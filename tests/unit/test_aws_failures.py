"""What AWS answers, or does not, becomes a cause in fixed words."""

import socket
import ssl

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError

from authcore.adapters.aws_failures import OPERATORS, failure_of
from authcore.adapters.error_classes import UNKNOWN, error_class


URL = "https://canary.example/"


def answered(code: object) -> ClientError:
    response = {"Error": {"Code": code, "Message": "canary@example.com"}}
    return ClientError(response, "AdminGetUser")  # type: ignore[arg-type]


def behind(cause: Exception) -> Exception:
    """An error as urllib3 wraps it."""
    outer = OSError(f"canary {cause}")
    outer.__cause__ = cause
    return outer


@pytest.mark.parametrize("code", sorted(OPERATORS))
def test_what_stays_until_an_operator_acts_is_told_by_its_class(code: str) -> None:
    failure = failure_of(answered(code))

    assert (failure.detail, failure.needs_operator) == (code, True)


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        ("TooManyRequestsException", "TooManyRequestsException"),
        ("ThrottlingException", "ThrottlingException"),
        ("InternalErrorException", "InternalErrorException"),
        ("OperationNotEnabledException", "OperationNotEnabledException"),
        ("InvalidSmsRoleTrustRelationshipException", "InvalidSmsRoleTrustRelationshipException"),
        ("500", "HTTP 500"),
        ("503", "HTTP 503"),
        ("canary@example.com", UNKNOWN),
        ("5000", UNKNOWN),
        ("a" * 65, UNKNOWN),
        ("", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_every_other_answer_is_an_outage_and_told_if_it_is_a_class(
    code: object, detail: str
) -> None:
    failure = failure_of(answered(code))

    assert (failure.detail, failure.needs_operator) == (detail, False)


@pytest.mark.parametrize(
    ("error", "detail", "needs_operator"),
    [
        (exceptions.NoCredentialsError(), "NoCredentialsError", True),
        (
            exceptions.PartialCredentialsError(provider="env", cred_var="canary"),
            "PartialCredentialsError",
            True,
        ),
        (exceptions.ProfileNotFound(profile="canary"), "ProfileNotFound", True),
        (
            exceptions.CredentialRetrievalError(provider="iam", error_msg="canary"),
            "CredentialRetrievalError",
            False,
        ),
        (exceptions.ConnectTimeoutError(endpoint_url=URL), "connect timeout", False),
        (exceptions.ReadTimeoutError(endpoint_url=URL), "read timeout", False),
        (exceptions.ConnectionClosedError(endpoint_url=URL), "read broken", False),
        (
            exceptions.EndpointConnectionError(endpoint_url=URL, error=OSError("canary")),
            "connect failed",
            False,
        ),
        (
            exceptions.EndpointConnectionError(
                endpoint_url=URL, error=behind(ConnectionRefusedError())
            ),
            "connect refused",
            False,
        ),
        (
            exceptions.EndpointConnectionError(endpoint_url=URL, error=behind(socket.gaierror())),
            "connect dns",
            False,
        ),
        (exceptions.SSLError(endpoint_url=URL, error=ssl.SSLError("canary")), "connect tls", False),
        (
            exceptions.SSLError(endpoint_url=URL, error=behind(ssl.SSLCertVerificationError())),
            "connect certificate",
            True,
        ),
        (AttributeError("canary"), "AttributeError", False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_no_answer_is_told_by_its_phase(
    error: Exception, detail: str, needs_operator: bool
) -> None:
    failure = failure_of(error)

    assert (failure.detail, failure.needs_operator) == (detail, needs_operator)


def test_errors_that_cause_each_other_end() -> None:
    one, other = OSError("one"), OSError("other")
    one.__cause__, other.__cause__ = other, one

    failure = failure_of(exceptions.EndpointConnectionError(endpoint_url=URL, error=one))

    assert failure.detail == "connect failed"


@pytest.mark.parametrize("name", ["", "a b", "A1Error", "eyJ" + "a" * 40, "A" * 56 + "Exception"])
def test_what_no_class_is_called_is_not_told(name: str) -> None:
    # SP-11
    assert error_class(name) == UNKNOWN
