"""What every CodeExchanger does."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Final, Protocol

import pytest

from authcore.domain.errors import CodeRejectedError, ProviderUnavailableError
from authcore.ports.token_endpoint import CodeExchanger


REDIRECT_URI: Final = "http://127.0.0.1:8401/auth/signin/callback"

CODE_VERIFIER: Final = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CODE_CHALLENGE: Final = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
"""The pair of RFC 7636 appendix B."""


class IssueCode(Protocol):
    """Signs somebody in at the provider."""

    def __call__(self, *, redirect_uri: str, code_challenge: str) -> str:
        """A fresh code, bound to both."""


class CodeExchangerContract(ABC):
    """Subclass it, and say which token endpoint, and how to get a code from it."""

    @pytest.fixture
    @abstractmethod
    def exchanger(self) -> CodeExchanger:
        """The exchanger under test."""

    @pytest.fixture
    @abstractmethod
    def issue(self) -> IssueCode:
        """Issues codes that *exchanger* can redeem; redirect_uri is REDIRECT_URI."""

    @pytest.fixture
    @abstractmethod
    def outage(self) -> Callable[[], None]:
        """From its call on, nobody answers."""

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
