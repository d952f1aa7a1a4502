"""Answers of AWS's describing operations, as boto3's clients return them."""

from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError


ACCOUNT: Final = "123456789012"


def answer_or_refuse(operation: str, refused: Mapping[str, str], members: Mapping[str, Any]) -> Any:
    """Return *members*, or raise the error class that *refused* has for the operation."""
    if operation in refused:
        raise refusal(refused[operation])
    headers = {"content-type": "application/x-amz-json-1.1"}
    return {**members, "ResponseMetadata": {"HTTPHeaders": headers, "HTTPStatusCode": 200}}


def refusal(kind: str) -> ClientError:
    """Return an error of the class *kind*."""
    return ClientError({"Error": {"Code": kind, "Message": "canary-of-aws"}}, "Operation")
