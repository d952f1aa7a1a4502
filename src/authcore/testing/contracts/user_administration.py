"""What every UserAdministration does."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Final

import pytest

from authcore.domain.errors import (
    AccountNotFoundError,
    PasswordPolicyError,
    ProviderUnavailableError,
)
from authcore.ports.user_directory import UserAdministration
from authcore.testing.contracts.suite import ContractSuite
from authcore.testing.contracts.user_directory import GOOGLE, Enrol, Federate


PASSWORD: Final = "Canary-Password-1"
ABSENT: Final = ("nobody", "", " ", "a\nb", "\x00", "a" * 129)
"""Names that no user of the suite has, or that no user can have."""


class UserAdministrationContract(ContractSuite):
    """Subclass it, and say which pool: as for UserDirectoryContract."""

    @pytest.fixture
    @abstractmethod
    def administration(self) -> UserAdministration:
        """Returns the adapter under test, of a pool without users."""

    @pytest.fixture
    @abstractmethod
    def enrol(self) -> Enrol:
        """Returns a function that adds native users."""

    @pytest.fixture
    @abstractmethod
    def federate(self) -> Federate:
        """Returns a function that adds external users."""

    @pytest.fixture
    @abstractmethod
    def subject_of(self) -> Callable[[str], str]:
        """Returns a function that returns the ``sub`` of the user with a name."""

    @pytest.fixture
    @abstractmethod
    def opens(self) -> Callable[[str, str], bool]:
        """Returns a function that tells whether a user name and a password sign in."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the pool unavailable."""

    def test_a_native_user_is_found_by_sub(
        self, administration: UserAdministration, enrol: Enrol
    ) -> None:
        subject = enrol("anna", {"email": "anna@example.com"})
        enrol("berta", {})

        found = administration.find_by_subject(subject)

        assert found is not None
        assert (found.username, found.subject) == ("anna", subject)
        assert found.attributes["email"] == "anna@example.com"

    def test_an_external_user_is_found_by_sub(
        self,
        administration: UserAdministration,
        enrol: Enrol,
        federate: Federate,
        subject_of: Callable[[str], str],
    ) -> None:
        federate(GOOGLE, {"name": "Anna"})
        enrol("berta", {})

        found = administration.find_by_subject(subject_of("Google_1"))

        assert found is not None
        assert (found.username, found.attributes["name"]) == ("Google_1", "Anna")
        assert not found.found_by_subject

    @pytest.mark.parametrize(
        "subject", ["00000000-0000-4000-8000-0000000fffff", "anna", "", " ", 'x" or sub = "', "é"]
    )
    def test_no_user_has_another_sub(
        self, administration: UserAdministration, enrol: Enrol, subject: str
    ) -> None:
        enrol("anna", {})

        assert administration.find_by_subject(subject) is None

    def test_a_disabled_user_is_disabled_until_enabled(
        self, administration: UserAdministration, enrol: Enrol
    ) -> None:
        subjects = [enrol("anna", {}), enrol("berta", {})]

        administration.disable_user("anna")
        administration.disable_user("anna")
        assert [self.is_enabled(administration, each) for each in subjects] == [False, True]

        administration.enable_user("anna")
        administration.enable_user("anna")
        assert [self.is_enabled(administration, each) for each in subjects] == [True, True]

    def test_a_user_is_switched_by_sub_too(
        self, administration: UserAdministration, enrol: Enrol
    ) -> None:
        subject = enrol("anna", {})
        found = administration.find_by_subject(subject)
        assert found is not None
        assert found.found_by_subject

        administration.disable_user(subject)
        assert not self.is_enabled(administration, subject)
        administration.enable_user(subject)
        assert self.is_enabled(administration, subject)

    def test_a_password_is_set_and_the_one_before_opens_nothing(
        self, administration: UserAdministration, enrol: Enrol, opens: Callable[[str, str], bool]
    ) -> None:
        enrol("anna", {})
        administration.set_password("anna", "Former-Password-1")

        administration.set_password("anna", PASSWORD)
        administration.set_password("anna", PASSWORD)

        assert opens("anna", PASSWORD)
        assert not opens("anna", "Former-Password-1")

    def test_a_passphrase_is_set(
        self, administration: UserAdministration, enrol: Enrol, opens: Callable[[str, str], bool]
    ) -> None:
        enrol("anna", {})
        administration.set_password("anna", "Correct horse battery staple 1")
        assert opens("anna", "Correct horse battery staple 1")

    @pytest.mark.parametrize(
        "password",
        [
            "",
            "short",
            "a" * 257,
            " Blank-at-the-Start1",
            "Blank-at-the-End1 ",
            "Two\nlines-1",
            "\ud800",
        ],
    )
    def test_a_password_that_no_pool_accepts_is_refused_and_the_one_before_stays(
        self,
        administration: UserAdministration,
        enrol: Enrol,
        opens: Callable[[str, str], bool],
        password: str,
    ) -> None:
        enrol("anna", {})
        administration.set_password("anna", PASSWORD)

        with pytest.raises(PasswordPolicyError) as refused:
            administration.set_password("anna", password)

        assert opens("anna", PASSWORD)
        assert not password or password not in f"{refused.value!s}{refused.value.detail}"

    @pytest.mark.parametrize("name", ABSENT)
    def test_no_other_name_is_a_user(self, administration: UserAdministration, name: str) -> None:
        for act in (administration.disable_user, administration.enable_user):
            with pytest.raises(AccountNotFoundError):
                act(name)
        with pytest.raises(AccountNotFoundError):
            administration.set_password(name, PASSWORD)

    def test_an_outage_is_no_answer(
        self, administration: UserAdministration, enrol: Enrol, outage: Callable[[], None]
    ) -> None:
        subject = enrol("anna", {})
        outage()

        with pytest.raises(ProviderUnavailableError):
            administration.find_by_subject(subject)
        for act in (administration.disable_user, administration.enable_user):
            with pytest.raises(ProviderUnavailableError):
                act("anna")
        with pytest.raises(ProviderUnavailableError):
            administration.set_password("anna", PASSWORD)

    @staticmethod
    def is_enabled(administration: UserAdministration, subject: str) -> bool:
        """Return whether the user may sign in."""
        found = administration.find_by_subject(subject)
        assert found is not None
        return found.enabled
