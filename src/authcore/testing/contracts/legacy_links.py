"""What every LegacyLinks does."""

from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import attrs
import pytest

from authcore.domain.errors import (
    AccountLockedError,
    AccountMismatchError,
    AccountNotFoundError,
    AccountTakenError,
    AmbiguousAccountError,
    LegacyUnavailableError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.domain.model.linking import AccountMatches, AccountQuery, NewLegacyAccount
from authcore.ports.legacy_links import LegacyLinks, LegacyUnlinking
from authcore.testing.contracts.suite import ContractSuite


@attrs.frozen
class Holder:
    """An account that the links under test must hold, not attached, with an identity or none."""

    account: LegacyAccount
    identity: ExternalIdentity | None = None


def _holder(
    legacy_uid: str,
    email: str | None,
    *,
    email_verified: bool = True,
    identity: ExternalIdentity | None = None,
    locked: bool = False,
) -> Holder:
    account = LegacyAccount(
        legacy_uid=legacy_uid,
        username=f"holder-{legacy_uid}",
        email=email,
        email_verified=email_verified,
        display_name=None,
        locked=locked,
    )
    return Holder(account, identity)


ROSALIND_AT_GOOGLE: Final = ExternalIdentity("Google", "115990000000000001599a")
ROSALIND: Final = _holder("1599", "Rosalind@arden.example", identity=ROSALIND_AT_GOOGLE)
VIOLA: Final = _holder("1601", "viola@illyria.example", email_verified=False)
ARIEL: Final = _holder("1611", None)
LOTTE: Final = _holder("1949", "zwilling@sprachheilschule.example")
LUISE: Final = _holder("1950", "zwilling@sprachheilschule.example")
MALVOLIO_AT_GOOGLE: Final = ExternalIdentity("Google", "116010000000000001602a")
MALVOLIO: Final = _holder(
    "1602", "malvolio@illyria.example", identity=MALVOLIO_AT_GOOGLE, locked=True
)
HOLDERS: Final = (ROSALIND, VIOLA, ARIEL, LOTTE, LUISE, MALVOLIO)

SUB: Final = "5f3c1a52-9c1b-4d0e-8f1a-000000000001"
ANOTHER_SUB: Final = "5f3c1a52-9c1b-4d0e-8f1a-000000000002"
PROSPERO: Final = NewLegacyAccount(
    cognito_id=SUB,
    identity=ExternalIdentity("Facebook", "10000000000001611"),
    username="facebook_10000000000001611",
    email="prospero@milano.example",
    email_verified=True,
    display_name="Próspero ☕",
)


def account_query(
    cognito_id: str = SUB, identity: ExternalIdentity | None = None, email: str | None = None
) -> AccountQuery:
    return AccountQuery(cognito_id, identity, email)


class LegacyLinksContract(ContractSuite):
    @pytest.fixture
    @abstractmethod
    def links(self) -> LegacyLinks:
        """Returns links that hold exactly HOLDERS."""

    @pytest.fixture
    @abstractmethod
    def go_down(self) -> Callable[[], None]:
        """Returns a function that makes the legacy system behind *links* unavailable."""

    @pytest.fixture
    @abstractmethod
    def mix_up(self) -> Callable[[], None]:
        """Returns a function that makes the legacy system answer with another account."""

    def test_a_stranger_matches_nobody(self, links: LegacyLinks) -> None:
        stranger = account_query(SUB, ExternalIdentity("Google", "1"), "nobody@arden.example")

        assert links.match(stranger) == AccountMatches()

    def test_an_identity_finds_its_account(self, links: LegacyLinks) -> None:
        matches = links.match(account_query(identity=ROSALIND_AT_GOOGLE))

        assert matches == AccountMatches(by_identity=ROSALIND.account)

    @pytest.mark.parametrize(
        "other",
        [
            ExternalIdentity("Google", ROSALIND_AT_GOOGLE.user_id.upper()),
            ExternalIdentity("Google", ROSALIND_AT_GOOGLE.user_id[:-1]),
            ExternalIdentity("Facebook", ROSALIND_AT_GOOGLE.user_id),
            ExternalIdentity("Google", "%"),
        ],
        ids=["case", "shorter", "provider", "wildcard"],
    )
    def test_an_identity_that_is_not_exactly_the_same_finds_nobody(
        self, links: LegacyLinks, other: ExternalIdentity
    ) -> None:
        # AL-03
        assert links.match(account_query(identity=other)) == AccountMatches()

    @pytest.mark.parametrize("holder", [ROSALIND, VIOLA], ids=["verified", "unverified"])
    def test_an_address_finds_its_account_and_says_whether_it_is_verified(
        self, links: LegacyLinks, holder: Holder
    ) -> None:
        # AL-01
        matches = links.match(account_query(email=holder.account.email))

        assert matches == AccountMatches(by_email=holder.account)

    def test_each_way_is_answered_on_its_own(self, links: LegacyLinks) -> None:
        links.attach_cognito_id("1611", SUB, reset_access=False)

        matches = links.match(account_query(SUB, ROSALIND_AT_GOOGLE, VIOLA.account.email))

        assert matches == AccountMatches(
            by_cognito_id=attrs.evolve(ARIEL.account, cognito_id=SUB),
            by_identity=ROSALIND.account,
            by_email=VIOLA.account,
        )

    def test_an_address_of_two_accounts_is_ambiguous(self, links: LegacyLinks) -> None:
        # AL-04
        with pytest.raises(AmbiguousAccountError):
            links.match(account_query(email=LOTTE.account.email))

    def test_whoever_is_attached_is_found_though_others_have_the_address_too(
        self, links: LegacyLinks
    ) -> None:
        """Otherwise an attacker could break a link by signing up with the same address."""
        links.attach_cognito_id("1949", SUB, reset_access=True)

        matches = links.match(account_query(SUB, email=LOTTE.account.email))

        assert matches == AccountMatches(by_cognito_id=attrs.evolve(LOTTE.account, cognito_id=SUB))

    @pytest.mark.parametrize("reset_access", [False, True])
    def test_an_attached_account_is_found_by_its_cognito_id(
        self, links: LegacyLinks, *, reset_access: bool
    ) -> None:
        attached = links.attach_cognito_id("1601", SUB, reset_access=reset_access)

        assert attached == attrs.evolve(VIOLA.account, cognito_id=SUB)
        assert links.match(account_query()) == AccountMatches(by_cognito_id=attached)
        assert links.match(account_query(ANOTHER_SUB)) == AccountMatches()

    def test_a_reset_removes_identities_and_an_attachment_alone_does_not(
        self, links: LegacyLinks
    ) -> None:
        """An attacker with a session may have added one at any time."""
        # AL-02
        attached = links.attach_cognito_id("1599", SUB, reset_access=False)
        assert links.match(account_query(identity=ROSALIND_AT_GOOGLE)).by_identity == attached

        links.attach_cognito_id("1599", SUB, reset_access=True)

        assert links.match(account_query(identity=ROSALIND_AT_GOOGLE)).by_identity is None

    def test_attaching_the_same_twice_is_harmless(self, links: LegacyLinks) -> None:
        # LT-02
        first = links.attach_cognito_id("1601", SUB, reset_access=False)

        assert links.attach_cognito_id("1601", SUB, reset_access=False) == first

    @pytest.mark.parametrize("reset_access", [False, True])
    def test_an_account_keeps_its_cognito_id(
        self, links: LegacyLinks, *, reset_access: bool
    ) -> None:
        # AL-07
        links.attach_cognito_id("1601", SUB, reset_access=False)

        with pytest.raises(AccountTakenError):
            links.attach_cognito_id("1601", ANOTHER_SUB, reset_access=reset_access)

    def test_a_cognito_id_keeps_its_account(self, links: LegacyLinks) -> None:
        # AL-07
        links.attach_cognito_id("1601", SUB, reset_access=False)

        with pytest.raises(AccountTakenError):
            links.attach_cognito_id("1611", SUB, reset_access=False)
        assert links.match(account_query()).by_cognito_id == attrs.evolve(
            VIOLA.account, cognito_id=SUB
        )

    @pytest.mark.parametrize("legacy_uid", ["404", "", "x" * 65, "16\x0001", "16\udfff01"])
    def test_an_account_that_is_none_cannot_be_attached(
        self, links: LegacyLinks, legacy_uid: str
    ) -> None:
        with pytest.raises(AccountNotFoundError):
            links.attach_cognito_id(legacy_uid, SUB, reset_access=False)

    def test_a_locked_account_is_found_by_its_address_and_says_so(self, links: LegacyLinks) -> None:
        """Otherwise a user whose account was locked would get a second one."""
        matches = links.match(account_query(email=MALVOLIO.account.email))

        assert matches == AccountMatches(by_email=MALVOLIO.account)

    def test_a_locked_account_is_found_by_its_identity(self, links: LegacyLinks) -> None:
        assert (
            links.match(account_query(identity=MALVOLIO_AT_GOOGLE)).by_identity == MALVOLIO.account
        )

    @pytest.mark.parametrize("reset_access", [False, True])
    def test_a_locked_account_is_not_attached(
        self, links: LegacyLinks, *, reset_access: bool
    ) -> None:
        with pytest.raises(AccountLockedError):
            links.attach_cognito_id("1602", SUB, reset_access=reset_access)
        assert links.match(account_query()) == AccountMatches()

    def test_a_created_account_is_returned_as_stored(self, links: LegacyLinks) -> None:
        created = links.create(PROSPERO, idempotency_key="prospero")

        assert created.legacy_uid not in {holder.account.legacy_uid for holder in HOLDERS}
        assert created == LegacyAccount(
            legacy_uid=created.legacy_uid,
            username=created.username,
            email="prospero@milano.example",
            email_verified=True,
            display_name="Próspero ☕",
            cognito_id=SUB,
        )

    def test_a_created_account_is_found_in_every_way(self, links: LegacyLinks) -> None:
        created = links.create(PROSPERO, idempotency_key="prospero")

        matches = links.match(account_query(SUB, PROSPERO.identity, PROSPERO.email))

        assert matches == AccountMatches(created, created, created)

    def test_a_user_without_identity_name_or_address_gets_an_account(
        self, links: LegacyLinks
    ) -> None:
        bare = NewLegacyAccount(
            cognito_id=SUB,
            identity=None,
            username="ferdinand",
            email=None,
            email_verified=False,
            display_name=None,
        )

        created = links.create(bare, idempotency_key="ferdinand")

        assert (created.email, created.email_verified, created.display_name) == (None, False, None)
        assert links.match(account_query()) == AccountMatches(by_cognito_id=created)

    def test_an_address_nobody_vouches_for_is_not_verified_in_the_new_account(
        self, links: LegacyLinks
    ) -> None:
        # AL-01
        unverified = attrs.evolve(PROSPERO, email_verified=False)

        assert links.create(unverified, idempotency_key="prospero").email_verified is False

    def test_two_users_get_two_accounts(self, links: LegacyLinks) -> None:
        at_google = ExternalIdentity("Google", "1611")
        miranda = attrs.evolve(PROSPERO, cognito_id=ANOTHER_SUB, identity=at_google)

        first = links.create(PROSPERO, idempotency_key="prospero")
        second = links.create(miranda, idempotency_key="miranda")

        assert first.legacy_uid != second.legacy_uid
        assert first.username != second.username

    def test_the_same_creation_again_creates_nothing(self, links: LegacyLinks) -> None:
        # AL-07, LT-02
        first = links.create(PROSPERO, idempotency_key="prospero")

        assert links.create(PROSPERO, idempotency_key="prospero") == first

    def test_the_same_cognito_id_under_another_key_creates_nothing(
        self, links: LegacyLinks
    ) -> None:
        # AL-07
        first = links.create(PROSPERO, idempotency_key="prospero")

        assert links.create(PROSPERO, idempotency_key="prospero-2") == first

    def test_the_same_creation_ten_times_at_once_creates_one(self, links: LegacyLinks) -> None:
        # AL-07, LT-02
        with ThreadPoolExecutor(10) as threads:
            attempts = [
                threads.submit(links.create, PROSPERO, idempotency_key="prospero")
                for _ in range(10)
            ]

        assert len({attempt.result() for attempt in attempts}) == 1

    def test_an_identity_of_another_account_is_taken(self, links: LegacyLinks) -> None:
        # AL-07
        thief = attrs.evolve(PROSPERO, identity=ROSALIND_AT_GOOGLE)

        with pytest.raises(AccountTakenError):
            links.create(thief, idempotency_key="thief")
        assert links.match(account_query(SUB, ROSALIND_AT_GOOGLE)).by_cognito_id is None

    def test_an_outage_is_no_rejection(
        self, links: LegacyLinks, go_down: Callable[[], None]
    ) -> None:
        go_down()

        with pytest.raises(LegacyUnavailableError):
            links.match(account_query(identity=ROSALIND_AT_GOOGLE))
        with pytest.raises(LegacyUnavailableError):
            links.create(PROSPERO, idempotency_key="prospero")
        with pytest.raises(LegacyUnavailableError):
            links.attach_cognito_id("1601", SUB, reset_access=False)

    def test_a_match_of_another_address_is_a_refusal(
        self, links: LegacyLinks, mix_up: Callable[[], None]
    ) -> None:
        # AL-03
        mix_up()

        with pytest.raises(AccountMismatchError):
            links.match(account_query(email=ROSALIND.account.email))

    def test_a_match_of_another_cognito_id_is_a_refusal(
        self, links: LegacyLinks, mix_up: Callable[[], None]
    ) -> None:
        # AL-03
        links.attach_cognito_id("1611", SUB, reset_access=False)
        mix_up()

        with pytest.raises(AccountMismatchError):
            links.match(account_query())

    def test_an_answer_about_another_account_after_a_write_is_no_refusal(
        self, links: LegacyLinks, mix_up: Callable[[], None]
    ) -> None:
        """Something may have been written, so no caller may take it for undone."""
        # AL-07
        mix_up()

        with pytest.raises(LegacyUnavailableError):
            links.create(PROSPERO, idempotency_key="prospero")
        with pytest.raises(LegacyUnavailableError):
            links.attach_cognito_id("1601", ANOTHER_SUB, reset_access=False)

    def test_no_name_and_no_address_is_in_an_error(
        self, links: LegacyLinks, go_down: Callable[[], None]
    ) -> None:
        # AL-08, LT-04
        canary = attrs.evolve(PROSPERO, username="canary", email="canary@canary.example")
        go_down()

        with pytest.raises(LegacyUnavailableError) as unmatched:
            links.match(account_query(identity=ExternalIdentity("Google", "canary")))
        with pytest.raises(LegacyUnavailableError) as uncreated:
            links.create(canary, idempotency_key="canary")

        for error in (unmatched.value, uncreated.value):
            assert "canary" not in f"{error!r} {error} {canary!r}"
            assert error.__cause__ is None


class LegacyUnlinkingContract(ContractSuite):
    """Run by every LegacyUnlinking: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def links(self) -> LegacyLinks:
        """Returns the links of a legacy system with HOLDERS."""

    @pytest.fixture
    @abstractmethod
    def unlinking(self) -> LegacyUnlinking:
        """Returns the port under test, of the same legacy system."""

    @pytest.fixture
    @abstractmethod
    def go_down(self) -> Callable[[], None]:
        """Returns a function that ends all answers."""

    @pytest.fixture
    @abstractmethod
    def mix_up(self) -> Callable[[], None]:
        """Returns a function after which answers are about other accounts."""

    def test_a_link_that_was_taken_back_is_found_no_more_and_can_be_made_again(
        self, links: LegacyLinks, unlinking: LegacyUnlinking
    ) -> None:
        links.attach_cognito_id("1601", SUB, reset_access=False)

        assert unlinking.detach_cognito_id("1601", SUB) == VIOLA.account
        assert links.match(account_query()) == AccountMatches()
        links.attach_cognito_id("1601", ANOTHER_SUB, reset_access=False)

    def test_taking_back_twice_is_harmless(
        self, links: LegacyLinks, unlinking: LegacyUnlinking
    ) -> None:
        links.attach_cognito_id("1601", SUB, reset_access=False)

        answers = [unlinking.detach_cognito_id("1601", SUB) for _ in range(2)]

        assert answers == [VIOLA.account, VIOLA.account]

    def test_the_link_to_another_user_stays(
        self, links: LegacyLinks, unlinking: LegacyUnlinking
    ) -> None:
        attached = links.attach_cognito_id("1601", SUB, reset_access=False)

        with pytest.raises(AccountTakenError):
            unlinking.detach_cognito_id("1601", ANOTHER_SUB)

        assert links.match(account_query()).by_cognito_id == attached

    def test_other_accounts_keep_their_links(
        self, links: LegacyLinks, unlinking: LegacyUnlinking
    ) -> None:
        attached = links.attach_cognito_id("1601", SUB, reset_access=False)

        unlinking.detach_cognito_id("1611", SUB)

        assert links.match(account_query()).by_cognito_id == attached

    def test_identities_stay(self, links: LegacyLinks, unlinking: LegacyUnlinking) -> None:
        links.attach_cognito_id("1599", SUB, reset_access=False)

        unlinking.detach_cognito_id("1599", SUB)

        found = links.match(account_query(identity=ROSALIND_AT_GOOGLE)).by_identity
        assert found == ROSALIND.account

    def test_a_locked_account_keeps_its_lock_and_loses_its_link(
        self, unlinking: LegacyUnlinking
    ) -> None:
        assert unlinking.detach_cognito_id("1602", SUB) == MALVOLIO.account

    @pytest.mark.parametrize("legacy_uid", ["404", "", "x" * 65, "\0"])
    def test_an_account_that_is_none_is_not_found(
        self, unlinking: LegacyUnlinking, legacy_uid: str
    ) -> None:
        with pytest.raises(AccountNotFoundError):
            unlinking.detach_cognito_id(legacy_uid, SUB)

    def test_an_outage_is_no_answer(
        self, unlinking: LegacyUnlinking, go_down: Callable[[], None]
    ) -> None:
        go_down()

        with pytest.raises(LegacyUnavailableError):
            unlinking.detach_cognito_id("1601", SUB)

    def test_an_answer_about_another_account_is_no_answer(
        self, unlinking: LegacyUnlinking, mix_up: Callable[[], None]
    ) -> None:
        mix_up()

        with pytest.raises(LegacyUnavailableError):
            unlinking.detach_cognito_id("1601", SUB)
