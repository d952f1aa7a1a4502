"""Ask the auth service about the passwords of users who moved.  See: its openapi.json."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Final, Literal, Protocol, Self

import attrs

from authcore.adapters.http import (
    HttpClient,
    HttpFailedError,
    UnreadableAnswerError,
    json_object,
)
from authcore.domain.model.urls import ServiceUrl


MAX_ANSWER_BYTES: Final = 4096

TIMEOUT: Final = timedelta(seconds=30)
"""Of one question: the auth service makes five calls to Cognito at most."""

Verdict = Literal["right", "wrong", "needs_new_login", "own", "no_answer"]
"""``own``: this system's own password counts.  ``no_answer``: never let in because of it."""

ChangeVerdict = Literal["changed", "policy", "own", "refused", "no_answer"]
"""``no_answer``: the password may have changed."""

_VERDICTS: Final[Mapping[object, Verdict]] = {
    "credentials_rejected": "wrong",
    "needs_new_login": "needs_new_login",
    "no_pool_password": "own",
}
_CHANGES: Final[Mapping[object, ChangeVerdict]] = {
    "password_policy": "policy",
    "no_pool_password": "own",
}


class PoolPasswords(Protocol):
    """The passwords of the pool's users, as this system may ask about them."""

    def verify(self, userid: str, cognito_id: str, password: str) -> Verdict:
        """Whether *password* is that of the user."""

    def change(self, userid: str, cognito_id: str, password: str) -> ChangeVerdict:
        """Make *password* that of the user."""


@attrs.frozen(kw_only=True, eq=False, repr=False)
class AuthServicePasswords(PoolPasswords):
    """
    Calls the auth service, once for each question.

    Attributes:
        http: Bounds the calls.
        base_url: Of the auth service, for servers.
        key: Of this system: one of AUTHCORE_OLD_LOGIN_CALLER_KEYS.
    """

    _http: HttpClient
    _base_url: str
    _key: str

    @classmethod
    def at(cls, base_url: str, key: str) -> Self:
        """Call the auth service at *base_url*."""
        http = HttpClient(within=TIMEOUT, max_bytes=MAX_ANSWER_BYTES)
        return cls(http=http, base_url=base_url, key=key)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def verify(self, userid: str, cognito_id: str, password: str) -> Verdict:
        """See the port."""
        told = self._ask("verify", userid, cognito_id, password)
        if told.get("verified") is True and _is_about(told, userid, cognito_id):
            return "right"
        if told.get("verified") is False:
            return _VERDICTS.get(told.get("reason"), "wrong")
        return "no_answer"

    def change(self, userid: str, cognito_id: str, password: str) -> ChangeVerdict:
        """See the port."""
        told = self._ask("changed", userid, cognito_id, password)
        if told.get("changed") is True and _is_about(told, userid, cognito_id):
            return "changed"
        if told.get("changed") is False:
            return _CHANGES.get(told.get("reason"), "refused")
        return "no_answer"

    def _ask(self, what: str, userid: str, cognito_id: str, password: str) -> Mapping[str, object]:
        """Return the answer; an empty one where there is none."""
        asked = {"legacy_uid": userid, "cognito_id": cognito_id, "password": password}
        try:
            answer = self._http.request(
                "POST",
                ServiceUrl(f"{self._base_url}/auth/password/{what}"),
                headers={
                    "authorization": f"Bearer {self._key}",
                    "content-type": "application/json",
                },
                content=json.dumps(asked).encode(),
            )
            return json_object(answer) if answer.status == 200 else {}
        except (HttpFailedError, UnreadableAnswerError):
            return {}


def _is_about(told: Mapping[str, object], userid: str, cognito_id: str) -> bool:
    return (told.get("legacy_uid"), told.get("cognito_id")) == (userid, cognito_id)
