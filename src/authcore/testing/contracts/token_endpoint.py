"""What every CodeExchanger, TokenRefresher and TokenRevoker does."""

from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Final, Literal, Protocol

import attrs
import pytest

from authcore.domain.errors import (
    CodeRejectedError,
    ProviderNotReachedError,
    ProviderUnavailableError,
    RefreshTokenRejectedError,
)
from authcore.domain.model.tokens import RefreshToken, TokenSet
from authcore.ports.token_endpoint import CodeExchanger, TokenRefresher, TokenRevoker
from authcore.testing.contracts.suite import ContractSuite


REDIRECT_URI: Final = "http://127.0.0.1:8401/auth/signin/callback"

CODE_VERIFIER: Final = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CODE_CHALLENGE: Final = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""The example of RFC 7636 appendix B."""


class IssueCode(Protocol):
    """Signs a user in at the provider."""

    def __call__(self, *, redirect_uri: str, code_challenge: str) -> str:
        """A new code, bound to both."""


class CodeExchangerContract(ContractSuite):
    """Subclass it, and say which token endpoint, and how to get a code from it."""

    @pytest.fixture
    @abstractmethod
    def exchanger(self) -> CodeExchanger:
        """Returns the exchanger under test."""

    @pytest.fixture
    @abstractmethod
    def issue(self) -> IssueCode:
        """Returns a function that issues codes for *exchanger* and REDIRECT_URI."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the provider unavailable."""

    @pytest.fixture
    @abstractmethod
    def unreachable(self) -> Callable[[], AbstractContextManager[None]]:
        """Returns a context in which no request of *exchanger* arrives."""

    @pytest.fixture
    def code(self, issue: IssueCode) -> str:
        return issue(redirect_uri=REDIRECT_URI, code_challenge=CODE_CHALLENGE)

    def test_a_code_buys_three_tokens(self, exchanger: CodeExchanger, code: str) -> None:
        tokens = exchanger.exchange(code, redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER)

        assert tokens.refresh_token
        assert len({tokens.access_token, tokens.id_token, tokens.refresh_token, ""}) == 4

    def test_two_codes_buy_different_tokens(
        self, exchanger: CodeExchanger, issue: IssueCode
    ) -> None:
        bought = [
            exchanger.exchange(
                issue(redirect_uri=REDIRECT_URI, code_challenge=CODE_CHALLENGE),
                redirect_uri=REDIRECT_URI,
                code_verifier=CODE_VERIFIER,
            )
            for _ in range(2)
        ]

        assert bought[0] != bought[1]

    def test_a_code_buys_once(self, exchanger: CodeExchanger, code: str) -> None:
        # SP-08
        exchanger.exchange(code, redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER)

        with pytest.raises(CodeRejectedError):
            exchanger.exchange(code, redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER)

    @pytest.mark.parametrize(
        "code",
        ["unknown", "", "a b&c=d+%00", "\x00", "é", "\ud800", "a\r\nb", "a" * 5000],
        ids=["unknown", "empty", "form", "nul", "accent", "surrogate", "two lines", "long"],
    )
    def test_what_was_never_issued_is_rejected(self, exchanger: CodeExchanger, code: str) -> None:
        # SP-08
        with pytest.raises(CodeRejectedError):
            exchanger.exchange(code, redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER)

    @pytest.mark.parametrize(
        "redirect_uri", [REDIRECT_URI + "/", REDIRECT_URI + "?a=b", "https://elsewhere.example/"]
    )
    def test_another_redirect_uri_is_rejected(
        self, exchanger: CodeExchanger, code: str, redirect_uri: str
    ) -> None:
        # SP-10
        with pytest.raises(CodeRejectedError):
            exchanger.exchange(code, redirect_uri=redirect_uri, code_verifier=CODE_VERIFIER)

    @pytest.mark.parametrize("verifier", [CODE_VERIFIER[:-1] + "l", CODE_CHALLENGE, "a" * 43])
    def test_another_verifier_is_rejected(
        self, exchanger: CodeExchanger, code: str, verifier: str
    ) -> None:
        # SP-04, SP-10: the challenge itself, which travels in a URL, is no verifier either.
        with pytest.raises(CodeRejectedError):
            exchanger.exchange(code, redirect_uri=REDIRECT_URI, code_verifier=verifier)

    def test_an_outage_is_not_a_refusal(
        self, exchanger: CodeExchanger, code: str, outage: Callable[[], None]
    ) -> None:
        # SP-08
        outage()

        with pytest.raises(ProviderUnavailableError):
            exchanger.exchange(code, redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER)

    def test_a_code_that_was_never_sent_is_as_good_as_before(
        self,
        exchanger: CodeExchanger,
        code: str,
        unreachable: Callable[[], AbstractContextManager[None]],
    ) -> None:
        # SP-08
        with unreachable(), pytest.raises(ProviderNotReachedError) as outage:
            exchanger.exchange(code, redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER)
        assert code not in repr(outage.value) + str(outage.value)

        tokens = exchanger.exchange(code, redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER)
        assert tokens.refresh_token

    def test_errors_hold_neither_code_nor_verifier(
        self, exchanger: CodeExchanger, outage: Callable[[], None]
    ) -> None:
        # SP-04, SP-11
        with pytest.raises(CodeRejectedError) as rejected:
            exchanger.exchange(
                "canary-code", redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER
            )
        outage()
        with pytest.raises(ProviderUnavailableError) as unavailable:
            exchanger.exchange(
                "canary-code", redirect_uri=REDIRECT_URI, code_verifier=CODE_VERIFIER
            )

        for error in (rejected.value, unavailable.value):
            assert "canary-code" not in repr(error) + str(error)
            assert CODE_VERIFIER not in repr(error) + str(error)


@attrs.frozen
class SignedInUser:
    """
    A user who has just signed in at the provider.

    Attributes:
        tokens: As issued.
        username: User name in the pool.
    """

    tokens: TokenSet
    username: str


SignInUser = Callable[[], SignedInUser]
"""Signs the same user in again at the provider."""

Rotation = Literal["on", "off"]

UNKNOWN_TOKENS: Final = ("unknown", "", "a b&c=d+%00", "é", "\ud800", "a\r\nb", "a" * 9000)


class TokenRefresherContract(ContractSuite):
    """Subclass it, and say which provider, and how to sign in there."""

    @pytest.fixture
    @abstractmethod
    def refresher(self) -> TokenRefresher:
        """Returns the refresher under test."""

    @pytest.fixture
    @abstractmethod
    def sign_in(self) -> SignInUser:
        """Returns a function that issues tokens for *refresher*."""

    @pytest.fixture
    @abstractmethod
    def revoke(self) -> Callable[[RefreshToken], None]:
        """Returns a function that revokes a refresh token, without the refresher."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the provider unavailable."""

    @pytest.fixture
    @abstractmethod
    def rotation(self) -> Rotation:
        """Tells whether the provider rotates refresh tokens."""

    @pytest.fixture
    def user(self, sign_in: SignInUser) -> SignedInUser:
        return sign_in()

    def test_a_session_goes_on_with_new_tokens(
        self, refresher: TokenRefresher, user: SignedInUser
    ) -> None:
        fresh = refresher.refresh(user.tokens, username=user.username)

        assert fresh.access_token != user.tokens.access_token
        assert fresh.id_token != user.tokens.id_token
        assert fresh.access_token != fresh.id_token

    def test_the_refresh_token_that_counts_is_the_one_that_is_returned(
        self, refresher: TokenRefresher, user: SignedInUser, rotation: Rotation
    ) -> None:
        # RF-01
        fresh = refresher.refresh(user.tokens, username=user.username)

        assert fresh.refresh_token
        assert (fresh.refresh_token != user.tokens.refresh_token) is (rotation == "on")

    def test_a_session_can_be_refreshed_again_and_again(
        self, refresher: TokenRefresher, user: SignedInUser
    ) -> None:
        tokens, seen = user.tokens, {user.tokens.access_token}
        for _ in range(3):
            tokens = refresher.refresh(tokens, username=user.username)
            seen.add(tokens.access_token)

        assert len(seen) == 4

    def test_sessions_are_refreshed_apart(
        self, refresher: TokenRefresher, sign_in: SignInUser, revoke: Callable[[RefreshToken], None]
    ) -> None:
        one, other = sign_in(), sign_in()
        assert one.tokens.refresh_token
        revoke(one.tokens.refresh_token)

        assert refresher.refresh(other.tokens, username=other.username).refresh_token

    def test_a_revoked_session_is_over(
        self,
        refresher: TokenRefresher,
        user: SignedInUser,
        revoke: Callable[[RefreshToken], None],
    ) -> None:
        # RF-02
        assert user.tokens.refresh_token
        revoke(user.tokens.refresh_token)

        with pytest.raises(RefreshTokenRejectedError):
            refresher.refresh(user.tokens, username=user.username)

    @pytest.mark.parametrize("token", UNKNOWN_TOKENS, ids=lambda token: ascii(token[:12]))
    def test_what_was_never_issued_is_rejected(
        self, refresher: TokenRefresher, user: SignedInUser, token: str
    ) -> None:
        # RF-02
        forged = attrs.evolve(user.tokens, refresh_token=RefreshToken(token))

        with pytest.raises(RefreshTokenRejectedError):
            refresher.refresh(forged, username=user.username)

    def test_an_outage_is_not_a_refusal(
        self, refresher: TokenRefresher, user: SignedInUser, outage: Callable[[], None]
    ) -> None:
        # RF-02
        outage()

        with pytest.raises(ProviderUnavailableError):
            refresher.refresh(user.tokens, username=user.username)

    def test_errors_hold_no_token(
        self, refresher: TokenRefresher, user: SignedInUser, outage: Callable[[], None]
    ) -> None:
        # SP-11
        forged = attrs.evolve(user.tokens, refresh_token=RefreshToken("refresh-canary"))
        with pytest.raises(RefreshTokenRejectedError) as rejected:
            refresher.refresh(forged, username=user.username)
        outage()
        with pytest.raises(ProviderUnavailableError) as unavailable:
            refresher.refresh(forged, username=user.username)

        for error in (rejected.value, unavailable.value):
            shown = repr(error) + str(error)
            assert "refresh-canary" not in shown
            assert user.tokens.access_token not in shown
            assert user.username not in shown


class TokenRevokerContract(ContractSuite):
    """Subclass it, and say which provider, and how to sign in there."""

    @pytest.fixture
    @abstractmethod
    def revoker(self) -> TokenRevoker:
        """Returns the revoker under test."""

    @pytest.fixture
    @abstractmethod
    def sign_in(self) -> SignInUser:
        """Returns a function that issues tokens for *revoker*."""

    @pytest.fixture
    @abstractmethod
    def is_honoured(self) -> Callable[[SignedInUser], bool]:
        """Returns a function that tells whether the provider still refreshes a session."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """Returns a function that makes the provider unavailable."""

    def test_a_revoked_token_is_worth_nothing(
        self,
        revoker: TokenRevoker,
        sign_in: SignInUser,
        is_honoured: Callable[[SignedInUser], bool],
    ) -> None:
        # RF-06
        user, other = sign_in(), sign_in()
        assert user.tokens.refresh_token
        revoker.revoke(user.tokens.refresh_token)

        assert not is_honoured(user)
        assert is_honoured(other)

    def test_revoking_twice_is_revoking_once(
        self, revoker: TokenRevoker, sign_in: SignInUser
    ) -> None:
        # RF-06
        token = sign_in().tokens.refresh_token
        assert token
        revoker.revoke(token)
        revoker.revoke(token)

    @pytest.mark.parametrize("token", UNKNOWN_TOKENS, ids=lambda token: ascii(token[:12]))
    def test_what_was_never_issued_is_no_error(self, revoker: TokenRevoker, token: str) -> None:
        revoker.revoke(RefreshToken(token))

    def test_an_outage_is_said_and_shows_no_token(
        self, revoker: TokenRevoker, outage: Callable[[], None]
    ) -> None:
        # RF-06, SP-11
        outage()

        with pytest.raises(ProviderUnavailableError) as unavailable:
            revoker.revoke(RefreshToken("refresh-canary"))
        assert "refresh-canary" not in repr(unavailable.value) + str(unavailable.value)
