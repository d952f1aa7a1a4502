"""Refresh through the auth service, so that a guarded application needs no client secret."""

import json
from collections.abc import Callable, Mapping
from typing import Final

from authcore.adapters.correlation import correlation_headers
from authcore.adapters.http import (
    HttpAnswer,
    HttpClient,
    HttpFailedError,
    UnreadableAnswerError,
    json_object,
)
from authcore.domain.errors import (
    ClientMisconfiguredError,
    ProviderMisconfiguredError,
    ProviderUnavailableError,
    RefreshNotDueError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet, can_be_token
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.token_endpoint import TokenRefresher


MAX_ANSWER_BYTES: Final = 64 * 1024
"""Byte limit for the HttpClient of AuthServiceTokenRefresher."""

_HEADERS: Final = {"accept": "application/json", "content-type": "application/json"}

_OVER: Final = frozenset({"refresh_rejected", "session_revoked", "session_too_old"})
"""Reasons with which the auth service ends a session."""


_CAUSES: Final[Mapping[str, type[ProviderUnavailableError]]] = {
    "login_client": ClientMisconfiguredError,
    "provider_misconfigured": ProviderMisconfiguredError,
    "keys_misconfigured": ProviderMisconfiguredError,
    "coordination_misconfigured": ProviderMisconfiguredError,
    "provider_unavailable": ProviderUnavailableError,
    "coordination_unavailable": ProviderUnavailableError,
    "keys_unavailable": ProviderUnavailableError,
    "lease_held": ProviderUnavailableError,
    "unavailable": ProviderUnavailableError,
}
"""What keeps the auth service from deciding, by the reason in its 503."""


class AuthServiceTokenRefresher(TokenRefresher):
    """
    Calls ``POST /auth/verify`` with a caller key.

    The auth service refreshes sessions that are due by its clock, if Cognito answers.  A session
    that it accepts without a refresh, because none is due or Cognito does not answer, raises
    RefreshNotDueError: the session stays valid, and the next request tries again.

    A wrong caller key, a client secret that Cognito refuses, or another configuration error signs
    no user out: only refusals of the session itself end it.  The cause that the auth service names
    is the detail of the error.
    """

    def __init__(
        self, *, http: HttpClient, verify_url: ServiceUrl, caller_key: str | Callable[[], str]
    ) -> None:
        """
        Call one auth service.

        Args:
            http: Sets deadline and byte limit (MAX_ANSWER_BYTES) of every refresh.

            verify_url: The complete URL, ending in ``/auth/verify``.

            caller_key: A key that the auth service knows, or what gives the one of now; printable
                ASCII without spaces.
        """
        self._http = http
        self._verify_url = verify_url
        self._caller_key = caller_key

    def refresh(self, tokens: TokenSet, *, username: str | None) -> TokenSet:  # noqa: ARG002 - not needed here
        """See the port."""
        if tokens.refresh_token is None or not _can_be_tokens(tokens):
            raise RefreshTokenRejectedError("these are no tokens to refresh")
        return _parse_answer(self._post(tokens))

    def _post(self, tokens: TokenSet) -> HttpAnswer:
        content = json.dumps(
            {
                "id_token": tokens.id_token,
                "access_token": tokens.access_token,
                "refresh_token": tokens.refresh_token,
            }
        ).encode()
        key = self._caller_key if isinstance(self._caller_key, str) else self._caller_key()
        headers = {**_HEADERS, **correlation_headers(), "authorization": f"Bearer {key}"}
        try:
            return self._http.request("POST", self._verify_url, headers=headers, content=content)
        except HttpFailedError as failure:
            raise _outage(failure) from None


def _outage(failure: HttpFailedError) -> ProviderUnavailableError:
    kind = ProviderMisconfiguredError if failure.is_untrusted else ProviderUnavailableError
    return kind(f"the auth service did not answer ({failure.reason})", detail=failure.detail)


def _can_be_tokens(tokens: TokenSet) -> bool:
    return all(
        can_be_token(token)
        for token in (tokens.id_token, tokens.access_token, tokens.refresh_token or "")
    )


def _parse_answer(answer: HttpAnswer) -> TokenSet:
    try:
        members = json_object(answer)
        if answer.status == 200:
            return _tokens_in(members)
    except UnreadableAnswerError:
        members = {}
    if answer.status == 401 and members.get("reason") == "caller_rejected":
        raise ProviderMisconfiguredError(
            "the auth service refuses the caller key", detail="caller_rejected"
        )
    reason = members.get("reason")
    if answer.status == 503 and isinstance(reason, str) and reason in _CAUSES:
        raise _CAUSES[reason]("the auth service cannot decide", detail=reason)
    raise ProviderUnavailableError(
        f"the auth service gave no usable answer (HTTP {answer.status})",
        detail=f"HTTP {answer.status}",
    )


def _tokens_in(result: Mapping[str, object]) -> TokenSet:
    if result.get("verified") is False:
        raise _refusal(result.get("reason"))
    if result.get("verified") is not True or not isinstance(result.get("user"), dict):
        raise UnreadableAnswerError
    if "tokens" not in result:
        raise RefreshNotDueError("the auth service left the session as it is")
    tokens = result["tokens"]
    if not isinstance(tokens, dict):
        raise UnreadableAnswerError
    return TokenSet(
        access_token=_token(tokens, "access_token"),
        id_token=_token(tokens, "id_token"),
        refresh_token=RefreshToken(_token(tokens, "refresh_token")),
    )


def _refusal(reason: object) -> RefreshTokenRejectedError | ProviderUnavailableError:
    """Only for reasons in _OVER: other disagreements come from configuration, not the session."""
    if isinstance(reason, str) and reason in _OVER:
        return RefreshTokenRejectedError("the auth service refuses the session")
    return ProviderUnavailableError(
        "the auth service refuses tokens that are valid here", detail="verify refused"
    )


def _token(tokens: Mapping[str, object], name: str) -> str:
    value = tokens.get(name)
    if not isinstance(value, str) or not can_be_token(value):
        raise UnreadableAnswerError
    return value
