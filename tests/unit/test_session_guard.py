"""Who is admitted to a guarded page, who is sent to sign in, and who is told to come back."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from authcore.domain.errors import (
    CoordinationUnavailableError,
    KeySourceUnavailableError,
    LegacyUnavailableError,
    ProviderUnavailableError,
)
from authcore.domain.model.session_decision import (
    Admitted,
    LegacyAdmitted,
    PresentedSession,
    SessionDecision,
    SignInRequired,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.sessions.session_guard import SessionGuard
from authcore.domain.services.token_validation import TokenValidator
from authcore.testing.fakes.coordination import InMemoryLease
from authcore.testing.mint import TokenMint
from unit.session_world import ACCOUNT, DUE, HOUR, LIFETIME, SessionWorld, without_refresh_token


@pytest.fixture
def world() -> SessionWorld:
    return SessionWorld()


def reason(decision: SessionDecision) -> str:
    assert isinstance(decision, SignInRequired)
    return decision.reason


def test_good_tokens_are_admitted_with_their_user(world: SessionWorld) -> None:
    decision = world.decide(world.sign_in())

    assert isinstance(decision, Admitted)
    assert decision.reason == "ok"
    assert decision.user.legacy_uid == "4711"
    assert decision.user.groups == ("editors",)
    assert decision.user.login == "cognito"
    assert world.provider.sent == []


def test_tokens_that_hold_do_not_outlive_their_session(world: SessionWorld) -> None:
    """RF-05: issued a moment ago, to somebody who signed in before the lifetime of sessions."""
    begun = int((world.now - LIFETIME).timestamp())

    decision = world.decide(world.sign_in(auth_time=begun))

    assert decision == SignInRequired("session_too_old", has_ended=True)
    assert world.provider.sent == []


def test_an_expired_id_token_beside_somebody_elses_access_token_is_not_refreshed(
    world: SessionWorld,
) -> None:
    """RF-04: whichever of the two is looked at first."""
    tokens = world.sign_in()
    old = attrs.evolve(tokens, id_token=world.mint.identity(exp=1))
    for wrong in (
        world.mint.access(signed_by="stranger"),
        world.mint.access(client_id="another-client"),
        world.mint.identity(),
    ):
        decision = world.decide(attrs.evolve(old, access_token=wrong))
        assert isinstance(decision, SignInRequired)
        assert decision.reason != "token_expired"
    assert world.provider.sent == []


def test_a_session_without_a_refresh_token_is_admitted(world: SessionWorld) -> None:
    assert isinstance(world.decide(without_refresh_token(world.sign_in())), Admitted)


def test_an_id_token_of_a_sign_in_without_at_hash_is_admitted(world: SessionWorld) -> None:
    """Cognito's API flows issue none."""
    tokens = attrs.evolve(world.sign_in(), id_token=world.mint.identity())
    assert isinstance(world.decide(tokens), Admitted)


def test_no_tokens_are_no_session(world: SessionWorld) -> None:
    assert world.decide(None) == SignInRequired("no_session")


def test_two_people_are_not_one_session(world: SessionWorld) -> None:
    stranger = TokenMint(clock=world.clock, subject="somebody-else")
    tokens = attrs.evolve(world.sign_in(), id_token=stranger.identity())
    assert reason(world.decide(tokens)) == "token_claim"


def test_an_access_token_of_another_sign_in_fails_on_at_hash(world: SessionWorld) -> None:
    tokens = attrs.evolve(world.sign_in(), access_token=world.mint.access())
    assert reason(world.decide(tokens)) == "token_claim"


@pytest.mark.parametrize("token", ["access_token", "id_token"])
@pytest.mark.parametrize("text", ["", "not a token", "a.b.c", "a" * 100_000])
def test_garbage_in_a_cookie_asks_for_a_sign_in(world: SessionWorld, token: str, text: str) -> None:
    # TV-16
    changed: dict[str, Any] = {token: text}
    decision = world.decide(attrs.evolve(world.sign_in(), **changed))

    assert decision == SignInRequired("token_malformed")
    assert world.provider.sent == []


def test_swapped_tokens_ask_for_a_sign_in(world: SessionWorld) -> None:
    good = world.sign_in()
    swapped = attrs.evolve(good, access_token=good.id_token, id_token=good.access_token)
    assert reason(world.decide(swapped)) == "token_claim"


def test_tokens_of_two_accepted_clients_or_pools_are_not_one_session(world: SessionWorld) -> None:
    # SP-10
    other_client = TokenMint(clock=world.clock, client_id="anotherclient")
    other_pool = TokenMint(clock=world.clock, issuer="https://issuer.example/pool")
    world.guard = world.session_guard(
        validator=TokenValidator(
            signatures=world.signatures,
            clock=world.clock,
            issuers=[world.mint.issuer, other_pool.issuer],
            client_ids=[world.mint.client_id, other_client.client_id],
        )
    )
    for other in (other_client, other_pool):
        mixed = attrs.evolve(world.sign_in(), id_token=other.identity())
        assert reason(world.decide(mixed)) == "token_claim"
        own = TokenSet(other.access(), other.identity(), None)
        assert isinstance(world.decide(own), Admitted)


def test_keys_that_cannot_be_had_are_neither_a_yes_nor_a_no(world: SessionWorld) -> None:
    world.guard = world.session_guard(validator=world.validator_without_keys())
    with pytest.raises(KeySourceUnavailableError):
        world.decide(world.sign_in())


def test_a_decision_shows_no_token(world: SessionWorld) -> None:
    # SP-11
    tokens = world.sign_in()
    shown = repr(world.decide(tokens)) + repr(PresentedSession(tokens, "legacy=cookie-canary"))
    for secret in (
        *(tokens.access_token, tokens.id_token, str(tokens.refresh_token)),
        *("mint@example.com", "cookie-canary"),
    ):
        assert secret not in shown


class TestAnExpiredSession:
    """What becomes of a session whose tokens have had their hour."""

    @pytest.fixture
    def expired(self, world: SessionWorld) -> TokenSet:
        tokens = world.sign_in()
        world.clock.advance(HOUR)
        return tokens

    def test_goes_on_with_fresh_tokens(self, world: SessionWorld, expired: TokenSet) -> None:
        decision = world.decide(expired)

        assert isinstance(decision, Admitted)
        assert decision.is_renewed
        assert decision.session.tokens.access_token != expired.access_token
        assert decision.session.access.expires_at == world.now + HOUR

    def test_goes_on_for_thirty_days_and_then_ends(
        self, world: SessionWorld, expired: TokenSet
    ) -> None:
        # RF-05
        tokens = expired
        for _ in range(29):
            world.clock.advance(timedelta(days=1))
            decision = world.decide(tokens)
            assert isinstance(decision, Admitted)
            tokens = decision.session.tokens
        world.clock.advance(timedelta(days=1))
        sent = len(world.provider.sent)

        assert world.decide(tokens) == SignInRequired("session_too_old", has_ended=True)
        assert len(world.provider.sent) == sent

    def test_ends_once_the_provider_refuses(self, world: SessionWorld, expired: TokenSet) -> None:
        # RF-02: and the next request does not ask again.
        assert expired.refresh_token
        world.provider.forget(expired.refresh_token)
        for _ in range(3):
            assert world.decide(expired) == SignInRequired("refresh_rejected", has_ended=True)
        assert len(world.provider.sent) == 1

    def test_is_neither_admitted_nor_ended_by_an_outage(
        self, world: SessionWorld, expired: TokenSet
    ) -> None:
        # RF-02
        world.provider.available = False
        with pytest.raises(ProviderUnavailableError):
            world.decide(expired)

        world.provider.available = True
        assert isinstance(world.decide(expired), Admitted)

    def test_without_a_refresh_token_is_over(self, world: SessionWorld, expired: TokenSet) -> None:
        decision = world.decide(without_refresh_token(expired))
        assert decision == SignInRequired("token_expired", has_ended=True)

    def test_stays_with_the_browser_where_sessions_are_refreshed_elsewhere(
        self, world: SessionWorld, expired: TokenSet
    ) -> None:
        world.guard = world.session_guard(refresher=None)
        assert world.decide(expired) == SignInRequired("token_expired")

    def test_is_not_refreshed_where_nobody_would_get_the_tokens(
        self, world: SessionWorld, expired: TokenSet
    ) -> None:
        # RF-01
        assert world.decide(expired, can_renew=False) == SignInRequired("token_expired")
        assert world.provider.sent == []

    def test_goes_on_when_the_key_of_its_old_token_is_gone(
        self, world: SessionWorld, expired: TokenSet
    ) -> None:
        """Somebody comes back after days, and the pool has rotated its keys meanwhile."""
        stranger = TokenMint(clock=world.clock)
        stranger.rotate(keep_old=False)
        old = attrs.evolve(expired, access_token=stranger.access(exp=1))

        decision = world.decide(old)

        assert isinstance(decision, Admitted)
        assert decision.is_renewed

    def test_whose_id_tokens_key_alone_is_gone_is_the_same_sign_in_still(
        self, world: SessionWorld, expired: TokenSet
    ) -> None:
        """RF-04, RF-08: Cognito signs the two with different keys."""
        stranger = TokenMint(clock=world.clock)
        stranger.rotate(keep_old=False)
        old = attrs.evolve(expired, id_token=stranger.identity(exp=1))
        other = world.sign_in(sub="somebody-else")
        swapped = attrs.evolve(old, refresh_token=other.refresh_token)

        assert reason(world.decide(swapped)) == "token_claim"
        decision = world.decide(old)
        assert isinstance(decision, Admitted)
        assert decision.is_renewed
        world.revocations.revoke_session("sign-in-1", until=world.now + HOUR)
        assert reason(world.decide(old)) == "session_revoked"

    def test_with_a_forged_signature_is_not_refreshed(
        self, world: SessionWorld, expired: TokenSet
    ) -> None:
        forged = attrs.evolve(expired, access_token=world.mint.access(signed_by="stranger"))
        assert reason(world.decide(forged)) == "token_signature"
        assert world.provider.sent == []

    def test_that_grew_too_old_while_its_key_was_gone_ends(
        self, world: SessionWorld, expired: TokenSet
    ) -> None:
        # RF-05
        stranger = TokenMint(clock=world.clock)
        stranger.rotate(keep_old=False)
        old = attrs.evolve(expired, access_token=stranger.access(exp=1))
        world.clock.advance(LIFETIME)

        assert world.decide(old) == SignInRequired("session_too_old", has_ended=True)

    def test_of_somebody_else_is_refused_whatever_the_provider_says(
        self, world: SessionWorld, expired: TokenSet
    ) -> None:
        # RF-04
        other = world.sign_in(sub="somebody-else")
        swapped = attrs.evolve(expired, refresh_token=other.refresh_token)
        assert world.decide(swapped) == SignInRequired("token_claim", has_ended=True)


class TestASessionThatIsDue:
    """In the last quarter of its tokens' life."""

    @pytest.fixture
    def due(self, world: SessionWorld) -> TokenSet:
        tokens = world.sign_in()
        world.clock.advance(DUE)
        return tokens

    def test_is_refreshed(self, world: SessionWorld, due: TokenSet) -> None:
        decision = world.decide(due)
        assert isinstance(decision, Admitted)
        assert decision.is_renewed

    def test_is_admitted_as_it_is_through_an_outage(
        self, world: SessionWorld, due: TokenSet
    ) -> None:
        # RF-02
        world.provider.available = False
        for _ in range(3):
            decision = world.decide(due)
            assert isinstance(decision, Admitted)
            assert (decision.reason, decision.session.tokens) == ("refresh_postponed", due)
        assert len(world.provider.sent) == 1

    def test_is_admitted_as_it_is_while_another_process_refreshes_it(
        self, world: SessionWorld, due: TokenSet
    ) -> None:
        # RF-03
        lease = InMemoryLease(world.clock)
        world.guard = world.session_guard(refresher=world.session_refresher(lease=lease))
        world.decide(world.sign_in())
        world.provider.available = False
        world.decide(due)
        world.provider.available = True
        world.clock.advance(timedelta(seconds=10))

        with lease.hold(lease.asked[-1], HOUR):
            decision = world.decide(due)
        assert isinstance(decision, Admitted)
        assert decision.reason == "refresh_postponed"

    def test_ends_when_the_provider_refuses(self, world: SessionWorld, due: TokenSet) -> None:
        # RF-02: an administrator signed the user out everywhere.
        assert due.refresh_token
        world.provider.forget(due.refresh_token)
        assert world.decide(due) == SignInRequired("refresh_rejected", has_ended=True)

    def test_is_admitted_as_it_is_where_nobody_would_get_the_tokens(
        self, world: SessionWorld, due: TokenSet
    ) -> None:
        decision = world.decide(due, can_renew=False)
        assert isinstance(decision, Admitted)
        assert decision.reason == "ok"
        assert world.provider.sent == []


class TestTheOldLogin:
    """Sessions of the legacy system."""

    def test_a_locked_account_is_not_let_in_whoever_vouches_for_it(
        self, world: SessionWorld
    ) -> None:
        header = world.legacy.open(attrs.evolve(ACCOUNT, locked=True))

        assert world.decide(None, header) == SignInRequired("no_session")

    def test_is_honoured_where_there_is_no_other(self, world: SessionWorld) -> None:
        decision = world.decide(None, world.legacy.open(ACCOUNT))

        assert isinstance(decision, LegacyAdmitted)
        assert decision.user.login == "legacy"
        assert (decision.user.legacy_uid, decision.user.name) == ("1847", "Jane Eyre")
        assert decision.user.subject is None

    def test_that_ended_asks_for_a_sign_in(self, world: SessionWorld) -> None:
        header = world.legacy.open(ACCOUNT)
        world.legacy.close(header)
        assert world.decide(None, header) == SignInRequired("no_session")

    def test_is_not_asked_about_people_with_a_cognito_session(self, world: SessionWorld) -> None:
        decision = world.decide(world.sign_in(), world.legacy.open(ACCOUNT))
        assert isinstance(decision, Admitted)
        assert world.legacy.asked == []

    def test_is_not_asked_about_people_who_carry_none(self, world: SessionWorld) -> None:
        assert reason(world.decide(None, "theme=dark")) == "no_session"
        assert world.legacy.asked == []

    def test_goes_on_when_the_cognito_session_is_over(self, world: SessionWorld) -> None:
        tokens = world.sign_in()
        assert tokens.refresh_token
        world.provider.forget(tokens.refresh_token)
        world.clock.advance(HOUR)

        decision = world.decide(tokens, world.legacy.open(ACCOUNT))

        assert decision == LegacyAdmitted(ACCOUNT, has_ended=True)

    @pytest.mark.parametrize("wrong", [{"alg": "none"}, {"tampered": True}, {"sub": ""}], ids=str)
    def test_goes_on_beside_a_bad_token(self, world: SessionWorld, wrong: dict[str, str]) -> None:
        bad = attrs.evolve(world.sign_in(), access_token=world.mint.access(**wrong))
        assert world.decide(bad, world.legacy.open(ACCOUNT)) == LegacyAdmitted(ACCOUNT)

    def test_counts_while_cognito_gives_no_answer(self, world: SessionWorld) -> None:
        tokens = world.sign_in()
        world.clock.advance(HOUR)
        world.provider.available = False

        assert isinstance(world.decide(tokens, world.legacy.open(ACCOUNT)), LegacyAdmitted)
        with pytest.raises(ProviderUnavailableError):
            world.decide(tokens, "")

    def test_gives_no_answer_and_so_nobody_does(self, world: SessionWorld) -> None:
        header = world.legacy.open(ACCOUNT)
        world.legacy.available = False
        with pytest.raises(LegacyUnavailableError):
            world.decide(None, header)

        tokens = world.sign_in()
        world.clock.advance(HOUR)
        world.provider.available = False
        with pytest.raises(ProviderUnavailableError):
            world.decide(tokens, header)

    def test_is_switched_off(self, world: SessionWorld) -> None:
        world.guard = world.session_guard(legacy=None)
        assert reason(world.decide(None, world.legacy.open(ACCOUNT))) == "no_session"


class TestARevokedSession:
    """One that ends before its tokens do."""

    def test_is_out_at_once(self, world: SessionWorld) -> None:
        # RF-08
        tokens = world.sign_in()
        world.revocations.revoke_session("sign-in-1", until=world.now + HOUR)
        assert world.decide(tokens) == SignInRequired("session_revoked", has_ended=True)

    def test_is_not_refreshed(self, world: SessionWorld) -> None:
        # RF-08
        tokens = world.sign_in()
        world.clock.advance(HOUR)
        world.revocations.revoke_session("sign-in-1", until=world.now + HOUR)
        assert reason(world.decide(tokens)) == "session_revoked"
        assert world.provider.sent == []

    def test_of_a_revoked_user_stays_out_though_the_provider_goes_on(
        self, world: SessionWorld
    ) -> None:
        # RF-08
        tokens = world.sign_in()
        world.revocations.revoke_user("nobody", signed_in_until=world.now, until=world.now + HOUR)
        assert isinstance(world.decide(tokens), Admitted)
        subject = world.validator.verify_access_token(tokens.access_token).subject
        world.revocations.revoke_user(
            subject, signed_in_until=world.now, until=world.now + 9 * HOUR
        )
        world.clock.advance(HOUR + timedelta(minutes=1))
        stranger = TokenMint(clock=world.clock)
        stranger.rotate(keep_old=False)
        unreadable = attrs.evolve(tokens, access_token=stranger.access(exp=1))

        assert reason(world.decide(unreadable)) == "session_revoked"

    def test_does_not_get_in_by_the_old_login(self, world: SessionWorld) -> None:
        tokens = world.sign_in()
        world.revocations.revoke_session("sign-in-1", until=world.now + HOUR)
        assert reason(world.decide(tokens, world.legacy.open(ACCOUNT))) == "session_revoked"

    def test_is_not_told_apart_while_the_list_gives_no_answer(self, world: SessionWorld) -> None:
        """Not by the old login either, or the person of the one would be the other's."""
        tokens = world.sign_in()
        world.revocations.unavailable = True
        for cookies in ("", world.legacy.open(ACCOUNT)):
            with pytest.raises(CoordinationUnavailableError):
                world.decide(tokens, cookies)


class TestAtHand:
    """Decisions that take neither network nor waiting."""

    @pytest.fixture
    def guard(self, world: SessionWorld) -> SessionGuard:
        return world.session_guard()

    def test_good_tokens_are_admitted(self, world: SessionWorld, guard: SessionGuard) -> None:
        decision = guard.decide_from_cache(PresentedSession(world.sign_in()))
        assert isinstance(decision, Admitted)
        assert world.counter.counts["guard", "accepted", "ok"] == 1

    def test_who_carries_nothing_is_asked_to_sign_in(self, guard: SessionGuard) -> None:
        assert guard.decide_from_cache(PresentedSession(None)) == SignInRequired("no_session")

    def test_bad_tokens_are_refused(self, world: SessionWorld, guard: SessionGuard) -> None:
        bad = attrs.evolve(world.sign_in(), access_token=world.mint.access(tampered=True))
        assert guard.decide_from_cache(PresentedSession(bad)) == SignInRequired("token_signature")

    @pytest.mark.parametrize("age", [DUE, HOUR, LIFETIME], ids=str)
    def test_what_may_take_a_refresh_is_left_to_the_other(
        self, world: SessionWorld, guard: SessionGuard, age: timedelta
    ) -> None:
        tokens = world.sign_in()
        world.clock.advance(age)
        assert guard.decide_from_cache(PresentedSession(tokens)) is None

    @pytest.mark.parametrize(
        "tokens", [None, TokenSet("a.b.c", "a.b.c", None)], ids=["none", "bad"]
    )
    def test_what_may_be_the_old_login_is_left_to_the_other(
        self, world: SessionWorld, guard: SessionGuard, tokens: TokenSet | None
    ) -> None:
        assert guard.decide_from_cache(PresentedSession(tokens, world.legacy.open(ACCOUNT))) is None
        assert world.legacy.asked == []

    def test_a_revoked_session_is_left_to_the_other(
        self, world: SessionWorld, guard: SessionGuard
    ) -> None:
        tokens = world.sign_in()
        world.revocations.revoke_session("sign-in-1", until=world.now + HOUR)
        assert guard.decide_from_cache(PresentedSession(tokens)) is None

    def test_without_keys_nothing_can_be_told(self, world: SessionWorld) -> None:
        guard = world.session_guard(validator=world.validator_without_keys())
        assert guard.decide_from_cache(PresentedSession(world.sign_in())) is None

    def test_without_a_validator_that_never_waits_nothing_is_told(
        self, world: SessionWorld
    ) -> None:
        waiting = attrs.evolve(world.validator, cached_signatures=None)
        guard = world.session_guard(validator=waiting)
        assert guard.decide_from_cache(PresentedSession(world.sign_in())) is None
        assert world.counter.counts == {}

    def test_where_revocations_must_be_waited_for_nothing_is_told(
        self, world: SessionWorld
    ) -> None:
        guard = world.session_guard(revocations_wait=True)
        assert guard.decide_from_cache(PresentedSession(world.sign_in())) is None


def test_every_decision_is_counted_and_so_is_none(world: SessionWorld) -> None:
    tokens = world.sign_in()
    world.decide(tokens)
    world.decide(None)
    world.decide(None, world.legacy.open(ACCOUNT))
    world.clock.advance(HOUR)
    world.provider.available = False
    with pytest.raises(ProviderUnavailableError):
        world.decide(tokens)

    assert world.counter.counts == {
        ("guard", "accepted", "ok"): 1,
        ("guard", "rejected", "no_session"): 1,
        ("guard", "accepted", "legacy_session"): 1,
        ("guard", "unavailable", "provider_unavailable"): 1,
    }


def test_a_refresh_token_of_another_client_ends_the_session(world: SessionWorld) -> None:
    tokens = attrs.evolve(world.sign_in(), refresh_token=RefreshToken("of-another-client"))
    world.clock.advance(HOUR)
    assert world.decide(tokens) == SignInRequired("refresh_rejected", has_ended=True)


def test_a_session_has_ended_that_is_too_old_or_revoked() -> None:
    # RF-05, RF-08
    world = SessionWorld()
    access = world.validator.verify_access_token(world.sign_in().access_token)
    assert not world.guard.has_ended(access)

    world.clock.advance(LIFETIME)
    assert world.guard.has_ended(access)

    young = world.validator.verify_access_token(world.sign_in(origin_jti="other").access_token)
    assert not world.guard.has_ended(young)
    world.revocations.revoke_session("other", until=world.clock.now() + timedelta(days=1))
    assert world.guard.has_ended(young)
