"""
Attacks that begin before the victim arrives, against a legacy system that resets access.

See: Sudhodanan and Paverd, "Pre-hijacked accounts", USENIX Security 2022.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Final

import attrs
import pytest

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_links import HttpLegacyLinks
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.domain.errors import AccountTakenError
from authcore.domain.model.directory import DirectoryUser, ExternalIdentity
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.linking import (
    AccountQuery,
    LinkOutcome,
    LinkPolicy,
    NewLegacyAccount,
    PoolAccount,
)
from authcore.domain.model.urls import service_url
from authcore.domain.services.accounts.account_linking import AccountLinking
from authcore.ports.legacy_links import LegacyLinks
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.coordination import InMemoryCreateIntents, InMemoryLease
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from authcore_local.legacy import LegacySystem
from authcore_local.servers import LoopbackServer
from support.gate import AMPLE


API_KEY: Final = "key-of-the-reset-tests"
VICTIM: Final = "lucy@westenra.example"
VICTIMS_PASSWORD: Final = "lucys-password"
ATTACKERS_PASSWORD: Final = "attackers-password"
ATTACKERS_IDENTITY: Final = ("Facebook", "attackers-identity")
SUB: Final = "5f3c1a52-9c1b-4d0e-8f1a-000000000001"


@attrs.frozen
class Trap:
    """What an attacker left in an account that carries the victim's address."""

    userid: str
    session: str
    change: str


def laid(legacy: LegacySystem) -> Trap:
    """The attacker signs up, leaves every way back open; then the victim verifies the address."""
    userid = legacy.sign_up("dracula", ATTACKERS_PASSWORD, VICTIM)
    legacy.add_identity(userid, *ATTACKERS_IDENTITY)
    session = legacy.open_session(userid)
    change = legacy.request_email_change(userid, "dracula@carfax.example")
    legacy.verify_email(userid)
    return Trap(userid, session, change)


def laid_after_the_victim_came(legacy: LegacySystem) -> Trap:
    """The attacker keeps a session through the victim's verification, and only then uses it."""
    userid = legacy.sign_up("dracula", "any-password", VICTIM)
    session = legacy.open_session(userid)
    assert legacy.reset_password(legacy.request_password_reset(userid), VICTIMS_PASSWORD)
    assert session in legacy.sessions(userid)
    legacy.add_identity(userid, *ATTACKERS_IDENTITY)
    legacy.change_password(userid, ATTACKERS_PASSWORD)
    change = legacy.request_email_change(userid, "dracula@carfax.example")
    return Trap(userid, session, change)


def pool_account(subject: str, identity: ExternalIdentity, email: str | None) -> PoolAccount:
    return PoolAccount(
        username=f"{identity.provider_name}_{identity.user_id}",
        subject=subject,
        email=email,
        email_verified=email is not None,
        name=None,
        identity=identity,
        legacy_uid=None,
    )


def linked(links: LegacyLinks, person: PoolAccount) -> LinkOutcome:
    """What becomes of *person*'s first sign-in."""
    directory, clock = InMemoryUserDirectory(), FrozenClock()
    directory.replace(DirectoryUser(person.username, person.subject, True, "EXTERNAL_PROVIDER", {}))
    return AccountLinking(
        links=links,
        accounts=InMemoryLegacyAccounts(),
        directory=directory,
        lease=InMemoryLease(clock),
        intents=InMemoryCreateIntents(clock),
        audit=InMemoryAuditLog(),
        policy=LinkPolicy(email_providers=frozenset({"Google"})),
        proofs=LinkProofs((b"k" * 32,), "eu-west-1_Ab12Cd34"),
        issuer="https://issuer.example",
        clock=clock,
    ).link(person)


def ways_back(legacy: LegacySystem, trap: Trap) -> set[str]:
    """Which of them are still open; a way is tried, not looked up."""
    by_password = legacy.opened_by_password("dracula", ATTACKERS_PASSWORD) == trap.userid
    by_identity = trap.userid in legacy.opened_by_identity(*ATTACKERS_IDENTITY)
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
    within = AMPLE
    with (
        LoopbackServer(legacy.app) as server,
        closing(HttpClient(within=within, max_bytes=MAX_LINK_ANSWER_BYTES)) as http,
    ):
        yield HttpLegacyLinks(http=http, base_url=service_url(server.url), api_key=API_KEY)


Lay = Callable[[LegacySystem], Trap]


@pytest.mark.parametrize("lay", [laid, laid_after_the_victim_came])
def test_a_reset_closes_every_way_back(
    legacy: LegacySystem, links: HttpLegacyLinks, lay: Lay
) -> None:
    # AL-02
    trap = lay(legacy)

    links.attach_cognito_id(trap.userid, SUB, reset_access=True)

    assert ways_back(legacy, trap) == set()
    account = legacy.account(trap.userid)
    assert account is not None
    assert (account.email, account.cognito_id) == (VICTIM, SUB)


@pytest.mark.parametrize("lay", [laid, laid_after_the_victim_came])
def test_without_a_reset_every_way_stays_open(
    legacy: LegacySystem, links: HttpLegacyLinks, lay: Lay
) -> None:
    """The attacks work; it is the reset that ends them."""
    trap = lay(legacy)

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


def test_an_attacker_who_comes_through_a_trojan_identity_gets_an_account_of_their_own(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    # AL-02
    trap = laid_after_the_victim_came(legacy)
    victim = pool_account("sub-victim", ExternalIdentity("Google", "1"), VICTIM)
    attacker = pool_account("sub-attacker", ExternalIdentity(*ATTACKERS_IDENTITY), None)

    assert linked(links, victim) == LinkOutcome("linked", "email", trap.userid)
    outcome = linked(links, attacker)

    assert outcome.status == "created"
    assert outcome.legacy_uid != trap.userid
    assert ways_back(legacy, trap) == set()


def test_a_password_that_was_set_by_mail_outlives_the_reset_and_nothing_else_does(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    # AL-02
    userid = legacy.sign_up("lucy", "any-password", VICTIM, email_verified=True)
    assert legacy.reset_password(legacy.request_password_reset(userid), VICTIMS_PASSWORD)
    legacy.add_identity(userid, "Google", "lucys-identity")
    legacy.open_session(userid)

    links.attach_cognito_id(userid, SUB, reset_access=True)

    assert legacy.opened_by_password("lucy", VICTIMS_PASSWORD) == userid
    assert legacy.opened_by_identity("Google", "lucys-identity") == []
    assert legacy.sessions(userid) == []


def test_a_password_that_was_mailed_to_an_earlier_address_does_not_outlive_the_reset(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    """Nor does a message to that address set another one."""
    # AL-02
    userid = legacy.sign_up("dracula", "any-password", "dracula@carfax.example")
    early, late = (legacy.request_password_reset(userid) for _ in range(2))
    assert legacy.reset_password(early, ATTACKERS_PASSWORD)
    assert legacy.confirm_email_change(legacy.request_email_change(userid, VICTIM))

    links.attach_cognito_id(userid, SUB, reset_access=True)

    assert not legacy.reset_password(late, ATTACKERS_PASSWORD)
    assert legacy.opened_by_password("dracula", ATTACKERS_PASSWORD) is None


def test_a_message_that_resets_a_password_is_good_once_and_only_where_there_is_an_address(
    legacy: LegacySystem,
) -> None:
    lucy = legacy.sign_up("lucy", "any-password", VICTIM)
    nobody = legacy.request_password_reset(legacy.sign_up("renfield", "any-password", None))
    token = legacy.request_password_reset(lucy)

    assert legacy.reset_password(token, VICTIMS_PASSWORD)
    assert not legacy.reset_password(token, ATTACKERS_PASSWORD)
    assert not legacy.reset_password(nobody, ATTACKERS_PASSWORD)
    assert legacy.opened_by_password("lucy", VICTIMS_PASSWORD) == lucy


def test_an_account_that_nobody_verified_is_found_but_says_so(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    # AL-01
    legacy.sign_up("dracula", ATTACKERS_PASSWORD, VICTIM)

    found = links.match(AccountQuery(SUB, None, VICTIM)).by_email

    assert found is not None
    assert not found.email_verified


def test_a_second_account_with_the_address_does_not_break_a_link(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    userid = legacy.sign_up("lucy", VICTIMS_PASSWORD, VICTIM, email_verified=True)
    links.attach_cognito_id(userid, SUB, reset_access=True)
    legacy.sign_up("dracula", ATTACKERS_PASSWORD, VICTIM)

    found = links.match(AccountQuery(SUB, None, VICTIM)).by_cognito_id

    assert found is not None
    assert found.legacy_uid == userid


def test_an_address_finds_its_account_however_its_domain_is_written(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    # AL-04
    userid = legacy.sign_up("lucy", VICTIMS_PASSWORD, "Lucy@Westenra.EXAMPLE")

    found = links.match(AccountQuery(SUB, None, "Lucy@westenra.example")).by_email

    assert found is not None
    assert found.legacy_uid == userid
    assert links.match(AccountQuery(SUB, None, "lucy@westenra.example")).by_email is None


def test_no_password_opens_a_created_account_and_no_wish_shadows_an_address(
    legacy: LegacySystem, links: HttpLegacyLinks
) -> None:
    # AL-01
    victim = legacy.sign_up("lucy", VICTIMS_PASSWORD, VICTIM, email_verified=True)
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
    assert legacy.opened_by_password(VICTIM, VICTIMS_PASSWORD) == victim
    account = legacy.account(created.legacy_uid)
    assert account is not None
    assert not account.has_password


def test_duplicates_show_in_what_is_stored() -> None:
    legacy = LegacySystem((), API_KEY, mode="none")
    with (
        LoopbackServer(legacy.app) as server,
        closing(HttpClient(within=AMPLE, max_bytes=8192)) as http,
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
