"""What a sign-out takes along, and what is noted of it."""

from datetime import timedelta
from typing import Any

import attrs
import pytest

from authcore.domain.errors import (
    AccountNotFoundError,
    ClaimRejectedError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.session_decision import Admitted
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.domain.services.sessions.sign_out import SignOut
from authcore.domain.services.sessions.sign_out_everywhere import SignOutEverywhere
from authcore.testing.fakes.token_endpoint import InMemoryTokenRevoker
from authcore.testing.fakes.user_directory import InMemoryUserDirectory, InMemoryUserSessions
from unit.session_world import HOUR, LIFETIME, SessionWorld


@pytest.fixture
def world() -> SessionWorld:
    return SessionWorld()


@pytest.fixture
def revoker(world: SessionWorld) -> InMemoryTokenRevoker:
    return InMemoryTokenRevoker(world.provider)


@pytest.fixture
def sign_out(world: SessionWorld, revoker: InMemoryTokenRevoker) -> SignOut:
    return SignOut(
        revoker=revoker,
        validator=world.validator,
        refresher=world.refresher,
        legacy=None,
        revocations=world.revocations,
        lifetime=LIFETIME,
        clock=world.clock,
        audit=world.audit,
    )


def traded(world: SessionWorld) -> tuple[TokenSet, TokenSet]:
    """Tokens, and what another request has just traded them for."""
    world.provider.rotates = True
    old = world.sign_in()
    world.clock.advance(HOUR)
    renewed = world.decide(old)
    assert isinstance(renewed, Admitted)
    return old, renewed.session.tokens


def test_a_sign_out_revokes_what_the_token_was_traded_for(
    world: SessionWorld, sign_out: SignOut, revoker: InMemoryTokenRevoker
) -> None:
    # RF-06
    old, new = traded(world)

    assert sign_out.end(old, "").is_complete
    assert revoker.revoked == [old.refresh_token, new.refresh_token]


def test_the_successor_is_revoked_also_where_the_provider_gives_no_answer_for_the_token(
    world: SessionWorld, sign_out: SignOut, revoker: InMemoryTokenRevoker
) -> None:
    # RF-06
    old, new = traded(world)
    revoker.available = False

    assert not sign_out.end(old, "").is_complete
    assert revoker.revoked == [old.refresh_token, new.refresh_token]


def test_tokens_without_a_refresh_token_leave_nothing_to_revoke(
    world: SessionWorld, sign_out: SignOut, revoker: InMemoryTokenRevoker
) -> None:
    assert sign_out.end(attrs.evolve(world.sign_in(), refresh_token=None), "").is_complete
    assert revoker.revoked == []


def test_without_a_list_a_sign_out_is_complete_and_writes_none(
    world: SessionWorld, sign_out: SignOut
) -> None:
    without = attrs.evolve(sign_out, revocations=None)

    assert without.end(world.sign_in(origin_jti=None), "").is_complete
    assert without.end(None, "").is_complete
    assert world.revocations.sessions == {}


def test_every_part_of_a_sign_out_is_audited_with_the_subject(
    world: SessionWorld, sign_out: SignOut
) -> None:
    tokens = world.sign_in(sub="sub-jane")
    sign_out.end(tokens, "")
    assert [event.subject for event in world.audit.events] == ["sub-jane"] * 3


def test_a_sign_out_without_keys_or_tokens_is_audited_without_a_subject(
    world: SessionWorld, sign_out: SignOut
) -> None:
    attrs.evolve(sign_out, validator=world.validator_without_keys()).end(world.sign_in(), "")
    sign_out.end(None, "")
    assert {event.subject for event in world.audit.events} == {None}


class Broken(InMemoryTokenRevoker):
    def revoke(self, token: RefreshToken) -> None:
        raise ZeroDivisionError


def test_a_fault_of_ours_is_neither_a_refusal_nor_an_outage(
    world: SessionWorld, sign_out: SignOut
) -> None:
    with pytest.raises(ZeroDivisionError):
        attrs.evolve(sign_out, revoker=Broken(world.provider)).end(world.sign_in(), "")
    assert "sign_out.provider" not in {event.action for event in world.audit.events}


class TestEverywhere:
    """Sign-out of one user, by an administrator."""

    def service(self, world: SessionWorld, directory: InMemoryUserDirectory) -> SignOutEverywhere:
        return SignOutEverywhere(
            directory=directory,
            sessions=InMemoryUserSessions(directory),
            revocations=None,
            leeway=timedelta(0),
            clock=world.clock,
            audit=world.audit,
        )

    @pytest.mark.parametrize(
        ("unavailable", "error", "noted"),
        [
            (False, AccountNotFoundError, ("rejected", "account_not_found")),
            (True, ProviderUnavailableError, ("unavailable", "provider_unavailable")),
        ],
    )
    def test_what_did_not_end_is_audited(
        self,
        world: SessionWorld,
        *,
        unavailable: bool,
        error: type[Exception],
        noted: tuple[str, str],
    ) -> None:
        directory = InMemoryUserDirectory()
        directory.unavailable = unavailable

        with pytest.raises(error):
            self.service(world, directory).end("jane")
        [event] = world.audit.events
        assert (event.outcome, event.reason) == noted

    def test_a_fault_of_ours_is_not_audited_as_an_answer(self, world: SessionWorld) -> None:
        class Faulty(InMemoryUserDirectory):
            def find(self, username: str) -> Any:
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            self.service(world, Faulty()).end("jane")
        assert world.audit.events == []


def test_an_access_token_of_another_sign_in_is_refused(world: SessionWorld) -> None:
    """RF-04: whichever of the two tokens says so."""
    tokens = world.sign_in()
    before = world.validator.verify_access_token(tokens.access_token)
    access = world.mint.access(auth_time=1)
    other = world.provider.sign_in(
        lambda token: TokenSet(
            access,
            world.mint.identity(
                auth_time=before.claims["auth_time"], at_hash=world.mint.at_hash(access)
            ),
            token,
        )
    )

    with pytest.raises(ClaimRejectedError) as refusal:
        world.refresher.refresh(
            attrs.evolve(tokens, refresh_token=other.refresh_token), before, is_live=False
        )
    assert refusal.value.claim == "origin_jti"


def test_every_refresh_is_audited_with_the_subject_that_is_known(world: SessionWorld) -> None:
    tokens = world.sign_in(sub="sub-jane")
    before = world.validator.verify_access_token(tokens.access_token)

    world.refresher.refresh(tokens, before, is_live=False)
    world.recent = type(world.recent)(world.clock)
    refresher = world.session_refresher()
    world.provider.available = False
    with pytest.raises(ProviderUnavailableError):
        refresher.refresh(tokens, before, is_live=False)
    world.provider.available = True
    refused = attrs.evolve(tokens, refresh_token=RefreshToken("unknown"))
    with pytest.raises(RefreshTokenRejectedError):
        refresher.refresh(refused, before, is_live=False)
    refresher.refresh(tokens, None, is_live=False)

    noted = [(event.outcome, event.subject) for event in world.audit.events]
    assert noted == [
        ("accepted", "sub-jane"),
        ("unavailable", "sub-jane"),
        ("rejected", "sub-jane"),
        ("accepted", None),
    ]
