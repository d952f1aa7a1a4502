"""The tokens in a response of the API, checked as strictly as those of the token endpoint."""

from collections.abc import Mapping
from typing import Any

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.tokens import RefreshToken, TokenSet, can_be_token


def refreshed_tokens(answered: Mapping[str, Any], refresh_token: RefreshToken) -> TokenSet:
    """
    The tokens that *refresh_token* was exchanged for; it is kept where *answered* has no other.

    Args:
        answered: Response as botocore parsed it.

        refresh_token: As it was sent.

    Raises:
        ProviderUnavailableError: A challenge, or not exactly an AuthenticationResult of bearer
            tokens.
    """
    return _read(answered, {"RefreshToken": refresh_token})


def issued_tokens(answered: Mapping[str, Any]) -> TokenSet:
    """
    The three tokens of a sign-in.

    Raises:
        ProviderUnavailableError: As for ``refreshed_tokens``.
    """
    return _read(answered, {})


def _read(answered: Mapping[str, Any], default: Mapping[str, object]) -> TokenSet:
    result = answered.get("AuthenticationResult")
    if not isinstance(result, dict) or "ChallengeName" in answered:
        raise _unreadable()
    kind, lifetime = result.get("TokenType"), result.get("ExpiresIn")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise _unreadable()
    if type(lifetime) is not int or lifetime <= 0:
        raise _unreadable()
    return TokenSet(
        access_token=_token(result, "AccessToken"),
        id_token=_token(result, "IdToken"),
        refresh_token=RefreshToken(_token({**default, **result}, "RefreshToken")),
    )


def _token(result: Mapping[str, object], name: str) -> str:
    value = result.get(name)
    if not isinstance(value, str) or not can_be_token(value):
        raise _unreadable()
    return value


def _unreadable() -> ProviderUnavailableError:
    return ProviderUnavailableError("Cognito answers without tokens", detail="answer tokens")
