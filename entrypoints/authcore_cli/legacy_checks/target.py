"""The legacy system that is checked: its operations, each call sent once and read strictly."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Final

import attrs

from authcore.adapters.http import HttpAnswer, HttpClient, HttpFailedError
from authcore.adapters.legacy import (
    link_contract,
    listing_contract,
    login_contract,
    profile_contract,
    session_contract,
    update_contract,
)
from authcore.domain.model.accounts import (
    AccountPage,
    Credentials,
    DeletedAccount,
    LegacyAccount,
)
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount
from authcore.domain.model.profile_updates import ProfileUpdate
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.system import Entropy
from authcore_cli.legacy_checks.check import BrokenRuleError
from authcore_cli.legacy_checks.request import LegacyCheckRequest


CALL_LIMIT: Final = timedelta(seconds=4)
"""The whole time of one call: a trigger of Cognito waits five seconds."""

SESSION_LIMIT: Final = timedelta(seconds=2)
"""Default of AUTHCORE_LEGACY_SESSIONS_TIMEOUT: the call delays a user's request."""

UPDATE_LIMIT: Final = timedelta(seconds=1)
"""How long a sign-in waits until the profile is written."""

MAX_ANSWER_BYTES: Final = listing_contract.MAX_PAGE_BYTES


@attrs.frozen(kw_only=True, eq=False)
class LegacyTarget:
    """
    Calls one legacy system.

    Attributes:
        http: Its limits are CALL_LIMIT and MAX_ANSWER_BYTES.
        url: The part of the URL before ``/api/``.
        api_key: Returns the current key.
        timer: A monotonic clock, in seconds.
        entropy: For names and ids that no user has.
        request: Users and permissions of the operator.
    """

    http: HttpClient
    url: ServiceUrl
    api_key: Callable[[], str] = attrs.field(repr=False)
    timer: Callable[[], float]
    entropy: Entropy
    request: LegacyCheckRequest

    def post(
        self,
        path: str,
        body: bytes,
        *,
        key: str | None = None,
        headers: Mapping[str, str] | None = None,
        within: timedelta = CALL_LIMIT,
    ) -> HttpAnswer:
        """
        Send one request; *key* replaces the API key.

        Raises:
            BrokenRuleError: There is no complete answer in time.
        """
        sent = {
            "content-type": "application/json",
            "accept": "application/json",
            "x-api-key": self.api_key() if key is None else key,
            **(headers or {}),
        }
        try:
            return self.http.request(
                "POST", f"{self.url}{path}", headers=sent, content=body, within=within
            )
        except HttpFailedError as failure:
            limit = f" within {within.total_seconds():.0f} s" if failure.reason == "timeout" else ""
            raise BrokenRuleError(
                f"no complete answer{limit} ({failure.detail})",
                is_silent=failure.reason in ("connect", "timeout"),
            ) from None

    def unknown(self) -> str:
        """Give a name or id that no user has."""
        return f"authcore-check-{self.entropy.token()[-24:]}"

    def log_in(self, username: str, password: str) -> LegacyAccount | None:
        """Authenticate; None where the system rejects."""
        answer = self.post_log_in(username, password)
        return login_contract.login_answer(answer, username)

    def post_log_in(self, username: str, password: str) -> HttpAnswer:
        """Authenticate; the answer as it came."""
        body = login_contract.login_request(Credentials(username, password))
        return self.post(login_contract.LOGIN_PATH, body)

    def find(self, username: str) -> LegacyAccount | None:
        """Look up a name or address."""
        answer = self.post(login_contract.LOOKUP_PATH, login_contract.lookup_request(username))
        return login_contract.lookup_answer(answer, username)

    def match(self, query: AccountQuery) -> AccountMatches:
        """Look up a pool user."""
        answer = self.post(link_contract.MATCH_PATH, link_contract.match_request(query))
        return link_contract.match_answer(answer, query)

    def create(self, account: NewLegacyAccount, key: str) -> LegacyAccount:
        """Create an account."""
        body = link_contract.create_request(account)
        answer = self.post(link_contract.CREATE_PATH, body, headers={"idempotency-key": key})
        return link_contract.create_answer(answer, account.cognito_id)

    def attach(self, legacy_uid: str, cognito_id: str) -> LegacyAccount:
        """Attach a Cognito id; access is not reset."""
        body = link_contract.attach_request(legacy_uid, cognito_id, reset_access=False)
        answer = self.post(link_contract.ATTACH_PATH, body)
        return link_contract.attach_answer(answer, legacy_uid, cognito_id)

    def detach(self, legacy_uid: str, cognito_id: str) -> LegacyAccount:
        """Take a link back."""
        body = link_contract.detach_request(legacy_uid, cognito_id)
        return link_contract.detach_answer(self.post(link_contract.DETACH_PATH, body), legacy_uid)

    def update(self, legacy_uid: str, cognito_id: str, name: str) -> bool:
        """Write a display name; whether anything was written."""
        body = update_contract.update_request(
            legacy_uid, cognito_id, ProfileUpdate(email=None, name=name)
        )
        answer = self.post(update_contract.UPDATE_PATH, body or b"", within=UPDATE_LIMIT)
        return update_contract.update_answer(answer, legacy_uid, cognito_id)

    def page(self, after: str | None) -> AccountPage:
        """Read one page of the listing."""
        answer = self.post(listing_contract.LIST_PATH, listing_contract.list_request(after))
        return listing_contract.list_answer(answer, after)

    def profiles(self, uids: Sequence[str]) -> Mapping[str, LegacyAccount | DeletedAccount]:
        """Read accounts by id."""
        answer = self.post(profile_contract.PROFILES_PATH, profile_contract.profiles_request(uids))
        return profile_contract.profiles_answer(answer, uids)

    def account_of(self, session: str) -> LegacyAccount | None:
        """Resolve a session."""
        body = session_contract.session_request(session)
        answer = self.post(session_contract.SESSION_PATH, body, within=SESSION_LIMIT)
        return session_contract.session_answer(answer, session)

    def end(self, session: str) -> None:
        """End a session."""
        body = session_contract.session_request(session)
        session_contract.end_answer(
            self.post(session_contract.END_PATH, body, within=SESSION_LIMIT)
        )
