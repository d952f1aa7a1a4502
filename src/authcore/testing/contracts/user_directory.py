"""What every UserDirectory and every UserSessions does."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import Final

import pytest

from authcore.domain.errors import (
    AccountNotFoundError,
    AttributesRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.directory import ExternalIdentity
from authcore.ports.user_directory import UserDirectory, UserSessions
from authcore.testing.contracts.suite import ContractSuite


Enrol = Callable[[str, Mapping[str, str]], str]
"""Creates an enabled user with this name and these attributes; returns the ``sub``."""

Federate = Callable[[ExternalIdentity, Mapping[str, str]], None]
"""Creates the external user of a first sign-in with this identity and these attributes."""

GOOGLE: Final = ExternalIdentity("Google", "1")


class UserDirectoryContract(ContractSuite):
    """
    Subclass it, and say which pool.

    One that knows ``custom:legacy_uid`` and Google, calls users by their names as they are written,
    and has no aliases.
    """

    @pytest.fixture
    @abstractmethod
    def directory(self) -> UserDirectory:
        """Returns the directory under test, without users."""

    @pytest.fixture
    @abstractmethod
    def enrol(self) -> Enrol:
        """Returns a function that adds native users, without the directory."""

    @pytest.fixture
    @abstractmethod
    def federate(self) -> Federate:
        """Returns a function that adds external users."""

    @pytest.fixture
    @abstractmethod
    def disable(self) -> Callable[[str], None]:
        """Returns a function that disables a user by name."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the pool unavailable."""

    def test_nobody_is_found_in_an_empty_pool(self, directory: UserDirectory) -> None:
        assert directory.find("anna") is None

    @pytest.mark.parametrize("name", ["", " ", "a b", "a\nb", "\x00", "a" * 129])
    def test_a_name_that_no_user_can_have_finds_nobody(
        self, directory: UserDirectory, name: str
    ) -> None:
        assert directory.find(name) is None

    def test_a_user_is_found_by_name_with_all_attributes(
        self, directory: UserDirectory, enrol: Enrol
    ) -> None:
        subject = enrol("anna", {"email": "anna@example.com", "name": "Änna ⚓"})

        found = directory.find("anna")

        assert found is not None
        assert (found.username, found.subject, found.enabled) == ("anna", subject, True)
        assert found.attributes["sub"] == subject
        assert found.attributes["email"] == "anna@example.com"
        assert found.attributes["name"] == "Änna ⚓"

    def test_a_user_of_the_pools_own_is_found_by_sub(
        self, directory: UserDirectory, enrol: Enrol
    ) -> None:
        subject = enrol("anna", {})

        found = directory.find(subject)

        assert found is not None
        assert found.username == "anna"

    def test_an_external_user_is_found_by_name_and_not_by_sub(
        self, directory: UserDirectory, federate: Federate
    ) -> None:
        federate(GOOGLE, {"name": "Anna"})

        found = directory.find("Google_1")

        assert found is not None
        assert (found.username, found.attributes["name"]) == ("Google_1", "Anna")
        assert directory.find(found.subject) is None

    def test_an_external_user_is_written_to_by_name_and_not_by_sub(
        self, directory: UserDirectory, federate: Federate
    ) -> None:
        federate(GOOGLE, {"name": "Anna"})
        before = directory.find("Google_1")
        assert before is not None

        with pytest.raises(AccountNotFoundError):
            directory.set_attributes(before.subject, {"custom:legacy_uid": "42"})
        assert directory.find("Google_1") == before

        directory.set_attributes("Google_1", {"custom:legacy_uid": "42"})

        after = directory.find("Google_1")
        assert after is not None
        assert after.attributes == {**before.attributes, "custom:legacy_uid": "42"}

    def test_a_disabled_user_is_found_and_says_so(
        self, directory: UserDirectory, enrol: Enrol, disable: Callable[[str], None]
    ) -> None:
        enrol("anna", {})
        disable("anna")

        found = directory.find("anna")

        assert found is not None
        assert found.enabled is False

    def test_written_attributes_are_found_and_the_others_stay(
        self, directory: UserDirectory, enrol: Enrol
    ) -> None:
        enrol("anna", {"name": "Anna", "locale": "de"})

        directory.set_attributes("anna", {"name": "Ännchen", "custom:legacy_uid": "42"})

        attributes = _attributes(directory)
        assert attributes["name"] == "Ännchen"
        assert attributes["custom:legacy_uid"] == "42"
        assert attributes["locale"] == "de"

    def test_writing_the_same_twice_changes_nothing(
        self, directory: UserDirectory, enrol: Enrol
    ) -> None:
        enrol("anna", {})
        directory.set_attributes("anna", {"custom:legacy_uid": "42"})
        once = _attributes(directory)

        directory.set_attributes("anna", {"custom:legacy_uid": "42"})

        assert _attributes(directory) == once

    def test_an_empty_value_deletes_the_attribute(
        self, directory: UserDirectory, enrol: Enrol
    ) -> None:
        enrol("anna", {"name": "Anna"})

        directory.set_attributes("anna", {"name": ""})

        assert "name" not in _attributes(directory)

    def test_a_new_email_is_not_verified(self, directory: UserDirectory, enrol: Enrol) -> None:
        enrol("anna", {"email": "anna@example.com", "email_verified": "true"})

        directory.set_attributes("anna", {"email": "new@example.com"})

        assert _attributes(directory)["email"] == "new@example.com"
        assert _attributes(directory).get("email_verified") != "true"

    def test_a_new_email_is_verified_where_that_is_said_beside_it(
        self, directory: UserDirectory, enrol: Enrol
    ) -> None:
        enrol("anna", {"email": "anna@example.com"})

        directory.set_attributes("anna", {"email": "new@example.com", "email_verified": "true"})

        assert _attributes(directory)["email_verified"] == "true"

    @pytest.mark.parametrize("name", ["nobody", "", "a b"])
    def test_nothing_is_written_to_nobody(self, directory: UserDirectory, name: str) -> None:
        with pytest.raises(AccountNotFoundError):
            directory.set_attributes(name, {"name": "Anna"})

    def test_the_longest_value_is_written(self, directory: UserDirectory, enrol: Enrol) -> None:
        enrol("anna", {})

        directory.set_attributes("anna", {"custom:legacy_uid": "é" * 2048})

        assert _attributes(directory)["custom:legacy_uid"] == "é" * 2048

    @pytest.mark.parametrize(
        "attributes",
        [
            {"name": "a" * 2049},
            {"custom:" + "n" * 26: "42"},
            {"": "42"},
            {f"custom:{number}": "42" for number in range(51)},
        ],
        ids=["value of 2049", "name of 33", "empty name", "51 attributes"],
    )
    def test_what_is_larger_than_a_user_can_be_is_refused(
        self, directory: UserDirectory, enrol: Enrol, attributes: Mapping[str, str]
    ) -> None:
        enrol("anna", {})

        with pytest.raises(AttributesRejectedError):
            directory.set_attributes("anna", attributes)

    def test_an_unknown_attribute_is_refused_and_nothing_beside_it_written(
        self, directory: UserDirectory, enrol: Enrol
    ) -> None:
        enrol("anna", {"name": "Anna"})

        with pytest.raises(AttributesRejectedError):
            directory.set_attributes("anna", {"name": "Ännchen", "custom:nobody_made_it": "42"})

        assert _attributes(directory)["name"] == "Anna"

    def test_nobody_becomes_somebody_else(self, directory: UserDirectory, enrol: Enrol) -> None:
        """``sub`` cannot be written."""
        subject = enrol("anna", {})

        with pytest.raises(AttributesRejectedError):
            directory.set_attributes("anna", {"sub": "00000000-0000-4000-8000-00000000beef"})

        assert _attributes(directory)["sub"] == subject

    def test_a_deleted_user_is_gone_and_the_others_stay(
        self, directory: UserDirectory, enrol: Enrol
    ) -> None:
        enrol("anna", {})
        enrol("berta", {})

        directory.delete_user("anna")

        assert directory.find("anna") is None
        assert directory.find("berta") is not None

    @pytest.mark.parametrize("name", ["anna", "", "a b", "a" * 129])
    def test_deleting_a_user_who_does_not_exist_is_harmless(
        self, directory: UserDirectory, enrol: Enrol, name: str
    ) -> None:
        enrol("berta", {})

        directory.delete_user(name)

        assert directory.find("berta") is not None

    def test_a_sub_deletes_its_own_user_and_none_who_took_the_name_later(
        self, directory: UserDirectory, enrol: Enrol
    ) -> None:
        former = enrol("anna", {})
        directory.delete_user(former)
        assert directory.find("anna") is None
        later = enrol("anna", {})

        directory.delete_user(former)

        found = directory.find("anna")
        assert found is not None
        assert found.subject == later

    def test_an_external_user_is_deleted_by_name_and_not_by_sub(
        self, directory: UserDirectory, federate: Federate
    ) -> None:
        federate(GOOGLE, {"name": "Anna"})
        external = directory.find("Google_1")
        assert external is not None

        directory.delete_user(external.subject)
        assert directory.find("Google_1") == external

        directory.delete_user("Google_1")
        assert directory.find("Google_1") is None

    def test_an_outage_deletes_no_user_silently(
        self, directory: UserDirectory, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(ProviderUnavailableError):
            directory.delete_user("anna")

    def test_an_outage_is_not_an_empty_pool(
        self, directory: UserDirectory, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(ProviderUnavailableError):
            directory.find("anna")

    def test_an_outage_is_not_a_refusal(
        self, directory: UserDirectory, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(ProviderUnavailableError):
            directory.set_attributes("anna", {"name": "Anna"})


def _attributes(directory: UserDirectory) -> Mapping[str, str]:
    found = directory.find("anna")
    assert found is not None
    return found.attributes


class UserSessionsContract(ContractSuite):
    """Subclass it, and say which pool."""

    @pytest.fixture
    @abstractmethod
    def sessions(self) -> UserSessions:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def sign_in(self) -> Callable[[str], str]:
        """Returns a function that signs a user in by name, and creates the user if necessary."""

    @pytest.fixture
    @abstractmethod
    def is_honoured(self) -> Callable[[str], bool]:
        """Returns a function that tells whether a session of *sign_in* can be refreshed."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the pool unavailable."""

    def test_every_session_of_a_user_ends_and_no_others(
        self,
        sessions: UserSessions,
        sign_in: Callable[[str], str],
        is_honoured: Callable[[str], bool],
    ) -> None:
        # RF-08
        ended, kept = [sign_in("anna"), sign_in("anna")], sign_in("berta")
        sessions.sign_out_everywhere("anna")
        sessions.sign_out_everywhere("anna")

        assert [is_honoured(session) for session in ended] == [False, False]
        assert is_honoured(kept)

    def test_who_was_signed_out_may_sign_in_anew(
        self,
        sessions: UserSessions,
        sign_in: Callable[[str], str],
        is_honoured: Callable[[str], bool],
    ) -> None:
        sign_in("anna")
        sessions.sign_out_everywhere("anna")

        assert is_honoured(sign_in("anna"))

    @pytest.mark.parametrize("name", ["nobody", "", " ", "a\nb", "\x00", "a" * 129])
    def test_nobody_cannot_be_signed_out(self, sessions: UserSessions, name: str) -> None:
        with pytest.raises(AccountNotFoundError):
            sessions.sign_out_everywhere(name)

    def test_an_outage_is_said(
        self, sessions: UserSessions, sign_in: Callable[[str], str], outage: Callable[[], None]
    ) -> None:
        sign_in("anna")
        outage()

        with pytest.raises(ProviderUnavailableError):
            sessions.sign_out_everywhere("anna")
