"""What every LegacyProfiles does."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Final

import pytest

from authcore.domain.errors import AccountMismatchError, LegacyUnavailableError
from authcore.domain.model.accounts import MAX_PROFILES, DeletedAccount, LegacyAccount
from authcore.ports.legacy_profiles import LegacyProfiles
from authcore.testing.contracts.suite import ContractSuite


CORDELIA: Final = LegacyAccount(
    "4711", "cordelia", "cordelia@example.org", email_verified=True, display_name="Cordelia ⚓"
)
LEAR: Final = LegacyAccount(
    "4712", "lear", None, email_verified=False, display_name=None, locked=True
)
KENT: Final = LegacyAccount(
    "4714", "kent", "kent@example.org", email_verified=False, display_name=None, cognito_id="s-kent"
)
GONERIL: Final = DeletedAccount("4713", "s-goneril")
KNOWN: Final = (CORDELIA, LEAR, KENT, GONERIL)


class LegacyProfilesContract(ContractSuite):
    """Subclass it, and say which legacy system: one of exactly KNOWN."""

    @pytest.fixture
    @abstractmethod
    def profiles(self) -> LegacyProfiles:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def go_down(self) -> Callable[[], None]:
        """Returns a function that makes the legacy system unavailable."""

    @pytest.fixture
    @abstractmethod
    def mix_up(self) -> Callable[[], None]:
        """Returns a function that makes the legacy system answer about other accounts."""

    @pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.legacy_uid)
    def test_an_account_is_read_as_it_is_now(
        self, profiles: LegacyProfiles, known: LegacyAccount | DeletedAccount
    ) -> None:
        assert profiles.read([known.legacy_uid]) == {known.legacy_uid: known}

    def test_several_accounts_are_read_at_once(self, profiles: LegacyProfiles) -> None:
        asked = [*(known.legacy_uid for known in KNOWN), "4799", "4711"]

        assert profiles.read(asked) == {known.legacy_uid: known for known in KNOWN}

    def test_nothing_is_known_of_no_account(self, profiles: LegacyProfiles) -> None:
        assert profiles.read([]) == {}

    @pytest.mark.parametrize("uid", ["", " 4711", "4711 ", "04711", "x" * 65, "\0", "\ud800", "é"])
    def test_another_id_is_no_account(self, profiles: LegacyProfiles, uid: str) -> None:
        assert profiles.read([uid]) == {}

    def test_more_ids_than_the_maximum_are_a_mistake_of_the_caller(
        self, profiles: LegacyProfiles
    ) -> None:
        ids = [str(number) for number in range(MAX_PROFILES + 1)]
        assert profiles.read(ids[1:]) == {}

        with pytest.raises(ValueError, match="more ids"):
            profiles.read(ids)

    def test_an_answer_about_another_account_is_a_refusal(
        self, profiles: LegacyProfiles, mix_up: Callable[[], None]
    ) -> None:
        mix_up()

        with pytest.raises(AccountMismatchError):
            profiles.read([CORDELIA.legacy_uid])

    def test_an_outage_is_not_an_unknown_account(
        self, profiles: LegacyProfiles, go_down: Callable[[], None]
    ) -> None:
        go_down()

        with pytest.raises(LegacyUnavailableError):
            profiles.read([CORDELIA.legacy_uid])
