"""Changes that a pre token generation function may make to tokens, in both event versions."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal

import attrs

from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.lambda_triggers.lifecycle import Lifecycle, seen
from authcore_local.cognito.user_pool.users import PoolUser


TokenSource = Literal[
    "TokenGeneration_HostedAuth",
    "TokenGeneration_Authentication",
    "TokenGeneration_RefreshTokens",
    "TokenGeneration_NewPasswordChallenge",
]
Version = Literal["V1_0", "V2_0"]

UNCHANGEABLE: Final = frozenset(
    (
        "acr",
        "amr",
        "aud",
        "at_hash",
        "auth_time",
        "azp",
        "client_id",
        "device_key",
        "event_id",
        "exp",
        "iat",
        "identities",
        "iss",
        "jti",
        "nbf",
        "nonce",
        "origin_jti",
        "sub",
        "token_use",
        "username",
        "version",
    )
)
"""And every ``cognito:…``."""

_DETAILS: Final = {"V1_0": "claimsOverrideDetails", "V2_0": "claimsAndScopeOverrideDetails"}


@attrs.frozen
class ClaimChanges:
    """
    Changes to one token.

    Attributes:
        added: Claims to add or override.
        suppressed: Claims to leave out, even if added.
    """

    added: Mapping[str, object] = attrs.field(factory=dict, repr=False)
    suppressed: frozenset[str] = frozenset()

    def applied_to(self, claims: Mapping[str, object]) -> dict[str, object]:
        """Return the changed *claims*; claims that must not change stay as they are, or absent."""
        added = {name: value for name, value in self.added.items() if _changeable(name)}
        return {
            name: value
            for name, value in {**claims, **added}.items()
            if name not in self.suppressed or not _changeable(name)
        }


@attrs.frozen(kw_only=True)
class TokenChanges:
    """
    Changes to the tokens of one sign-in.

    Attributes:
        identity: To the ID token.
        access: To the access token; version 2 only.
        scopes_added: Version 2 only.
        scopes_suppressed: Version 2 only.
        groups: In place of the user's; None leaves them.
    """

    identity: ClaimChanges = attrs.field(factory=ClaimChanges)
    access: ClaimChanges = attrs.field(factory=ClaimChanges)
    scopes_added: tuple[str, ...] = ()
    scopes_suppressed: frozenset[str] = frozenset()
    groups: tuple[str, ...] | None = None

    def scopes(self, granted: Sequence[str]) -> tuple[str, ...]:
        """Return the changed scopes of *granted*."""
        wanted = dict.fromkeys((*granted, *self.scopes_added))
        return tuple(scope for scope in wanted if scope not in self.scopes_suppressed)


@attrs.frozen(eq=False, repr=False)
class PreTokenGeneration:
    """Fires the trigger of the pool, if one is attached."""

    _lifecycle: Lifecycle
    _version: Version

    def changes(
        self,
        source: TokenSource,
        user: PoolUser,
        scopes: Sequence[str],
        metadata: Mapping[str, str] | None = None,
    ) -> TokenChanges:
        """
        Return the changes to the tokens of *user*.

        Raises:
            CognitoError: See Lifecycle.
        """
        request: dict[str, Any] = {
            "userAttributes": seen(user),
            "groupConfiguration": {
                "groupsToOverride": list(user.groups),
                "iamRolesToOverride": [],
                "preferredRole": None,
            },
            "clientMetadata": metadata,
        }
        if self._version == "V2_0":
            request["scopes"] = list(scopes)
        details = _DETAILS[self._version]
        response = self._lifecycle.fire(
            source, user.username, request, {details: None}, version=self._version[1]
        )
        return token_changes(self._version, response or {})


def token_changes(version: Version, response: Mapping[str, Any]) -> TokenChanges:
    """
    Parse the ``response`` of a function.

    Raises:
        CognitoError: InvalidLambdaResponseException.
    """
    details = _object(response, _DETAILS[version])
    groups = _groups(details)
    if version == "V1_0":
        changes = _claims(details)
        if not all(isinstance(value, str) for value in changes.added.values()):
            raise _unrecognizable()
        return TokenChanges(identity=changes, groups=groups)
    access = _object(details, "accessTokenGeneration")
    return TokenChanges(
        identity=_claims(_object(details, "idTokenGeneration")),
        access=_claims(access),
        scopes_added=_texts(access, "scopesToAdd"),
        scopes_suppressed=frozenset(_texts(access, "scopesToSuppress")),
        groups=groups,
    )


def _changeable(name: str) -> bool:
    return name not in UNCHANGEABLE and not name.startswith("cognito:")


def _claims(details: Mapping[str, Any]) -> ClaimChanges:
    return ClaimChanges(
        _object(details, "claimsToAddOrOverride"), frozenset(_texts(details, "claimsToSuppress"))
    )


def _groups(details: Mapping[str, Any]) -> tuple[str, ...] | None:
    if "groupOverrideDetails" not in details:
        return None
    return _texts(_object(details, "groupOverrideDetails"), "groupsToOverride")


def _object(members: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = members.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _unrecognizable()
    return value


def _texts(members: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = members.get(name)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise _unrecognizable()
    return tuple(value)


def _unrecognizable() -> CognitoError:
    return CognitoError("InvalidLambdaResponseException", "Unrecognizable lambda output")
