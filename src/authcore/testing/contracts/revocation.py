"""What every RevocationList promises."""

from abc import abstractmethod
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Final

import pytest

from authcore.domain.errors import CoordinationUnavailableError
from authcore.domain.model.tokens import AccessClaims, SignedClaims
from authcore.ports.revocation import RevocationList
from authcore.ports.system import Clock
from authcore.testing.contracts.suite import ContractSuite


HOUR: Final = timedelta(hours=1)


def access_claims(
    signed_in_at: datetime, *, subject: str = "anna", origin_jti: str | None = "sign-in-1"
) -> AccessClaims:
    """Claims of an access token of this sign-in, issued by a refresh a moment ago."""
    begun = int(signed_in_at.timestamp())
    claims = {"sub": subject, "auth_time": begun, "iat": begun + 1800, "exp": begun + 5400}
    return AccessClaims(
        SignedClaims(claims | ({} if origin_jti is None else {"origin_jti": origin_jti}))
    )


class RevocationListContract(ContractSuite):
    """Run by every RevocationList: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def revocations(self) -> RevocationList:
        """Returns the list under test, without entries."""

    @pytest.fixture
    @abstractmethod
    def revocations_clock(self) -> Clock:
        """Returns the clock by which ``revocations`` tells when an entry expires."""

    @pytest.fixture
    @abstractmethod
    def fast_forward(self) -> Callable[[timedelta], None]:
        """Returns a function that lets time pass for ``revocations``."""

    @pytest.fixture
    def now(self, revocations_clock: Clock) -> datetime:
        return revocations_clock.now()

    def test_nobody_is_revoked_at_first(self, revocations: RevocationList, now: datetime) -> None:
        assert not revocations.is_revoked(access_claims(now))
        assert not revocations.is_revoked(access_claims(now, origin_jti=None))
        assert not revocations.is_user_revoked("anna")

    def test_a_revoked_session_is_revoked_with_all_its_refreshed_tokens(
        self, revocations: RevocationList, now: datetime
    ) -> None:
        # RF-08
        revocations.revoke_session("sign-in-1", until=now + HOUR)
        revocations.revoke_session("sign-in-1", until=now + HOUR)

        assert revocations.is_revoked(access_claims(now))

    def test_the_users_other_sessions_and_other_users_go_on(
        self, revocations: RevocationList, now: datetime
    ) -> None:
        revocations.revoke_session("sign-in-1", until=now + HOUR)

        assert not revocations.is_revoked(access_claims(now, origin_jti="sign-in-2"))
        assert not revocations.is_revoked(access_claims(now, origin_jti="SIGN-IN-1"))
        assert not revocations.is_revoked(access_claims(now, origin_jti=None))

    def test_a_revoked_user_loses_every_session_begun_until_then(
        self, revocations: RevocationList, now: datetime
    ) -> None:
        # RF-08: a refresh gives tokens a new ``iat``, and the sign-in is still the old one.
        revocations.revoke_user("anna", signed_in_until=now, until=now + HOUR)

        for begun in (now, now - timedelta(seconds=1), now - timedelta(days=20)):
            assert revocations.is_revoked(access_claims(begun))
            assert revocations.is_revoked(access_claims(begun, origin_jti=None))

    def test_a_revoked_user_may_sign_in_anew(
        self, revocations: RevocationList, now: datetime
    ) -> None:
        revocations.revoke_user("anna", signed_in_until=now, until=now + HOUR)

        assert not revocations.is_revoked(access_claims(now + timedelta(seconds=1)))
        assert not revocations.is_revoked(access_claims(now, subject="Anna"))

    def test_a_revoked_user_is_known_by_the_sub_alone_until_the_entry_ends(
        self, revocations: RevocationList, now: datetime, fast_forward: Callable[[timedelta], None]
    ) -> None:
        # RF-08: a session of the old login says who, and not since when.
        revocations.revoke_user("anna", signed_in_until=now - HOUR, until=now + HOUR)
        fast_forward(HOUR - timedelta(seconds=2))

        assert revocations.is_user_revoked("anna")
        assert not revocations.is_user_revoked("Anna")
        assert not revocations.is_user_revoked("berta")

        fast_forward(timedelta(seconds=4))
        assert not revocations.is_user_revoked("anna")

    def test_a_session_of_another_login_that_says_when_it_began_is_revoked_if_it_began_before(
        self, revocations: RevocationList, now: datetime
    ) -> None:
        # RF-08
        revocations.revoke_user("anna", signed_in_until=now, until=now + HOUR)

        for begun in (now, now - timedelta(days=20)):
            assert revocations.is_user_revoked("anna", signed_in_at=begun)
        later = now + timedelta(seconds=1)
        assert not revocations.is_user_revoked("anna", signed_in_at=later)
        assert not revocations.is_user_revoked("berta", signed_in_at=now)

    def test_undated_sessions_are_admitted_until_the_next_revocation(
        self, revocations: RevocationList, now: datetime
    ) -> None:
        # RF-08
        second = timedelta(seconds=1)
        revocations.revoke_user("anna", signed_in_until=now, until=now + HOUR)
        for reached in (now, now - second):
            revocations.admit_undated("anna", revoked_until=reached)

        assert not revocations.is_user_revoked("anna")
        assert revocations.is_user_revoked("anna", signed_in_at=now)
        assert revocations.is_revoked(access_claims(now))

        revocations.revoke_user("anna", signed_in_until=now + second, until=now + HOUR)
        assert revocations.is_user_revoked("anna")

    @pytest.mark.parametrize("behind", [0, 30])
    def test_a_permission_lasts_until_the_next_revocation_whatever_its_clock_says(
        self, revocations: RevocationList, now: datetime, behind: int
    ) -> None:
        revocations.revoke_user("anna", signed_in_until=now, until=now + HOUR)
        revocations.admit_undated("anna", revoked_until=now)
        assert not revocations.is_user_revoked("anna")
        moment = now - timedelta(seconds=behind)
        revocations.revoke_user("anna", signed_in_until=moment, until=moment + HOUR)

        assert revocations.is_user_revoked("anna")

    def test_an_earlier_permission_does_not_admit_them(
        self, revocations: RevocationList, now: datetime
    ) -> None:
        revocations.revoke_user("anna", signed_in_until=now, until=now + HOUR)
        revocations.admit_undated("anna", revoked_until=now - timedelta(seconds=1))
        revocations.admit_undated("berta", revoked_until=now)

        assert revocations.is_user_revoked("anna")
        assert not revocations.is_user_revoked("berta")

    def test_one_revoked_session_is_no_revoked_user(
        self, revocations: RevocationList, now: datetime
    ) -> None:
        revocations.revoke_session("sign-in-1", until=now + HOUR)

        assert not revocations.is_user_revoked("anna")
        assert not revocations.is_user_revoked("sign-in-1")

    def test_an_earlier_revocation_does_not_undo_a_later_one(
        self, revocations: RevocationList, now: datetime, fast_forward: Callable[[timedelta], None]
    ) -> None:
        revocations.revoke_user("anna", signed_in_until=now, until=now + 2 * HOUR)
        revocations.revoke_user("anna", signed_in_until=now - HOUR, until=now + HOUR)
        revocations.revoke_session("sign-in-1", until=now + 2 * HOUR)
        revocations.revoke_session("sign-in-1", until=now + HOUR)
        fast_forward(HOUR + timedelta(minutes=1))

        assert revocations.is_revoked(access_claims(now, origin_jti=None))
        assert revocations.is_revoked(access_claims(now, subject="berta"))

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
    def test_the_latest_moment_counts_and_the_latest_end(
        self,
        revocations: RevocationList,
        now: datetime,
        fast_forward: Callable[[timedelta], None],
        order: tuple[int, ...],
    ) -> None:
        # RF-08
        calls = [(now, now + HOUR), (now - HOUR, now + 3 * HOUR), (now - 2 * HOUR, now + 2 * HOUR)]
        for moment, end in (calls[number] for number in order):
            revocations.revoke_user("anna", signed_in_until=moment, until=end)
        fast_forward(2 * HOUR + timedelta(minutes=1))

        assert revocations.is_revoked(access_claims(now, origin_jti=None))

    def test_of_writers_that_cross_the_latest_counts(
        self, revocations: RevocationList, now: datetime, fast_forward: Callable[[timedelta], None]
    ) -> None:
        # RF-08
        def revoke(number: int) -> None:
            moment, end = now - number * HOUR, now + (number + 1) * HOUR
            revocations.revoke_user("anna", signed_in_until=moment, until=end)
            revocations.revoke_session("sign-in-1", until=end)

        with ThreadPoolExecutor(4) as threads:
            list(threads.map(revoke, range(8)))
        fast_forward(8 * HOUR - timedelta(minutes=1))

        assert revocations.is_revoked(access_claims(now, origin_jti=None))
        assert revocations.is_revoked(access_claims(now, subject="berta"))

    def test_nothing_is_asked_about_beyond_its_end(
        self, revocations: RevocationList, now: datetime, fast_forward: Callable[[timedelta], None]
    ) -> None:
        revocations.revoke_session("sign-in-1", until=now + HOUR)
        revocations.revoke_user("berta", signed_in_until=now, until=now + HOUR)
        fast_forward(HOUR - timedelta(seconds=2))
        assert revocations.is_revoked(access_claims(now))
        assert revocations.is_revoked(access_claims(now, subject="berta", origin_jti=None))

        fast_forward(timedelta(seconds=4))
        assert not revocations.is_revoked(access_claims(now))
        assert not revocations.is_revoked(access_claims(now, subject="berta", origin_jti=None))


class SharedRevocationListContract(RevocationListContract):
    """Run by every RevocationList that is kept where it may not be reached."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the store of ``revocations`` unavailable."""

    def test_an_outage_is_neither_a_yes_nor_a_no(
        self, revocations: RevocationList, now: datetime, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(CoordinationUnavailableError):
            revocations.is_revoked(access_claims(now))
        with pytest.raises(CoordinationUnavailableError):
            revocations.is_user_revoked("anna")
        with pytest.raises(CoordinationUnavailableError):
            revocations.revoke_session("sign-in-1", until=now + HOUR)
        with pytest.raises(CoordinationUnavailableError):
            revocations.admit_undated("anna", revoked_until=now)
        with pytest.raises(CoordinationUnavailableError):
            revocations.revoke_user("anna", signed_in_until=now, until=now + HOUR)
