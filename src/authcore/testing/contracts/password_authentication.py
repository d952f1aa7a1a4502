"""What every PasswordAuthenticator does."""

from abc import abstractmethod
from collections.abc import Callable
from typing import Final

import attrs
import pytest

from authcore.domain.errors import (
    AttributesRejectedError,
    ChallengeMismatchError,
    CredentialsRejectedError,
    ProviderUnavailableError,
)
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.challenges import (
    Challenge,
    Code,
    NewPassword,
    Password,
    PasswordFlow,
)
from authcore.domain.model.tokens import TokenSet
from authcore.ports.password_authentication import PasswordAuthenticator
from authcore.testing.contracts.suite import ContractSuite


ANNA: Final = Credentials("anna", "canary-Password-1")
BERTA: Final = Credentials("berta", "canary-Temporary-2")
"""Has a temporary password."""

NEW: Final = "canary-Changed-3"

Enrol = Callable[[Credentials], None]
"""Makes a user of the pool."""


class PasswordAuthenticatorContract(ContractSuite):
    """Subclass it, and say which provider, and how to make users there."""

    @pytest.fixture
    @abstractmethod
    def authenticator(self) -> PasswordAuthenticator:
        """Returns the authenticator under test."""

    @pytest.fixture
    @abstractmethod
    def flow(self) -> PasswordFlow:
        """Tells the flow to begin with."""

    @pytest.fixture
    @abstractmethod
    def enrol(self) -> Enrol:
        """Returns a function that makes a user who has chosen the password."""

    @pytest.fixture
    @abstractmethod
    def enrol_with_temporary_password(self) -> Enrol:
        """Returns a function that makes a user who must replace the password."""

    @pytest.fixture
    @abstractmethod
    def disable(self) -> Callable[[str], None]:
        """Returns a function that disables the user of a name."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the provider unavailable."""

    @pytest.fixture
    def anna(self, enrol: Enrol) -> Credentials:
        enrol(ANNA)
        return ANNA

    @pytest.fixture
    def challenge(
        self,
        authenticator: PasswordAuthenticator,
        flow: PasswordFlow,
        enrol_with_temporary_password: Enrol,
    ) -> Challenge:
        enrol_with_temporary_password(BERTA)
        begun = authenticator.begin(BERTA, flow=flow)
        assert isinstance(begun, Challenge)
        return begun

    def test_the_right_password_gives_three_tokens(
        self, authenticator: PasswordAuthenticator, flow: PasswordFlow, anna: Credentials
    ) -> None:
        tokens = authenticator.begin(anna, flow=flow)

        assert isinstance(tokens, TokenSet)
        assert tokens.refresh_token
        assert len({tokens.access_token, tokens.id_token, tokens.refresh_token, ""}) == 4

    @pytest.mark.parametrize(
        "password",
        [
            "canary-Password-2",
            "canary-password-1",
            "canary-Password-1 ",
            "",
            "\x00",
            "é",
            "\ud800",
            "a" * 257,
        ],
        ids=lambda text: ascii(text[:20]),
    )
    def test_another_password_is_refused(
        self,
        authenticator: PasswordAuthenticator,
        flow: PasswordFlow,
        anna: Credentials,
        password: str,
    ) -> None:
        with pytest.raises(CredentialsRejectedError) as refused:
            authenticator.begin(attrs.evolve(anna, password=password), flow=flow)
        assert refused.type is CredentialsRejectedError

    @pytest.mark.parametrize(
        "username",
        ["carla", "", "anna ", " anna", "an na", "anna\x00", "\ud800", "a" * 129],
        ids=lambda text: ascii(text[:20]),
    )
    def test_an_unknown_user_is_refused_as_a_wrong_password_is(
        self,
        authenticator: PasswordAuthenticator,
        flow: PasswordFlow,
        anna: Credentials,
        username: str,
    ) -> None:
        with pytest.raises(CredentialsRejectedError) as refused:
            authenticator.begin(attrs.evolve(anna, username=username), flow=flow)
        assert refused.type is CredentialsRejectedError

    def test_a_disabled_user_is_refused_as_a_wrong_password_is(
        self,
        authenticator: PasswordAuthenticator,
        flow: PasswordFlow,
        anna: Credentials,
        disable: Callable[[str], None],
    ) -> None:
        disable(anna.username)

        with pytest.raises(CredentialsRejectedError) as refused:
            authenticator.begin(anna, flow=flow)
        assert refused.type is CredentialsRejectedError

    def test_a_temporary_password_asks_for_another_one(
        self, authenticator: PasswordAuthenticator, flow: PasswordFlow, challenge: Challenge
    ) -> None:
        assert (challenge.name, challenge.flow) == ("NEW_PASSWORD_REQUIRED", flow)
        answered = authenticator.answer(challenge, NewPassword(NEW))

        assert isinstance(answered, TokenSet)
        changed = attrs.evolve(BERTA, password=NEW)
        assert isinstance(authenticator.begin(changed, flow=flow), TokenSet)
        with pytest.raises(CredentialsRejectedError):
            authenticator.begin(BERTA, flow=flow)

    def test_a_challenge_is_answered_once(
        self, authenticator: PasswordAuthenticator, challenge: Challenge
    ) -> None:
        authenticator.answer(challenge, NewPassword(NEW))

        with pytest.raises(CredentialsRejectedError):
            authenticator.answer(challenge, NewPassword(f"{NEW}4"))

    def test_an_answer_of_another_kind_is_not_sent(
        self, authenticator: PasswordAuthenticator, challenge: Challenge
    ) -> None:
        for answer in (Code("123456"), Password(BERTA.password)):
            with pytest.raises(ChallengeMismatchError):
                authenticator.answer(challenge, answer)
        with pytest.raises(ChallengeMismatchError):
            authenticator.begin_totp_setup(challenge)

        assert isinstance(authenticator.answer(challenge, NewPassword(NEW)), TokenSet)

    def test_a_user_writes_no_attribute_that_the_challenge_does_not_require(
        self, authenticator: PasswordAuthenticator, challenge: Challenge
    ) -> None:
        """Else a user with a temporary password could claim the legacy account of another one."""
        for name in ("custom:legacy_uid", "email", "email_verified", "x"):
            with pytest.raises(AttributesRejectedError):
                authenticator.answer(challenge, NewPassword(NEW, {name: "4711"}))

        assert isinstance(authenticator.answer(challenge, NewPassword(NEW)), TokenSet)

    @pytest.mark.parametrize(
        "session", ["", "unknown", "A" * 64, "a b", "\ud800" * 30, "A" * 5000, "é" * 30]
    )
    def test_a_session_that_was_never_issued_is_refused(
        self, authenticator: PasswordAuthenticator, challenge: Challenge, session: str
    ) -> None:
        with pytest.raises(CredentialsRejectedError):
            authenticator.answer(attrs.evolve(challenge, session=session), NewPassword(NEW))

    def test_a_challenge_of_another_user_is_refused(
        self, authenticator: PasswordAuthenticator, anna: Credentials, challenge: Challenge
    ) -> None:
        forged = attrs.evolve(challenge, username=anna.username)

        with pytest.raises(CredentialsRejectedError):
            authenticator.answer(forged, NewPassword(NEW))

    def test_an_outage_is_not_a_refusal(
        self,
        authenticator: PasswordAuthenticator,
        flow: PasswordFlow,
        challenge: Challenge,
        outage: Callable[[], None],
    ) -> None:
        outage()

        with pytest.raises(ProviderUnavailableError):
            authenticator.begin(BERTA, flow=flow)
        with pytest.raises(ProviderUnavailableError):
            authenticator.answer(challenge, NewPassword(NEW))

    def test_neither_errors_nor_challenges_show_a_secret(
        self,
        authenticator: PasswordAuthenticator,
        flow: PasswordFlow,
        challenge: Challenge,
        outage: Callable[[], None],
    ) -> None:
        # SP-11
        wrong = attrs.evolve(BERTA, password="canary-wrong")
        with pytest.raises(CredentialsRejectedError) as rejected:
            authenticator.begin(wrong, flow=flow)
        outage()
        with pytest.raises(ProviderUnavailableError) as unavailable:
            authenticator.begin(wrong, flow=flow)

        shown = "".join(map(repr, (rejected.value, unavailable.value, challenge, BERTA)))
        assert "canary" not in shown
        assert BERTA.username not in shown
        assert challenge.session
        assert challenge.session not in shown
