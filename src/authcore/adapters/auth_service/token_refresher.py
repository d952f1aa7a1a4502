"""Refreshing by an auth service, so that a guarded application needs no client secret."""

import json
from collections.abc import Mapping
from typing import Final

from authcore.adapters.http import (
    HttpAnswer,
    HttpClient,
    HttpFailedError,
    UnreadableAnswerError,
    json_object,
)
from authcore.domain.errors import (
    ProviderUnavailableError,
    RefreshNotDueError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet, can_be_token
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.token_endpoint import TokenRefresher


MAX_ANSWER_BYTES: Final = 64 * 1024
"""What the HttpClient given to AuthServiceTokenRefresher should cap bodies at."""

_OVER: Final = frozenset({"refresh_rejected", "session_revoked", "session_too_old"})
"""The reasons by which an auth service ends a session that it was asked to prolong."""


class AuthServiceTokenRefresher(TokenRefresher):
    """
    Asks ``POST /auth/verify``, with a caller key.

    The auth service refreshes sessions that are due by its own clock, if Cognito lets it.  One that
    it finds good as it is, not due yet or postponed because Cognito does not answer, was not
    prolonged: RefreshNotDueError, so that a live session goes on and is asked for again.

    Whatever is wrong with the caller key, or with anything else that an operator set, signs nobody
    out: of all verdicts only those about the session itself end it.
    """

    def __init__(self, *, http: HttpClient, verify_url: ServiceUrl, caller_key: str) -> None:
        """
        Speak to one auth service.

        Args:
            http: Its deadline and byte cap (MAX_ANSWER_BYTES) bound every refresh.

            verify_url: The whole URL, ending in ``/auth/verify``.

            caller_key: One that the auth service knows; printable ASCII without blanks.
        """
        self._http = http
        self._verify_url = verify_url
        self._headers = {
            "accept": "application/json",
            "authorization": f"Bearer {caller_key}",
            "content-type": "application/json",
        }

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
        try:
            return self._http.request(
                "POST", self._verify_url, headers=self._headers, content=content
            )
        except HttpFailedError as failure:
            raise ProviderUnavailableError(
                f"the auth service did not answer ({failure.reason})"
            ) from None


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
        raise ProviderUnavailableError("the auth service refuses the caller key")
    raise ProviderUnavailableError(f"the auth service gave no usable answer (HTTP {answer.status})")


def _tokens_in(verdict: Mapping[str, object]) -> TokenSet:
    if verdict.get("verified") is False:
        raise _refusal(verdict.get("reason"))
    if verdict.get("verified") is not True or not isinstance(verdict.get("user"), dict):
        raise UnreadableAnswerError
    if "tokens" not in verdict:
        raise RefreshNotDueError("the auth service left the session as it is")
    tokens = verdict["tokens"]
    if not isinstance(tokens, dict):
        raise UnreadableAnswerError
    return TokenSet(
        access_token=_token(tokens, "access_token"),
        id_token=_token(tokens, "id_token"),
        refresh_token=RefreshToken(_token(tokens, "refresh_token")),
    )


def _refusal(reason: object) -> RefreshTokenRejectedError | ProviderUnavailableError:
    """What was good here and is not there says more about the two than about the session."""
    if isinstance(reason, str) and reason in _OVER:
        return RefreshTokenRejectedError("the auth service refuses the session")
    return ProviderUnavailableError(
        "the auth service does not judge tokens as they are judged here"
    )


def _token(tokens: Mapping[str, object], name: str) -> str:
    value = tokens.get(name)
    if not isinstance(value, str) or not can_be_token(value):
        raise UnreadableAnswerError
    return value
