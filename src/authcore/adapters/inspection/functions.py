"""Lambda functions, read through Lambda's API."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from authcore.adapters.inspection.described import Described, call_or_none
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.surroundings import KEPT_VARIABLES, FunctionSettings, Permission
from authcore.ports.inspection import FunctionInspection


COGNITO: Final = "cognito-idp.amazonaws.com"
NO_SUCH: Final = "ResourceNotFoundException"
INVOKING: Final = frozenset({"lambda:InvokeFunction", "lambda:*", "*"})
MAX_POLICY: Final = 65_536
_SOURCE: Final = "aws:sourcearn"
_ACCOUNT: Final = "aws:sourceaccount"
_LITERAL: Final = frozenset({"StringEquals"})
_PATTERNS: Final = frozenset({"ArnLike", "ArnEquals", "StringLike"})
"""Operators of a condition, by whether ``*`` stands for any text in what they compare with."""

_MARKS: Final = re.compile(r"[*?[]")
_OPENING: Final = re.compile(r"\[")


class LambdaFunctionInspection(FunctionInspection):
    """
    Calls GetFunctionConfiguration and GetPolicy.

    Of a function's variables only KEPT_VARIABLES are kept.
    """

    def __init__(self, client: Any) -> None:
        """Bind *client*, of Lambda, from ``aws_client``."""
        self._client = client

    def function(self, arn: str) -> FunctionSettings | None:
        """See the port."""
        operation = self._client.get_function_configuration
        found = call_or_none(operation, "function", NO_SUCH, FunctionName=arn)
        if found is None:
            return None
        variables = found.structure("Environment").map_of_texts("Variables")
        return FunctionSettings(
            handler=found.text("Handler", ""),
            timeout=timedelta(seconds=found.number("Timeout", 3)),
            state=found.text("State", ""),
            update=found.text("LastUpdateStatus", ""),
            role=found.text("Role", ""),
            variables={name: variables[name] for name in KEPT_VARIABLES if name in variables},
            permissions=self._permissions(arn),
        )

    def _permissions(self, arn: str) -> tuple[Permission, ...]:
        found = call_or_none(self._client.get_policy, "policy", NO_SUCH, FunctionName=arn)
        return () if found is None else tuple(permissions(found.text("Policy")))


def permissions(policy: str) -> Iterator[Permission]:
    """
    Yield the statements of *policy* that allow Cognito to invoke the function.

    Raises:
        ProviderUnavailableError: *policy* is no policy.
    """
    for statement in _statements(policy):
        if _admits_cognito(statement):
            condition = statement.structure("Condition")
            arns, accounts = tuple(_sources(condition)), tuple(_accounts(condition))
            if statement.has("Condition") and not arns and not accounts:
                arns = ("(a condition that is not understood)",)
            yield Permission(source_arns=arns, source_accounts=accounts)


def _statements(policy: str) -> tuple[Described, ...]:
    try:
        document = json.loads(policy[:MAX_POLICY])
    except (ValueError, RecursionError):
        raise ProviderUnavailableError("the policy is no JSON", detail="answer policy") from None
    return Described(document, "policy").structures("Statement")


def _admits_cognito(statement: Described) -> bool:
    named = _texts(statement, "Action")
    if statement.text("Effect", "") != "Allow" or not INVOKING & {*named}:
        return False
    try:
        principal = statement.structure("Principal")
    except ProviderUnavailableError:
        return statement.text("Principal") == "*"
    return bool({COGNITO, "*"} & {*_texts(principal, "Service"), *_texts(principal, "AWS")})


def _sources(condition: Described) -> Iterator[str]:
    """Yield ARNs as patterns of ``fnmatch``, in which brackets have a meaning of their own."""
    for operator, text in _read_comparisons(condition, _SOURCE):
        yield (_MARKS if operator in _LITERAL else _OPENING).sub(r"[\g<0>]", text)


def _accounts(condition: Described) -> Iterator[str]:
    return (text for _, text in _read_comparisons(condition, _ACCOUNT))


def _read_comparisons(condition: Described, key: str) -> Iterator[tuple[str, str]]:
    """Yield operator and text of each comparison of *key*."""
    for operator in sorted(_LITERAL | _PATTERNS):
        tested = condition.structure(operator)
        for name in tested.names():
            if name.lower() == key:
                yield from ((operator, text) for text in _texts(tested, name))


def _texts(described: Described, name: str) -> tuple[str, ...]:
    """A text, or a list of texts, as policies have both; absent is empty."""
    try:
        found = described.text(name, "")
    except ProviderUnavailableError:
        return described.texts(name)
    return (found,) if found else ()
