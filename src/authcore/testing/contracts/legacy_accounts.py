"""What every LegacyAccounts does."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Final

import attrs
import pytest

from authcore.domain.errors import (
    AccountMismatchError,
    AmbiguousAccountError,
    CredentialsRejectedError,
    LegacyUnavailableError,
)
from authcore.domain.model.accounts import Credentials, LegacyAccount
from authcore.ports.legacy_accounts import LegacyAccounts
from authcore.testing.contracts.suite import ContractSuite


@attrs.frozen
class Person:
    """A user whom the accounts under test must hold."""

    account: LegacyAccount
    password: str = attrs.field(repr=False)


EMMA: Final = Person(
    LegacyAccount(
        legacy_uid="1815",
        username="emma",
        email="emma@hartfield.example",
        email_verified=True,
        display_name="Emma Woodhouse",
    ),
    "Box-Hill-1815",
)
IGNAZ: Final = Person(
    LegacyAccount(
        legacy_uid="1932",
        username="ignaz",
        email="ignaz@radetzky.example",
        email_verified=False,
        display_name="Ignaz Trotta",
    ),
    " Kapuzinergruft ﬁ é e\u0301 \U0001f40e ",
)
NEMO: Final = Person(
    LegacyAccount(
        legacy_uid="1870", username="nemo", email=None, email_verified=False, display_name=None
    ),
    "Mobilis-in-mobili",
)
FAUST: Final = Person(
    LegacyAccount(
        legacy_uid="1808",
        username="faust",
        email="faust@studierzimmer.example",
        email_verified=True,
        display_name="Heinrich Faust",
        locked=True,
    ),
    "Verweile-doch",
)
SCHOOL: Final = "sprachheilschule.example"
EFFI: Final = Person(
    LegacyAccount(
        legacy_uid="1895",
        username="EffiBriest",
        email="Effi.Briest@Hohen-Cremmen.example",
        email_verified=True,
        display_name=None,
    ),
    "Ein weites Feld",
)
NAMESAKE: Final = Person(
    LegacyAccount(
        legacy_uid="1896",
        username="effibriest",
        email="effi.briest@kessin.example",
        email_verified=False,
        display_name=None,
    ),
    "Das-ist-zu-weit",
)
LOTTE: Final = Person(
    LegacyAccount(
        legacy_uid="1949",
        username="lotte",
        email=f"zwilling@{SCHOOL}",
        email_verified=False,
        display_name=None,
    ),
    "Doppelt",
)
LUISE: Final = Person(
    LegacyAccount(
        legacy_uid="1950",
        username="luise",
        email=f"zwilling@{SCHOOL}",
        email_verified=False,
        display_name=None,
    ),
    "Doppelt",
)
Stored = Callable[[Person], LegacyAccount]
"""Gives the account of a person as the accounts under test hold it."""

PEOPLE: Final = (EMMA, IGNAZ, NEMO, FAUST, EFFI, NAMESAKE, LOTTE, LUISE)


class LegacyAccountsContract(ContractSuite):
    @pytest.fixture
    @abstractmethod
    def accounts(self) -> LegacyAccounts:
        """Returns accounts that hold exactly PEOPLE."""

    @pytest.fixture
    def stored(self) -> Stored:
        """Returns a function that gives the account of a person, where ids are not our choice."""
        return lambda person: person.account

    @pytest.fixture
    @abstractmethod
    def go_down(self) -> Callable[[], None]:
        """Returns a function that makes the legacy system behind *accounts* unavailable."""

    @pytest.fixture
    @abstractmethod
    def mix_up(self) -> Callable[[], None]:
        """Returns a function that makes the legacy system answer with another account."""

    @pytest.mark.parametrize("person", [EMMA, IGNAZ, NEMO], ids=lambda p: p.account.username)
    def test_the_right_password_opens_the_account(
        self, accounts: LegacyAccounts, stored: Stored, person: Person
    ) -> None:
        credentials = Credentials(person.account.username, person.password)

        assert accounts.authenticate(credentials) == stored(person)

    def test_an_email_address_opens_the_account_too(
        self, accounts: LegacyAccounts, stored: Stored
    ) -> None:
        credentials = Credentials("emma@hartfield.example", EMMA.password)

        assert accounts.authenticate(credentials) == stored(EMMA)

    @pytest.mark.parametrize(
        ("username", "password"),
        [
            ("emma", "box-hill-1815"),
            ("emma", "Box-Hill-1815 "),
            ("emma", NEMO.password),
            ("emma", ""),
            ("nobody", EMMA.password),
            ("", EMMA.password),
            ("faust", FAUST.password),
            ("faust", "wrong"),
        ],
    )
    def test_no_such_user_wrong_password_and_locked_are_one_rejection(
        self, accounts: LegacyAccounts, username: str, password: str
    ) -> None:
        # MG-03
        with pytest.raises(CredentialsRejectedError) as refused:
            accounts.authenticate(Credentials(username, password))

        assert refused.value.code == "credentials_rejected"

    @pytest.mark.parametrize(
        "changed",
        [
            IGNAZ.password.strip(),
            IGNAZ.password.casefold(),
            IGNAZ.password.replace("ﬁ", "fi"),
            IGNAZ.password.replace("e\u0301", "é"),
        ],
    )
    def test_a_password_is_never_trimmed_folded_or_normalised(
        self, accounts: LegacyAccounts, changed: str
    ) -> None:
        # MG-07
        with pytest.raises(CredentialsRejectedError):
            accounts.authenticate(Credentials("ignaz", changed))

    @pytest.mark.parametrize("impossible", ["Box\0Hill", "Box\ud800Hill", "x" * 257])
    def test_what_cannot_be_a_password_is_rejected(
        self, accounts: LegacyAccounts, impossible: str
    ) -> None:
        # MG-07
        with pytest.raises(CredentialsRejectedError):
            accounts.authenticate(Credentials("emma", impossible))

    @pytest.mark.parametrize("name", ["emma", "emma@hartfield.example"])
    def test_an_account_is_found_by_login_name_and_by_email(
        self, accounts: LegacyAccounts, stored: Stored, name: str
    ) -> None:
        assert accounts.find(name) == stored(EMMA)

    @pytest.mark.parametrize(
        ("name", "person"),
        [
            ("EMMA", EMMA),
            ("Emma@Hartfield.EXAMPLE", EMMA),
            ("effi.briest@hohen-cremmen.example", EFFI),
            ("FAUST", FAUST),
        ],
    )
    def test_an_account_is_found_whatever_the_letter_case(
        self, accounts: LegacyAccounts, stored: Stored, name: str, person: Person
    ) -> None:
        """A pool that ignores case reserves every form of a name for the user who has one."""
        assert accounts.find(name) == stored(person)

    @pytest.mark.parametrize(("name", "person"), [("EffiBriest", EFFI), ("effibriest", NAMESAKE)])
    def test_of_two_names_that_differ_in_letter_case_the_exact_one_is_meant(
        self, accounts: LegacyAccounts, stored: Stored, name: str, person: Person
    ) -> None:
        assert accounts.find(name) == stored(person)

    @pytest.mark.parametrize("name", ["EFFIBRIEST", LOTTE.account.email, "ZWILLING@" + SCHOOL])
    def test_a_name_that_several_accounts_have_is_ambiguous(
        self, accounts: LegacyAccounts, name: str
    ) -> None:
        with pytest.raises(AmbiguousAccountError):
            accounts.find(name)

    @pytest.mark.parametrize("name", ["nobody", "", "em\0ma", "em\udfffma", "x" * 129])
    def test_a_name_that_nobody_has_is_not_found(self, accounts: LegacyAccounts, name: str) -> None:
        assert accounts.find(name) is None

    @pytest.mark.parametrize("name", ["faust", "faust@studierzimmer.example"])
    def test_a_locked_account_is_found_and_says_so(
        self, accounts: LegacyAccounts, stored: Stored, name: str
    ) -> None:
        assert accounts.find(name) == stored(FAUST)

    def test_an_outage_is_no_rejection(
        self, accounts: LegacyAccounts, go_down: Callable[[], None]
    ) -> None:
        go_down()

        with pytest.raises(LegacyUnavailableError):
            accounts.authenticate(Credentials("emma", EMMA.password))
        with pytest.raises(LegacyUnavailableError):
            accounts.authenticate(Credentials("emma", "wrong"))
        with pytest.raises(LegacyUnavailableError):
            accounts.find("emma")
        with pytest.raises(LegacyUnavailableError):
            accounts.find("nobody")

    def test_an_answer_about_another_account_is_a_refusal_of_its_own(
        self, accounts: LegacyAccounts, mix_up: Callable[[], None]
    ) -> None:
        mix_up()

        with pytest.raises(AccountMismatchError):
            accounts.authenticate(Credentials("emma", EMMA.password))
        for name in ("emma", "emma@hartfield.example", "faust"):
            with pytest.raises(AccountMismatchError):
                accounts.find(name)

    def test_a_no_names_no_account_and_stays_a_no(
        self, accounts: LegacyAccounts, mix_up: Callable[[], None]
    ) -> None:
        mix_up()

        with pytest.raises(CredentialsRejectedError):
            accounts.authenticate(Credentials("emma", "wrong"))
        with pytest.raises(AmbiguousAccountError):
            accounts.find(f"zwilling@{SCHOOL}")
        assert accounts.find("nobody") is None

    def test_neither_password_nor_name_is_in_an_error(
        self, accounts: LegacyAccounts, go_down: Callable[[], None]
    ) -> None:
        # MG-02
        canary = Credentials("canary-name", "canary-password")
        with pytest.raises(CredentialsRejectedError) as refused:
            accounts.authenticate(canary)
        go_down()
        with pytest.raises(LegacyUnavailableError) as unanswered:
            accounts.authenticate(canary)

        for error in (refused.value, unanswered.value):
            assert "canary" not in f"{error!r} {error} {canary!r}"
            assert error.__cause__ is None
