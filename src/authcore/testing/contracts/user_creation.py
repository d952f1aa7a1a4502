"""What every UserCreation promises."""

from abc import abstractmethod
from collections.abc import Callable

import pytest

from authcore.domain.errors import (
    AccountTakenError,
    AttributesRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.moves import NewPoolUser
from authcore.ports.user_creation import UserCreation
from authcore.ports.user_directory import UserDirectory
from authcore.testing.contracts.suite import ContractSuite
from authcore.testing.contracts.user_directory import Enrol


ANNA = NewPoolUser(
    "anna",
    {"email": "anna@example.com", "email_verified": "true", "custom:legacy_uid": "1"},
)


class UserCreationContract(ContractSuite):
    """Run by every UserCreation: the fake and each adapter."""

    @pytest.fixture
    @abstractmethod
    def creation(self) -> UserCreation:
        """Returns the port under test, on an empty pool."""

    @pytest.fixture
    @abstractmethod
    def directory(self) -> UserDirectory:
        """Returns the users of the pool."""

    @pytest.fixture
    @abstractmethod
    def enrol(self) -> Enrol:
        """Returns a function that adds native users, without the port."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the pool unavailable."""

    def test_a_created_user_is_answered_as_the_pool_stores_it(
        self, creation: UserCreation, directory: UserDirectory
    ) -> None:
        created = creation.create_user(ANNA)

        assert created == directory.find("anna")
        assert created.attributes.items() >= ANNA.attributes.items()

    def test_a_created_user_has_no_password_and_may_sign_in_once_it_has_one(
        self, creation: UserCreation
    ) -> None:
        created = creation.create_user(ANNA)

        assert (created.status, created.enabled) == ("FORCE_CHANGE_PASSWORD", True)

    def test_two_users_have_two_subs(self, creation: UserCreation) -> None:
        other = creation.create_user(NewPoolUser("berta", {"custom:legacy_uid": "2"}))

        assert creation.create_user(ANNA).subject != other.subject

    def test_a_taken_name_is_refused_and_its_user_stays(
        self, creation: UserCreation, directory: UserDirectory, enrol: Enrol
    ) -> None:
        enrol("anna", {"name": "Anna"})
        before = directory.find("anna")

        with pytest.raises(AccountTakenError):
            creation.create_user(ANNA)

        assert directory.find("anna") == before

    def test_an_attribute_that_the_pool_lacks_is_refused_and_nothing_is_created(
        self, creation: UserCreation, directory: UserDirectory
    ) -> None:
        with pytest.raises(AttributesRejectedError):
            creation.create_user(NewPoolUser("anna", {"custom:no_such": "x"}))

        assert directory.find("anna") is None

    def test_a_value_that_is_too_long_is_refused_and_nothing_is_created(
        self, creation: UserCreation, directory: UserDirectory
    ) -> None:
        with pytest.raises(AttributesRejectedError):
            creation.create_user(NewPoolUser("anna", {"name": "x" * 2049}))

        assert directory.find("anna") is None

    @pytest.mark.parametrize("name", ["", " ", "a b", "a" * 129])
    def test_a_name_that_no_user_can_have_is_refused(
        self, creation: UserCreation, name: str
    ) -> None:
        with pytest.raises(AttributesRejectedError):
            creation.create_user(NewPoolUser(name, {}))

    def test_an_outage_is_no_refusal(
        self, creation: UserCreation, outage: Callable[[], None]
    ) -> None:
        outage()

        with pytest.raises(ProviderUnavailableError):
            creation.create_user(ANNA)
