"""What every LegacyProfileWriter does."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Final

import attrs
import pytest

from authcore.domain.errors import (
    AccountLockedError,
    AccountNotFoundError,
    LegacyUnavailableError,
)
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.profile_updates import ProfileUpdate
from authcore.ports.legacy_profiles import LegacyProfileWriter
from authcore.testing.contracts.suite import ContractSuite


EMILIA: Final = LegacyAccount(
    "4721",
    "emilia",
    "emilia@example.org",
    email_verified=False,
    display_name="Emilia",
    cognito_id="s-emilia",
)
IAGO: Final = LegacyAccount(
    "4722", "iago", None, email_verified=False, display_name=None, cognito_id="s-iago", locked=True
)
BIANCA: Final = LegacyAccount(
    "4723", "bianca", "bianca@example.org", email_verified=True, display_name=None
)
WRITABLE: Final = (EMILIA, IAGO, BIANCA)

NEW_EMAIL: Final = "emilia@cyprus.example"
NEW_NAME: Final = "Emilia ⚓"


class LegacyProfileWriterContract(ContractSuite):
    """Subclass it, and say which legacy system: one of exactly WRITABLE."""

    @pytest.fixture
    @abstractmethod
    def writer(self) -> LegacyProfileWriter:
        """Returns the adapter under test."""

    @pytest.fixture
    @abstractmethod
    def account_of(self) -> Callable[[str], LegacyAccount]:
        """Returns a function that gives the account with an id, as it is stored now."""

    @pytest.fixture
    @abstractmethod
    def go_down(self) -> Callable[[], None]:
        """Returns a function that makes the legacy system unavailable."""

    @pytest.mark.parametrize(
        ("email", "name"), [(NEW_EMAIL, None), (None, NEW_NAME), (NEW_EMAIL, NEW_NAME)]
    )
    def test_what_is_given_is_written_and_the_rest_stays(
        self,
        writer: LegacyProfileWriter,
        account_of: Callable[[str], LegacyAccount],
        email: str | None,
        name: str | None,
    ) -> None:
        # PS-04
        update = ProfileUpdate(email=email, name=name)

        assert writer.write(EMILIA.legacy_uid, "s-emilia", update)
        assert account_of(EMILIA.legacy_uid) == attrs.evolve(
            EMILIA,
            email=email or EMILIA.email,
            email_verified=email is not None,
            display_name=name or EMILIA.display_name,
        )

    def test_an_address_that_the_pool_verified_is_verified(
        self, writer: LegacyProfileWriter, account_of: Callable[[str], LegacyAccount]
    ) -> None:
        update = ProfileUpdate(email=EMILIA.email, name=None)

        assert writer.write(EMILIA.legacy_uid, "s-emilia", update)
        assert account_of(EMILIA.legacy_uid) == attrs.evolve(EMILIA, email_verified=True)

    def test_what_is_equal_is_not_written(self, writer: LegacyProfileWriter) -> None:
        # PS-04
        update = ProfileUpdate(email=NEW_EMAIL, name=NEW_NAME)

        written = [writer.write(EMILIA.legacy_uid, "s-emilia", update) for _ in range(3)]

        assert written == [True, False, False]

    @pytest.mark.parametrize(
        ("legacy_uid", "cognito_id"),
        [
            (EMILIA.legacy_uid, "s-iago"),
            (EMILIA.legacy_uid, ""),
            (EMILIA.legacy_uid, "x" * 65),
            (BIANCA.legacy_uid, "s-bianca"),
            ("4799", "s-emilia"),
            ("", "s-emilia"),
            ("x" * 65, "s-emilia"),
            ("\ud800", "s-emilia"),
        ],
    )
    def test_only_the_account_of_the_user_is_written_to(
        self,
        writer: LegacyProfileWriter,
        account_of: Callable[[str], LegacyAccount],
        legacy_uid: str,
        cognito_id: str,
    ) -> None:
        # AL-06
        with pytest.raises(AccountNotFoundError):
            writer.write(legacy_uid, cognito_id, ProfileUpdate(email=NEW_EMAIL, name=NEW_NAME))

        assert [account_of(each.legacy_uid) for each in WRITABLE] == [*WRITABLE]

    def test_a_locked_account_is_not_written_to(
        self, writer: LegacyProfileWriter, account_of: Callable[[str], LegacyAccount]
    ) -> None:
        with pytest.raises(AccountLockedError):
            writer.write(IAGO.legacy_uid, "s-iago", ProfileUpdate(email=NEW_EMAIL, name=None))

        assert account_of(IAGO.legacy_uid) == IAGO

    def test_an_outage_is_no_refusal(
        self, writer: LegacyProfileWriter, go_down: Callable[[], None]
    ) -> None:
        go_down()

        with pytest.raises(LegacyUnavailableError):
            writer.write(EMILIA.legacy_uid, "s-emilia", ProfileUpdate(email=NEW_EMAIL, name=None))
