"""
Attacks that begin before the victim arrives, against a legacy system that resets access.

See: Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX Security 2022.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Final

import attrs
import pytest

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_links import HttpLegacyLinks
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.domain.errors import AccountTakenError
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import AccountQuery, NewLegacyAccount
from authcore.domain.model.urls import service_url
from authcore_local.legacy import LegacySystem
from authcore_local.servers import LoopbackServer


API_KEY: Final = "key-of-the-reset-tests"
VICTIM: Final = "lucy@westenra.example"
SUB: Final = "5f3c1a52-9c1b-4d0e-8f1a-000000000001"


@attrs.frozen
class Trap:
    """What an attacker left in an account that carries the victim's address."""

    userid: str
    session: str
    change: str


def laid(legacy: LegacySystem) -> Trap:
    """The attacker signs up, leaves every way back open; then the victim verifies the address."""
    userid = legacy.sign_up("dracula", "attackers-password", VICTIM)
    legacy.add_identity(userid, "Google", "attackers-identity")
    session = legacy.open_session(userid)
    change = legacy.request_email_change(userid, "dracula@carfax.example")
    legacy.verify_email(userid)
    return Trap(userid, session, change)


def ways_back(legacy: LegacySystem, trap: Trap) -> set[str]:
    """Which of them are still open; a way is tried, not looked up."""
    by_password = legacy.opened_by_password("dracula", "attackers-password") == trap.userid
    by_identity = trap.userid in legacy.opened_by_identity("Google", "attackers-identity")
    by_session = trap.session in legacy.sessions(trap.userid)
    by_change = legacy.confirm_email_change(trap.change)
    ways = {
        "password": by_password,
        "identity": by_identity,
        "session": by_session,
        "change": by_change,
    }
    return {way for way, is_open in ways.items() if is_open}


@pytest.fixture(name="legacy")
def _legacy() -> LegacySystem:
    return LegacySystem((), API_KEY)


@pytest.fixture(name="links")
def _links(legacy: LegacySystem) -> Iterator[HttpLegacyLinks]:
    within = timedelta(seconds=4)
    with (
        LoopbackServer(legacy.app) as server,
        closing(HttpClient(within=within, max_bytes=MAX_LINK_ANSWER_BYTES)) as http,
    ):
        yield HttpLegacyLinks(http=http, base_url=service_url(server.url), api_key=API_KEY)


def test_a_reset_closes_every_way_back(legacy: LegacySystem, links: HttpLegacyLinks) -> None:
    # AL-02
    trap = laid(legacy)

    links.attach_cognito_id(trap.userid, SUB, reset_access=True)

    assert ways_back(legacy, trap) == set()
    account = legacy.account(trap.userid)
    assert account is not None
    assert (account.email, account.cognito_id) == (VICTIM, SUB)


def test_without_a_reset_every_way_stays_open(legacy: LegacySystem, links: HttpLegacyLinks) -> None:
    """The attacks work; it is the reset that ends them."""
    trap = laid(legacy)

    links.attach_cognito_id(trap.userid, SUB, reset_access=False)

    assert ways_back(legacy, trap) == {"password", "identity", "session", "change"}


def test_a_reset_that_is_refused_changes_nothing(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    # AL-02
    trap = laid(legacy)
    links.attach_cognito_id(trap.userid, SUB, reset_access=False)

    with pytest.raises(AccountTakenError):
        links.attach_cognito_id(trap.userid, "another-sub", reset_access=True)

    assert ways_back(legacy, trap) == {"password", "identity", "session", "change"}


def test_what_was_added_under_a_verified_address_outlives_the_reset(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    userid = legacy.sign_up("lucy", "lucys-password", VICTIM, email_verified=True)
    legacy.add_identity(userid, "Google", "lucys-identity")
    session = legacy.open_session(userid)

    links.attach_cognito_id(userid, SUB, reset_access=True)

    assert legacy.opened_by_password("lucy", "lucys-password") == userid
    assert legacy.opened_by_identity("Google", "lucys-identity") == [userid]
    assert session not in legacy.sessions(userid)


def test_an_account_that_nobody_verified_is_found_but_says_so(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    # AL-01
    legacy.sign_up("dracula", "attackers-password", VICTIM)

    found = links.match(AccountQuery(SUB, None, VICTIM)).by_email

    assert found is not None
    assert not found.email_verified


def test_a_second_account_with_the_address_does_not_break_a_link(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    userid = legacy.sign_up("lucy", "lucys-password", VICTIM, email_verified=True)
    links.attach_cognito_id(userid, SUB, reset_access=True)
    legacy.sign_up("dracula", "attackers-password", VICTIM)

    found = links.match(AccountQuery(SUB, None, VICTIM)).by_cognito_id

    assert found is not None
    assert found.legacy_uid == userid


def test_an_address_finds_its_account_however_its_domain_is_written(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    # AL-04
    userid = legacy.sign_up("lucy", "lucys-password", "Lucy@Westenra.EXAMPLE")

    found = links.match(AccountQuery(SUB, None, "Lucy@westenra.example")).by_email

    assert found is not None
    assert found.legacy_uid == userid
    assert links.match(AccountQuery(SUB, None, "lucy@westenra.example")).by_email is None


def test_no_password_opens_a_created_account_and_no_wish_shadows_an_address(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    # AL-01
    victim = legacy.sign_up("lucy", "lucys-password", VICTIM, email_verified=True)
    wish = NewLegacyAccount(
        cognito_id=SUB,
        identity=ExternalIdentity("Google", "1"),
        username=VICTIM,
        email=None,
        email_verified=False,
        display_name=None,
    )

    created = links.create(wish, idempotency_key="wish")

    assert created.username != VICTIM
    assert legacy.opened_by_password(created.username, "") is None
    assert legacy.opened_by_password(VICTIM, "lucys-password") == victim
    account = legacy.account(created.legacy_uid)
    assert account is not None
    assert not account.has_password


def test_duplicates_show_in_what_is_stored() -> None:
    legacy = LegacySystem((), API_KEY, mode="none")
    with (
        LoopbackServer(legacy.app) as server,
        closing(HttpClient(within=timedelta(seconds=4), max_bytes=8192)) as http,
    ):
        links = HttpLegacyLinks(http=http, base_url=service_url(server.url), api_key=API_KEY)
        twin = NewLegacyAccount(
            cognito_id=SUB,
            identity=ExternalIdentity("Google", "1"),
            username="google_1",
            email=None,
            email_verified=False,
            display_name=None,
        )
        for _ in range(2):
            links.create(twin, idempotency_key="twin")

    assert [account.cognito_id for account in legacy.accounts()] == [SUB, SUB]
    assert [account.identities for account in legacy.accounts()] == [(("Google", "1"),)] * 2
