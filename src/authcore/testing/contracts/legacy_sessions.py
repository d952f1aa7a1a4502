"""What every LegacySessions and every LegacySignOut promises."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Final

import pytest

from authcore.domain.errors import LegacyUnavailableError
from authcore.domain.model.accounts import LegacyAccount
from authcore.ports.legacy_sessions import LegacySessions, LegacySignOut
from authcore.testing.contracts.suite import ContractSuite


STRANGERS: Final = (
    "",
    "theme=dark",
    "legacy=1; session=2; __Secure-authcore_session=3",
    ";;;===;",
    "naïve=Ünïcode",
)


class LegacySessionsContract(ContractSuite):
    """Subclass it, and say which legacy system, and how to sign in to it."""

    @pytest.fixture
    @abstractmethod
    def sessions(self) -> LegacySessions:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def account(self) -> LegacyAccount:
        """Returns an account of the legacy system, as the adapter must return it."""

    @pytest.fixture
    @abstractmethod
    def sign_in(self) -> Callable[[], str]:
        """Returns a function that signs *account* in and returns the ``Cookie`` header."""

    @pytest.fixture
    @abstractmethod
    def sign_out(self) -> Callable[[str], None]:
        """Returns a function that ends the session of a header, without the adapter."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the legacy system unavailable."""

    def test_whoever_is_signed_in_there_is_known_here(
        self, sessions: LegacySessions, account: LegacyAccount, sign_in: Callable[[], str]
    ) -> None:
        header = sign_in()

        assert sessions.are_carried(header)
        assert sessions.resolve(header) == account

    def test_other_cookies_are_not_in_the_way(
        self, sessions: LegacySessions, account: LegacyAccount, sign_in: Callable[[], str]
    ) -> None:
        header = f"theme=dark; {sign_in()}; lang=de"

        assert sessions.resolve(header) == account

    @pytest.mark.parametrize("header", STRANGERS, ids=lambda header: ascii(header[:20]))
    def test_who_carries_nothing_is_nobody(self, sessions: LegacySessions, header: str) -> None:
        assert sessions.resolve(header) is None

    def test_a_session_that_ended_is_nobodys(
        self,
        sessions: LegacySessions,
        sign_in: Callable[[], str],
        sign_out: Callable[[str], None],
    ) -> None:
        header = sign_in()
        sign_out(header)

        assert sessions.resolve(header) is None

    def test_an_altered_session_is_nobodys(
        self, sessions: LegacySessions, sign_in: Callable[[], str]
    ) -> None:
        header = sign_in()

        assert sessions.resolve(header[:-1] + chr(ord(header[-1]) ^ 1)) is None
        assert sessions.resolve(header + "x") is None

    def test_the_same_session_twice_is_one_session(
        self, sessions: LegacySessions, account: LegacyAccount, sign_in: Callable[[], str]
    ) -> None:
        header = sign_in()

        assert sessions.resolve(f"{header}; {header}") == account

    def test_two_sessions_are_nobodys(
        self, sessions: LegacySessions, sign_in: Callable[[], str]
    ) -> None:
        """CK-07: one of them may be an attacker's, set from a sibling host."""
        assert sessions.resolve(f"{sign_in()}; {sign_in()}") is None

    def test_an_outage_is_not_a_no(
        self, sessions: LegacySessions, sign_in: Callable[[], str], outage: Callable[[], None]
    ) -> None:
        header = sign_in()
        outage()

        assert sessions.are_carried(header)
        with pytest.raises(LegacyUnavailableError):
            sessions.resolve(header)

    def test_errors_hold_no_session(
        self, sessions: LegacySessions, sign_in: Callable[[], str], outage: Callable[[], None]
    ) -> None:
        # SP-11
        header = sign_in()
        outage()

        with pytest.raises(LegacyUnavailableError) as outcome:
            sessions.resolve(header)
        assert header.partition("=")[2] not in repr(outcome.value) + str(outcome.value)


class LegacySignOutContract(ContractSuite):
    """Subclass it, and say which legacy system, and how to sign in to it."""

    @pytest.fixture
    @abstractmethod
    def ending(self) -> LegacySignOut:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def sign_in(self) -> Callable[[], str]:
        """Returns a function that signs a user in and returns the ``Cookie`` header."""

    @pytest.fixture
    @abstractmethod
    def is_open(self) -> Callable[[str], bool]:
        """Returns a function that tells whether the legacy system accepts a header's session."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the legacy system unavailable."""

    def test_a_session_is_ended(
        self, ending: LegacySignOut, sign_in: Callable[[], str], is_open: Callable[[str], bool]
    ) -> None:
        # RF-06
        header, other = sign_in(), sign_in()
        assert is_open(header)

        ending.end(header)
        ending.end(header)

        assert not is_open(header)
        assert is_open(other)

    def test_two_sessions_are_both_ended(
        self, ending: LegacySignOut, sign_in: Callable[[], str], is_open: Callable[[str], bool]
    ) -> None:
        headers = [sign_in(), sign_in()]

        ending.end("; ".join(headers))

        assert not any(map(is_open, headers))

    @pytest.mark.parametrize("header", STRANGERS, ids=lambda header: ascii(header[:20]))
    def test_where_there_is_none_there_is_nothing_to_end(
        self, ending: LegacySignOut, header: str
    ) -> None:
        ending.end(header)

    def test_an_outage_is_said(
        self, ending: LegacySignOut, sign_in: Callable[[], str], outage: Callable[[], None]
    ) -> None:
        header = sign_in()
        outage()

        with pytest.raises(LegacyUnavailableError):
            ending.end(header)

    def test_the_cookie_is_deleted_for_the_domain_and_for_the_host_alone(
        self, ending: LegacySignOut, outage: Callable[[], None]
    ) -> None:
        # RF-06: also during an outage.
        outage()
        deleting = ending.clear()

        assert {"Domain=" in value for value in deleting} == {True, False}
        assert all("=; Max-Age=0; " in value and "; Path=/" in value for value in deleting)
