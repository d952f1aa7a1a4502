"""An administrator ends every session of a user; the old login's cookie does not bring one back."""

from typing import Final

import attrs
import pytest

from authcore.domain.errors import (
    CoordinationUnavailableError,
    LegacyUnavailableError,
    ProviderUnavailableError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.session_decision import (
    Admitted,
    LegacyAdmitted,
    PresentedSession,
    SignInRequired,
)
from authcore.domain.model.tokens import TokenSet
from authcore.testing.fakes.legacy_sessions import InMemoryLegacySignOut
from unit.session_world import ACCOUNT, HOUR, SessionWorld


JANE: Final = "sub-jane"
LINKED: Final = attrs.evolve(ACCOUNT, cognito_id=JANE)
OTHER: Final = attrs.evolve(ACCOUNT, legacy_uid="1851", cognito_id="sub-huck")
REVOKED: Final = SignInRequired("session_revoked")


@pytest.fixture
def world() -> SessionWorld:
    return SessionWorld()


def end_all(world: SessionWorld, subject: str = JANE) -> None:
    world.revocations.revoke_user(subject, signed_in_until=world.now, until=world.now + 9 * HOUR)


def signed_in(world: SessionWorld) -> TokenSet:
    return world.sign_in(sub=JANE)


def test_the_second_request_is_not_let_in_by_the_old_login(world: SessionWorld) -> None:
    # RF-08: the browser may have dropped the cookies of the first, which was refused.
    tokens, header = signed_in(world), world.legacy.open(LINKED)
    end_all(world)

    assert isinstance(world.decide(tokens, header), SignInRequired)
    assert world.decide(None, header) == REVOKED
    assert world.counter.counts["guard", "rejected", "session_revoked"] == 2


def test_the_user_signs_in_by_the_new_login_and_is_in(world: SessionWorld) -> None:
    header = world.legacy.open(LINKED)
    end_all(world)
    world.clock.advance(HOUR)

    assert isinstance(world.decide(signed_in(world), header), Admitted)
    assert world.decide(None, header) == REVOKED


def test_the_end_is_over_when_its_entry_is(world: SessionWorld) -> None:
    header = world.legacy.open(LINKED)
    end_all(world)
    world.clock.advance(9 * HOUR)

    assert world.decide(None, header) == LegacyAdmitted(LINKED)


@pytest.mark.parametrize("account", [ACCOUNT, OTHER], ids=["not linked", "of another user"])
def test_other_accounts_are_not_concerned(world: SessionWorld, account: LegacyAccount) -> None:
    end_all(world)

    assert world.decide(None, world.legacy.open(account)) == LegacyAdmitted(account)
    assert world.revocations.asked_users == [account.cognito_id] * (account is OTHER)


def test_a_list_that_gives_no_answer_lets_no_linked_account_in(world: SessionWorld) -> None:
    header = world.legacy.open(LINKED)
    world.revocations.unavailable = True

    with pytest.raises(CoordinationUnavailableError):
        world.decide(None, header)
    assert world.counter.counts == {("guard", "unavailable", "coordination_unavailable"): 1}


def test_an_expired_session_does_not_give_way_to_a_revoked_one(world: SessionWorld) -> None:
    """The tokens are over, not revoked: the old login is looked at, and it has ended too."""
    tokens, header = attrs.evolve(signed_in(world), refresh_token=None), world.legacy.open(OTHER)
    end_all(world, "sub-huck")
    world.clock.advance(HOUR)

    assert world.decide(tokens, header) == attrs.evolve(REVOKED, has_ended=True)


def test_while_cognito_gives_no_answer_the_end_still_holds(world: SessionWorld) -> None:
    """Nothing can be said about the tokens, and the old login admits nobody in their place."""
    tokens, header = signed_in(world), world.legacy.open(OTHER)
    end_all(world, "sub-huck")
    world.clock.advance(HOUR)
    world.provider.available = False

    with pytest.raises(ProviderUnavailableError):
        world.decide(tokens, header)


def test_while_neither_cognito_nor_the_list_answers_nobody_is_let_in(world: SessionWorld) -> None:
    guard = world.session_guard(validator=world.validator_without_keys())
    tokens, header = signed_in(world), world.legacy.open(LINKED)
    world.revocations.unavailable = True

    with pytest.raises(CoordinationUnavailableError):
        guard.decide(PresentedSession(tokens, header))


def test_without_a_list_the_old_login_counts_as_before(world: SessionWorld) -> None:
    world.guard = world.session_guard(revocations=None)

    assert isinstance(world.decide(None, world.legacy.open(LINKED)), LegacyAdmitted)


def test_a_locked_account_costs_no_question_of_the_list(world: SessionWorld) -> None:
    header = world.legacy.open(attrs.evolve(LINKED, locked=True))

    assert world.decide(None, header) == SignInRequired("no_session")
    assert world.revocations.asked_users == []


def test_tokens_cost_no_question_about_the_user_alone(world: SessionWorld) -> None:
    tokens = signed_in(world)

    assert isinstance(world.decide(tokens, world.legacy.open(LINKED)), Admitted)
    assert world.revocations.asked_users == []


class TestARevokedSessionBesideTheOldLogin:
    """One sign-in was ended, and the request carries a session of the old login too."""

    @pytest.fixture
    def tokens(self, world: SessionWorld) -> TokenSet:
        tokens = signed_in(world)
        world.revocations.revoke_session("sign-in-1", until=world.now + 9 * HOUR)
        return tokens

    @pytest.mark.parametrize("hours", [0, 1], ids=["live", "expired"])
    def test_keeps_its_cookies_where_it_is_the_same_users(
        self, world: SessionWorld, tokens: TokenSet, hours: int
    ) -> None:
        # RF-08: without them the next request would be let in by the old login.
        header = world.legacy.open(LINKED)
        world.clock.advance(hours * HOUR)

        assert world.decide(tokens, header) == REVOKED
        assert world.decide(tokens, header) == REVOKED

    def test_keeps_its_cookies_where_the_old_login_gives_no_answer(
        self, world: SessionWorld, tokens: TokenSet
    ) -> None:
        header = world.legacy.open(LINKED)
        world.legacy.available = False

        assert world.decide(tokens, header) == REVOKED

    @pytest.mark.parametrize("account", [ACCOUNT, OTHER], ids=["not linked", "of another user"])
    def test_gives_way_to_another_users(
        self, world: SessionWorld, tokens: TokenSet, account: LegacyAccount
    ) -> None:
        decision = world.decide(tokens, world.legacy.open(account))

        assert decision == attrs.evolve(REVOKED, has_ended=True)

    def test_gives_way_to_a_session_of_the_old_login_that_has_ended(
        self, world: SessionWorld, tokens: TokenSet
    ) -> None:
        header = world.legacy.open(LINKED)
        world.legacy.close(header)

        assert world.decide(tokens, header) == attrs.evolve(REVOKED, has_ended=True)

    def test_whose_key_is_gone_keeps_its_cookies(
        self, world: SessionWorld, tokens: TokenSet
    ) -> None:
        """Nobody can say whose it was."""
        unreadable = attrs.evolve(tokens, access_token=world.access_with_a_lost_key())
        world.clock.advance(HOUR)

        assert world.decide(unreadable, world.legacy.open(LINKED)) == REVOKED


class TestWhatEndsTakesTheOldLoginWithIt:
    """The legacy session beside it ends, not only this request."""

    @pytest.fixture(autouse=True)
    def ending(self, world: SessionWorld) -> InMemoryLegacySignOut:
        ending = InMemoryLegacySignOut(world.legacy)
        world.guard = world.session_guard(legacy_sign_out=ending)
        return ending

    def refused(self, world: SessionWorld) -> TokenSet:
        """Expired, of a user whom an administrator disabled."""
        tokens = signed_in(world)
        assert tokens.refresh_token
        world.provider.forget(tokens.refresh_token)
        world.clock.advance(HOUR)
        return tokens

    def test_a_user_who_was_disabled_is_in_by_neither(self, world: SessionWorld) -> None:
        # RF-08: the next request carries the cookie of the old login alone.
        tokens, header = self.refused(world), world.legacy.open(LINKED)

        assert world.decide(tokens, header) == SignInRequired("refresh_rejected", has_ended=True)
        assert world.decide(None, header) == SignInRequired("no_session")

    def test_a_revoked_session_too(self, world: SessionWorld) -> None:
        # RF-08
        tokens, header = signed_in(world), world.legacy.open(LINKED)
        world.revocations.revoke_session("sign-in-1", until=world.now + 9 * HOUR)

        assert world.decide(tokens, header) == attrs.evolve(REVOKED, has_ended=True)
        assert world.decide(None, header) == SignInRequired("no_session")

    @pytest.mark.parametrize("cause", ["no answer", "no port"])
    def test_where_it_cannot_be_ended_the_cookies_stay_and_go_on_saying_so(
        self, world: SessionWorld, ending: InMemoryLegacySignOut, cause: str
    ) -> None:
        # RF-08
        ending.available = False
        if cause == "no port":
            world.guard = world.session_guard(legacy_sign_out=None)
        tokens, header = self.refused(world), world.legacy.open(LINKED)

        for _ in range(2):
            assert world.decide(tokens, header) == SignInRequired("refresh_rejected")

    @pytest.mark.parametrize("account", [ACCOUNT, OTHER], ids=["not linked", "of another user"])
    def test_another_users_goes_on(self, world: SessionWorld, account: LegacyAccount) -> None:
        tokens, header = self.refused(world), world.legacy.open(account)

        assert world.decide(tokens, header) == LegacyAdmitted(account, has_ended=True)

    def test_a_link_that_the_pool_alone_has_counts_too(self, world: SessionWorld) -> None:
        """The legacy system did not store its side yet."""
        tokens, header = (
            signed_in(world),
            world.legacy.open(attrs.evolve(ACCOUNT, legacy_uid="4711")),
        )
        world.revocations.revoke_session("sign-in-1", until=world.now + 9 * HOUR)

        assert world.decide(tokens, header) == attrs.evolve(REVOKED, has_ended=True)
        assert world.decide(None, header) == SignInRequired("no_session")

    def test_a_link_that_the_pool_alone_has_counts_in_an_expired_id_token(
        self, world: SessionWorld
    ) -> None:
        """A refresh is refused when the tokens have expired, both of them."""
        account = attrs.evolve(ACCOUNT, legacy_uid="4711")
        tokens, header = self.refused(world), world.legacy.open(account)

        assert world.decide(tokens, header) == SignInRequired("refresh_rejected", has_ended=True)
        assert world.decide(None, header) == SignInRequired("no_session")

    def test_an_id_token_of_another_user_ends_no_session_of_the_old_login(
        self, world: SessionWorld
    ) -> None:
        account = attrs.evolve(ACCOUNT, legacy_uid="4711")
        foreign = world.tokens(None, sub="sub-of-another")
        tokens = attrs.evolve(self.refused(world), id_token=foreign.id_token)

        assert isinstance(world.decide(tokens, world.legacy.open(account)), LegacyAdmitted)

    def test_an_old_login_that_gives_no_answer_is_an_outage_after_a_refused_refresh(
        self, world: SessionWorld
    ) -> None:
        tokens, header = self.refused(world), world.legacy.open(LINKED)
        world.legacy.available = False

        with pytest.raises(LegacyUnavailableError):
            world.decide(tokens, header)


class TestASessionOfTheOldLoginThatSaysWhenItBegan:
    """The legacy system tells when each session began."""

    def test_is_refused_if_it_began_before_the_end_and_admitted_if_later(
        self, world: SessionWorld
    ) -> None:
        # RF-08
        before = world.legacy.open(attrs.evolve(LINKED, signed_in_at=world.now))
        end_all(world)
        world.clock.advance(HOUR)
        later = world.legacy.open(attrs.evolve(LINKED, signed_in_at=world.now))

        assert world.decide(None, before) == REVOKED
        assert isinstance(world.decide(None, later), LegacyAdmitted)

    def test_is_refused_if_it_began_in_the_future(self, world: SessionWorld) -> None:
        """A clock that is ahead, or a lie, undoes no revocation."""
        end_all(world)
        ahead = attrs.evolve(LINKED, signed_in_at=world.now + HOUR)

        assert world.decide(None, world.legacy.open(ahead)) == REVOKED


def test_an_administrator_admits_the_old_login_again(world: SessionWorld) -> None:
    header = world.legacy.open(LINKED)
    end_all(world)
    world.revocations.admit_undated(JANE, revoked_until=world.now)

    assert isinstance(world.decide(None, header), LegacyAdmitted)
