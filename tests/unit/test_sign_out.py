"""Ending sessions: everybody is told, and nobody who does not answer keeps the rest from it."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from authcore.adapters.coordination.process.revocations import ProcessRevocationList
from authcore.domain.errors import (
    AccountNotFoundError,
    CoordinationUnavailableError,
    ProviderUnavailableError,
)
from authcore.domain.model.session_decision import Admitted, SignInRequired
from authcore.domain.services.sessions.sign_out import SignOut
from authcore.domain.services.sessions.sign_out_everywhere import SignOutEverywhere
from authcore.testing.fakes.legacy_sessions import InMemoryLegacySignOut
from authcore.testing.fakes.token_endpoint import InMemoryTokenRevoker
from authcore.testing.fakes.user_directory import InMemoryUserDirectory, InMemoryUserSessions
from unit.session_world import ACCOUNT, HOUR, LIFETIME, SessionWorld


LEEWAY = timedelta(seconds=10)


@pytest.fixture
def world() -> SessionWorld:
    return SessionWorld()


@pytest.fixture
def revoker(world: SessionWorld) -> InMemoryTokenRevoker:
    return InMemoryTokenRevoker(world.provider)


@pytest.fixture
def legacy(world: SessionWorld) -> InMemoryLegacySignOut:
    return InMemoryLegacySignOut(world.legacy)


@pytest.fixture
def sign_out(
    world: SessionWorld, revoker: InMemoryTokenRevoker, legacy: InMemoryLegacySignOut
) -> SignOut:
    return SignOut(
        revoker=revoker,
        validator=world.validator,
        refresher=world.refresher,
        legacy=legacy,
        revocations=world.revocations,
        lifetime=LIFETIME,
        clock=world.clock,
        audit=world.audit,
    )


def told(world: SessionWorld) -> dict[str, str]:
    return {event.action.removeprefix("sign_out."): event.outcome for event in world.audit.events}


def test_everybody_is_told(
    world: SessionWorld, sign_out: SignOut, revoker: InMemoryTokenRevoker
) -> None:
    # RF-06
    tokens, header = world.sign_in(), world.legacy.open(ACCOUNT)

    assert sign_out.end(tokens, header).is_complete
    assert revoker.revoked == [tokens.refresh_token]
    assert world.decide(tokens) == SignInRequired("session_revoked", has_ended=True)
    assert world.legacy.resolve(header) is None
    assert told(world) == dict.fromkeys(("provider", "revocations", "legacy"), "accepted")


@pytest.mark.parametrize("part", ["provider", "revocations", "legacy"])
def test_who_does_not_answer_keeps_nobody_else_from_being_told(
    world: SessionWorld,
    sign_out: SignOut,
    revoker: InMemoryTokenRevoker,
    legacy: InMemoryLegacySignOut,
    part: str,
) -> None:
    # RF-06
    tokens, header = world.sign_in(), world.legacy.open(ACCOUNT)
    revoker.available = part != "provider"
    world.revocations.unavailable = part == "revocations"
    legacy.available = part != "legacy"

    assert not sign_out.end(tokens, header).is_complete
    expected = dict.fromkeys(("provider", "revocations", "legacy"), "accepted")
    assert told(world) == {**expected, part: "unavailable"}


def test_a_client_that_is_refused_is_noted(
    world: SessionWorld, sign_out: SignOut, revoker: InMemoryTokenRevoker
) -> None:
    revoker.knows_client = False
    assert not sign_out.end(world.sign_in(), "").is_complete
    assert told(world)["provider"] == "misconfigured"


def test_an_expired_session_is_ended_too(
    world: SessionWorld, sign_out: SignOut, revoker: InMemoryTokenRevoker
) -> None:
    # RF-06
    tokens = world.sign_in()
    world.clock.advance(HOUR + timedelta(minutes=5))

    assert sign_out.end(tokens, "").is_complete
    assert revoker.revoked == [tokens.refresh_token]


def without_keys(world: SessionWorld, revoker: InMemoryTokenRevoker, **changes: Any) -> SignOut:
    parts: dict[str, Any] = {
        "revoker": revoker,
        "validator": world.validator_without_keys(),
        "refresher": None,
        "legacy": None,
        "revocations": world.revocations,
        "lifetime": LIFETIME,
        "clock": world.clock,
        "audit": world.audit,
    }
    return SignOut(**{**parts, **changes})


def test_without_keys_the_provider_is_told_and_the_list_is_said_not_to_be(
    world: SessionWorld, revoker: InMemoryTokenRevoker
) -> None:
    # RF-06
    tokens = world.sign_in()

    assert not without_keys(world, revoker).end(tokens, "").is_complete
    assert revoker.revoked == [tokens.refresh_token]
    assert world.revocations.sessions == {}
    assert told(world)["revocations"] == "unavailable"


def test_where_no_list_is_kept_keys_are_not_needed(
    world: SessionWorld, revoker: InMemoryTokenRevoker
) -> None:
    assert without_keys(world, revoker, revocations=None).end(world.sign_in(), "").is_complete


def test_a_forged_session_revokes_nobody_elses(
    world: SessionWorld, sign_out: SignOut, revoker: InMemoryTokenRevoker
) -> None:
    forged = world.mint.access(signed_by="stranger", origin_jti="sign-in-1")

    assert sign_out.end(attrs.evolve(world.sign_in(), access_token=forged), "").is_complete
    assert world.revocations.sessions == {}


def test_where_nobody_is_signed_in_there_is_nothing_to_end(
    sign_out: SignOut, revoker: InMemoryTokenRevoker
) -> None:
    assert sign_out.end(None, "").is_complete
    assert revoker.revoked == []


def test_a_session_that_cannot_be_read_is_recorded_as_not_revoked(
    world: SessionWorld, sign_out: SignOut, revoker: InMemoryTokenRevoker
) -> None:
    # RF-06
    header = world.legacy.open(ACCOUNT)
    outage = CoordinationUnavailableError("the store does not answer")

    assert not sign_out.end_unread(outage, header).is_complete
    assert revoker.revoked == []
    assert world.legacy.resolve(header) is None
    assert told(world) == {"provider": "unavailable", "legacy": "accepted"}


def test_a_revoked_session_is_remembered_until_its_last_token_has_expired(
    world: SessionWorld, sign_out: SignOut
) -> None:
    """RF-08: also one that another request got a moment ago, and that outlives what was shown."""
    tokens = world.sign_in()
    world.clock.advance(HOUR - timedelta(minutes=1))
    renewed = world.decide(tokens)
    assert isinstance(renewed, Admitted)

    sign_out.end(tokens, "")

    world.clock.advance(HOUR - timedelta(minutes=1))
    assert world.decide(renewed.session.tokens) == SignInRequired("session_revoked", has_ended=True)
    assert world.revocations.sessions["sign-in-1"] > renewed.session.access.expires_at


def test_a_session_that_cognito_did_not_hear_of_stays_ended_for_its_whole_life(
    world: SessionWorld, sign_out: SignOut, revoker: InMemoryTokenRevoker
) -> None:
    # RF-08
    tokens = world.sign_in()
    revoker.available = False

    assert not sign_out.end(tokens, "").is_complete

    for later in (HOUR, timedelta(days=1), LIFETIME - timedelta(days=2)):
        world.clock.advance(later)
        assert isinstance(world.decide(tokens), SignInRequired)
    assert world.provider.sent == []


@pytest.mark.parametrize("rotates", [False, True])
def test_nobody_goes_on_with_what_is_remembered_of_an_ended_session(
    world: SessionWorld, sign_out: SignOut, revoker: InMemoryTokenRevoker, *, rotates: bool
) -> None:
    """RF-06: not by an old copy of its cookies either, whose token another request had traded."""
    world.provider.rotates = rotates
    old = world.sign_in()
    world.clock.advance(HOUR)
    renewed = world.decide(old)
    assert isinstance(renewed, Admitted)

    for shown in (old, renewed.session.tokens):
        assert sign_out.end(shown, "").is_complete
        world.revocations.sessions.clear()
        assert isinstance(world.decide(old), SignInRequired)
    assert {old.refresh_token, renewed.session.tokens.refresh_token} <= set(revoker.revoked)


def test_tokens_that_name_no_sign_in_cannot_be_listed_and_that_is_said(
    world: SessionWorld, sign_out: SignOut
) -> None:
    tokens = world.sign_in(origin_jti=None)

    assert not sign_out.end(tokens, "").is_complete
    assert told(world)["revocations"] == "rejected"


def test_a_token_whose_key_left_the_key_set_is_not_listed_and_that_is_said(
    world: SessionWorld, sign_out: SignOut, revoker: InMemoryTokenRevoker
) -> None:
    """RF-06: a process that still has the key in memory admits the token."""
    tokens = attrs.evolve(world.sign_in(), access_token=world.access_with_a_lost_key())

    assert not sign_out.end(tokens, "").is_complete
    assert revoker.revoked == [tokens.refresh_token]
    assert told(world)["revocations"] == "rejected"
    assert "token_unknown_key" in {event.reason for event in world.audit.events}


def test_where_no_list_is_kept_a_lost_key_leaves_the_sign_out_complete(
    world: SessionWorld, revoker: InMemoryTokenRevoker
) -> None:
    tokens = attrs.evolve(world.sign_in(), access_token=world.access_with_a_lost_key())
    parts: dict[str, Any] = {"validator": world.validator, "revocations": None}

    assert without_keys(world, revoker, **parts).end(tokens, "").is_complete


def test_a_token_that_is_not_valid_yet_by_this_clock_is_not_listed_and_that_is_said(
    world: SessionWorld, sign_out: SignOut
) -> None:
    """RF-06: it is valid by the clocks of other processes."""
    tokens = world.sign_in()
    world.clock.advance(-HOUR)

    assert not sign_out.end(tokens, "").is_complete
    assert told(world)["revocations"] == "rejected"


def test_an_empty_list_of_a_process_is_a_list(
    world: SessionWorld, revoker: InMemoryTokenRevoker
) -> None:
    """RF-08: the first entry is written, too."""
    revocations = ProcessRevocationList(world.clock)
    parts: dict[str, Any] = {"validator": world.validator, "revocations": revocations}

    assert without_keys(world, revoker, **parts).end(world.sign_in(), "").is_complete
    assert revocations.size == 1


def test_the_record_holds_no_token_and_no_cookie(world: SessionWorld, sign_out: SignOut) -> None:
    # SP-11
    tokens, header = world.sign_in(), world.legacy.open(ACCOUNT)
    sign_out.end(tokens, header)
    shown = repr(world.audit.events)
    for secret in (tokens.access_token, str(tokens.refresh_token), header):
        assert secret not in shown


class TestEverywhere:
    """All sessions of one user, at an administrator's word."""

    @pytest.fixture
    def directory(self) -> InMemoryUserDirectory:
        return InMemoryUserDirectory()

    @pytest.fixture
    def sessions(self, directory: InMemoryUserDirectory) -> InMemoryUserSessions:
        return InMemoryUserSessions(directory)

    @pytest.fixture
    def everywhere(
        self,
        world: SessionWorld,
        directory: InMemoryUserDirectory,
        sessions: InMemoryUserSessions,
    ) -> SignOutEverywhere:
        parts: dict[str, Any] = {"directory": directory, "sessions": sessions}
        return SignOutEverywhere(
            **parts,
            revocations=world.revocations,
            leeway=LEEWAY,
            clock=world.clock,
            audit=world.audit,
        )

    def test_ends_what_there_is_and_not_what_comes(
        self,
        world: SessionWorld,
        everywhere: SignOutEverywhere,
        directory: InMemoryUserDirectory,
        sessions: InMemoryUserSessions,
    ) -> None:
        # RF-08
        subject = directory.add("anna").subject
        sessions.begin("anna")
        tokens = world.sign_in(sub=subject, origin_jti="of-anna")

        ended = everywhere.end("anna")

        assert (ended.subject, ended.legacy_uid) == (subject, None)
        assert sessions.open == {}
        assert world.decide(tokens) == SignInRequired("session_revoked", has_ended=True)
        world.clock.advance(LEEWAY + timedelta(seconds=1))
        assert isinstance(world.decide(world.sign_in(sub=subject)), Admitted)
        assert world.revocations.users[subject][1] >= world.now + LIFETIME

    def test_ends_what_began_a_moment_later_by_a_clock_that_is_ahead(
        self,
        world: SessionWorld,
        everywhere: SignOutEverywhere,
        directory: InMemoryUserDirectory,
        sessions: InMemoryUserSessions,
    ) -> None:
        """RF-08: Cognito's clock says when a sign-in was, ours when the administrator spoke."""
        subject = directory.add("anna").subject
        sessions.begin("anna")
        ahead = int((world.now + LEEWAY).timestamp())
        tokens = world.sign_in(sub=subject, auth_time=ahead)

        everywhere.end("anna")

        world.clock.advance(LEEWAY)
        assert world.decide(tokens) == SignInRequired("session_revoked", has_ended=True)

    def test_ends_what_could_be_refreshed_for_a_year_though_cognito_is_told_nothing(
        self,
        world: SessionWorld,
        everywhere: SignOutEverywhere,
        directory: InMemoryUserDirectory,
    ) -> None:
        """RF-08: as after an outage that nobody came back to."""
        subject = directory.add("anna").subject
        tokens = world.sign_in(sub=subject)

        everywhere.end("anna")

        world.clock.advance(LIFETIME - HOUR)
        assert world.decide(tokens) == SignInRequired("session_revoked", has_ended=True)

    def test_a_list_of_this_process_takes_its_first_user(
        self,
        world: SessionWorld,
        directory: InMemoryUserDirectory,
        sessions: InMemoryUserSessions,
    ) -> None:
        # RF-08: an empty list is not the same as none.
        revocations = ProcessRevocationList(world.clock)
        parts: dict[str, Any] = {"directory": directory, "sessions": sessions}
        everywhere = SignOutEverywhere(
            **parts,
            revocations=revocations,
            leeway=timedelta(0),
            clock=world.clock,
            audit=world.audit,
        )
        tokens = world.sign_in(sub=directory.add("anna").subject)

        everywhere.end("anna")

        assert revocations.is_revoked(world.validator.verify_access_token(tokens.access_token))

    def test_nobody_is_an_error(self, world: SessionWorld, everywhere: SignOutEverywhere) -> None:
        with pytest.raises(AccountNotFoundError):
            everywhere.end("nobody")
        assert told(world) == {"everywhere": "rejected"}

    def test_an_outage_of_the_list_is_said_and_ends_what_can_be_ended_nevertheless(
        self,
        world: SessionWorld,
        everywhere: SignOutEverywhere,
        directory: InMemoryUserDirectory,
        sessions: InMemoryUserSessions,
    ) -> None:
        directory.add("anna")
        sessions.begin("anna")
        world.revocations.unavailable = True
        with pytest.raises(CoordinationUnavailableError):
            everywhere.end("anna")
        assert not sessions.open
        assert told(world) == {"everywhere": "unavailable"}

    def test_an_outage_of_the_pool_is_said(
        self, world: SessionWorld, everywhere: SignOutEverywhere, directory: InMemoryUserDirectory
    ) -> None:
        directory.unavailable = True
        with pytest.raises(ProviderUnavailableError):
            everywhere.end("anna")
        assert told(world) == {"everywhere": "unavailable"}
