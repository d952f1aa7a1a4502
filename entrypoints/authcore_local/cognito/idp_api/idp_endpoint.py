"""The parts of the ``cognito-idp``, ``secretsmanager`` and ``wafv2`` JSON APIs that are called."""

import json
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

import attrs
from starlette.requests import Request
from starlette.responses import Response

from authcore_local.cognito.errors import CognitoError, invalid_parameter


PREFIX: Final = "AWSCognitoIdentityProviderService"
SECRETS_PREFIX: Final = "secretsmanager"
FIREWALL_PREFIX: Final = "AWSWAF_20190729"
"""Of the targets of the three APIs."""

MEDIA_TYPE: Final = "application/x-amz-json-1.1"
MAX_LIST: Final = 100

_SIGNATURE_SCHEME: Final = "AWS4-HMAC-SHA256 "


@attrs.frozen(eq=False, repr=False)
class Input:
    """The members of one call's input, checked as they are read."""

    _members: Mapping[str, Any]

    def text(self, name: str, *, default: str | None = None, longest: int = 2048) -> str:
        """
        A text of 1 to *longest* characters.

        Raises:
            CognitoError: InvalidParameterException.
        """
        value = self._members.get(name, default)
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            raise invalid_parameter(f"Invalid value at '{name}'")
        return value

    def has(self, name: str) -> bool:
        """Whether the member *name* is there, and is not null."""
        return self._members.get(name) is not None

    def flag(self, name: str) -> bool:
        """
        A boolean; absent is false.

        Raises:
            CognitoError: InvalidParameterException.
        """
        value = self._members.get(name, False)
        if not isinstance(value, bool):
            raise invalid_parameter(f"Invalid value at '{name}'")
        return value

    def number(self, name: str, *, default: int, highest: int) -> int:
        """
        A whole number from 0 to *highest*.

        Raises:
            CognitoError: InvalidParameterException.
        """
        value = self._members.get(name, default)
        if type(value) is not int or not 0 <= value <= highest:
            raise invalid_parameter(f"Invalid value at '{name}'")
        return value

    def members(self, name: str) -> "Input":
        """
        A structure within this one.

        Raises:
            CognitoError: InvalidParameterException.
        """
        return Input(self.document(name))

    def document(self, name: str) -> Mapping[str, Any]:
        """
        A JSON object of any form.

        Raises:
            CognitoError: InvalidParameterException.
        """
        value = self._members.get(name)
        if not isinstance(value, dict):
            raise invalid_parameter(f"Invalid value at '{name}'")
        return value

    def texts(self, name: str) -> dict[str, str]:
        """
        A map of texts; absent is empty.

        Raises:
            CognitoError: InvalidParameterException.
        """
        value = self._members.get(name) or {}
        if not isinstance(value, dict) or len(value) > MAX_LIST:
            raise invalid_parameter(f"Invalid value at '{name}'")
        if not all(isinstance(text, str) for text in value.values()):
            raise invalid_parameter(f"Invalid value at '{name}'")
        return value

    def attributes(self, name: str) -> dict[str, str]:
        """
        A list of ``{Name, Value}`` as a map; absent is empty, an absent Value too.

        Raises:
            CognitoError: InvalidParameterException.
        """
        value = self._members.get(name) or []
        if not isinstance(value, list) or len(value) > MAX_LIST:
            raise invalid_parameter(f"Invalid value at '{name}'")
        pairs = [Input(entry if isinstance(entry, dict) else {}) for entry in value]
        names = [pair.text("Name", longest=32) for pair in pairs]
        if len(set(names)) != len(names):
            raise invalid_parameter(f"Invalid value at '{name}'")
        return {name: pair.optional("Value") for name, pair in zip(names, pairs, strict=True)}

    def optional(self, name: str) -> str:
        """
        A text of any length; absent is empty.

        Raises:
            CognitoError: InvalidParameterException.
        """
        value = self._members.get(name, "")
        if not isinstance(value, str):
            raise invalid_parameter(f"Invalid value at '{name}'")
        return value


Operation = Callable[[Input], Mapping[str, object]]
Revisions = MutableMapping[str, Callable[[dict[str, Any]], dict[str, Any]]]
"""By operation, what an answer is changed to: settings that this pool does not have."""

Admission = Callable[[str], None]
"""Takes an operation's name; raises CognitoError where the call is one too many."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class Api:
    """
    Dispatches ``POST /`` by ``X-Amz-Target``.

    Signatures are not verified, because there are no keys for it.  Signed operations refuse a
    call without one.

    Attributes:
        unsigned: Need no credentials.
        signed: Need IAM credentials at Amazon's.
        secrets: Those of Secrets Manager; signed, too.
        firewall: Those of AWS WAF; signed, too.
        admit: Asked before each call of the ``cognito-idp`` API.
        revisions: Applied to answers.
        note: Told the operation and the answer of each call.
    """

    _unsigned: Mapping[str, Operation]
    _signed: Mapping[str, Operation]
    _secrets: Mapping[str, Operation]
    _firewall: Mapping[str, Operation]
    _admit: Admission
    _revisions: Revisions
    _note: Callable[[str, str], None]

    def call(self, request: Request, body: bytes) -> Response:
        """Answer one call: 200 with its output, or 400 with ``__type`` and ``message``."""
        name = request.headers.get("x-amz-target", "").partition(".")[2]
        try:
            found = dict(self._operation(request)(Input(_members(body))))
            self._note(name, f"200 {found.get('ChallengeName', '')}".rstrip())
            return _answer(200, self._revisions.get(name, dict)(found))
        except CognitoError as error:
            self._note(name, f"400 {error.kind}")
            refusal = {"__type": error.kind, "message": error.message}
            return _answer(400, refusal, {"x-amzn-errortype": error.kind})

    def _operation(self, request: Request) -> Operation:
        target = request.headers.get("x-amz-target", "")
        prefix, _, name = target.partition(".")
        if prefix == PREFIX and name in self._unsigned:
            self._admit(name)
            return self._unsigned[name]
        signed = {
            PREFIX: self._signed,
            SECRETS_PREFIX: self._secrets,
            FIREWALL_PREFIX: self._firewall,
        }.get(prefix, {})
        if name not in signed:
            raise CognitoError("UnknownOperationException", "Unknown operation")
        if not request.headers.get("authorization", "").startswith(_SIGNATURE_SCHEME):
            raise CognitoError(
                "MissingAuthenticationTokenException", "Missing Authentication Token"
            )
        if prefix == PREFIX:
            self._admit(name)
        return signed[name]


def _members(body: bytes) -> dict[str, Any]:
    try:
        members = json.loads(body)
        json.dumps(members, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise CognitoError("SerializationException", "Malformed input") from None
    if not isinstance(members, dict):
        raise CognitoError("SerializationException", "Malformed input")
    return members


def _answer(
    status: int, members: Mapping[str, object], headers: Mapping[str, str] | None = None
) -> Response:
    body = json.dumps(members).encode()
    return Response(body, status, {"Cache-Control": "no-store", **(headers or {})}, MEDIA_TYPE)
