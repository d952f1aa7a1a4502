"""Requests and answers of the account listing, exactly as in docs/legacy-api.yaml."""

from typing import Final

from authcore.adapters.http import HttpAnswer
from authcore.adapters.legacy.contract_json import object_in, off_contract, text_or_none, to_json
from authcore.adapters.legacy.user_contract import account_in
from authcore.domain.model.accounts import AccountPage


LIST_PATH: Final = "/api/cognito_helper/list"

MAX_PAGE: Final = 100
"""Maximum number of accounts of one page."""

MAX_PAGE_BYTES: Final = 262_144
"""Enough for MAX_PAGE users with the longest texts in UTF-8."""

MAX_CURSOR_LENGTH: Final = 256
"""Characters."""


def list_request(after: str | None) -> bytes:
    """The body of the request for one page."""
    return to_json({"after": after})


def list_answer(answer: HttpAnswer, after: str | None) -> AccountPage:
    """
    One page.

    Raises:
        LegacyUnavailableError: Any other answer, and a page that leads to itself.
    """
    said = object_in(answer, MAX_PAGE_BYTES)
    if said.keys() != {"status", "users", "next"} or said["status"] != "listed":
        off_contract("another status or other members", "status")
    users, following = said["users"], text_or_none(said, "next", MAX_CURSOR_LENGTH)
    if not isinstance(users, list) or len(users) > MAX_PAGE:
        off_contract("no list of users, or too long a one", "users")
    if following is not None and (following == after or not users):
        off_contract("a page that leads nowhere", "next")
    return AccountPage(accounts=tuple(map(account_in, users)), next=following)
