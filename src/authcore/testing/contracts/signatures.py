"""What every SignatureVerifier does."""

import base64
from abc import abstractmethod
from collections.abc import Callable, Mapping

import pytest

from authcore.domain.errors import (
    KeySourceUnavailableError,
    MalformedTokenError,
    SignatureRejectedError,
    TokenRejectedError,
    UnknownKeyError,
)
from authcore.domain.model.tokens import MAX_TOKEN_LENGTH
from authcore.ports.signatures import SignatureVerifier
from authcore.testing.contracts.suite import ContractSuite


Sign = Callable[[Mapping[str, object]], str]

CLAIMS = {"sub": "s", "exp": 4102444800, "cognito:groups": ["editors"], "name": "Emma W."}


def segment(text: str) -> str:
    """*text* in base64url."""
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


class SignatureVerifierContract(ContractSuite):
    @pytest.fixture
    @abstractmethod
    def verifier(self) -> SignatureVerifier:
        """Returns the verifier under test, with its keys in memory."""

    @pytest.fixture
    @abstractmethod
    def cut_off(self) -> SignatureVerifier:
        """Returns a verifier that has no keys and cannot read them."""

    @pytest.fixture
    @abstractmethod
    def sign(self) -> Sign:
        """Returns a function that signs claims as the issuer does."""

    @pytest.fixture
    @abstractmethod
    def sign_as_stranger(self) -> Sign:
        """Returns a function that signs with another key under the id of the issuer's key."""

    @pytest.fixture
    @abstractmethod
    def sign_with_unknown_key(self) -> Sign:
        """Returns a function that signs with an unpublished key under its own id."""

    def test_gives_the_claims_as_they_were_signed(
        self, verifier: SignatureVerifier, sign: Sign
    ) -> None:
        assert verifier.verify(sign(CLAIMS)) == CLAIMS

    def test_gives_them_again_when_asked_again(
        self, verifier: SignatureVerifier, sign: Sign
    ) -> None:
        token = sign(CLAIMS)
        assert verifier.verify(token) == verifier.verify(token)

    def test_what_one_caller_does_to_the_claims_does_not_reach_the_next(
        self, verifier: SignatureVerifier, sign: Sign
    ) -> None:
        token = sign(CLAIMS)
        for _ in range(3):
            claims = verifier.verify(token)
            assert claims == CLAIMS
            groups = claims["cognito:groups"]
            assert isinstance(groups, list)
            groups.append("administrators")

    def test_says_nothing_about_claims(self, verifier: SignatureVerifier, sign: Sign) -> None:
        assert verifier.verify(sign({})) == {}
        assert verifier.verify(sign({"exp": 1})) == {"exp": 1}
        assert verifier.verify(sign({"exp": "soon"})) == {"exp": "soon"}

    def test_a_stranger_s_signature_is_rejected(
        self, verifier: SignatureVerifier, sign_as_stranger: Sign
    ) -> None:
        # TV-01
        with pytest.raises(SignatureRejectedError):
            verifier.verify(sign_as_stranger(CLAIMS))

    def test_a_key_that_is_not_published_is_rejected(
        self, verifier: SignatureVerifier, sign_with_unknown_key: Sign
    ) -> None:
        # KF-04
        with pytest.raises(UnknownKeyError):
            verifier.verify(sign_with_unknown_key(CLAIMS))

    def test_an_altered_payload_is_rejected(self, verifier: SignatureVerifier, sign: Sign) -> None:
        # TV-01
        token = sign(CLAIMS)
        verifier.verify(token)
        header, _, signature = token.split(".")
        payload = segment('{"sub":"t"}')
        with pytest.raises(SignatureRejectedError):
            verifier.verify(f"{header}.{payload}.{signature}")

    def test_a_payload_with_another_token_s_signature_is_rejected(
        self, verifier: SignatureVerifier, sign: Sign
    ) -> None:
        # TV-01
        mine, yours = sign(CLAIMS).split("."), sign({"sub": "t"}).split(".")
        with pytest.raises(SignatureRejectedError):
            verifier.verify(".".join((*mine[:2], yours[2])))

    def test_a_stripped_signature_is_rejected(
        self, verifier: SignatureVerifier, sign: Sign
    ) -> None:
        # TV-01
        header, payload, _ = sign(CLAIMS).split(".")
        for token in (f"{header}.{payload}.", f"{header}.{payload}"):
            with pytest.raises(MalformedTokenError):
                verifier.verify(token)

    @pytest.mark.parametrize("algorithm", ["none", "HS256", "rs256", "RS512", "PS256", "ES256", ""])
    def test_no_other_algorithm_is_accepted(
        self, verifier: SignatureVerifier, sign: Sign, algorithm: str
    ) -> None:
        # TV-02
        _, payload, signature = sign(CLAIMS).split(".")
        header = segment(f'{{"kid":"in-memory-key","alg":"{algorithm}"}}')
        with pytest.raises(MalformedTokenError):
            verifier.verify(f"{header}.{payload}.{signature}")

    @pytest.mark.parametrize(
        "respelled",
        [
            "{}=",
            "{}==",
            " {}",
            "{} ",
            "{}\n",
            "\n{}",
            "{}.",
            ".{}",
            "{}.e30",
            "{}.e30.e30",
            "Bearer {}",
            "{}\0",
            "{}\N{COMBINING ACUTE ACCENT}",
            "{}\ud800",
        ],
    )
    def test_one_token_has_one_spelling(
        self, verifier: SignatureVerifier, sign: Sign, respelled: str
    ) -> None:
        # TV-06
        token = sign(CLAIMS)
        verifier.verify(token)
        with pytest.raises(MalformedTokenError):
            verifier.verify(respelled.format(token))

    @pytest.mark.parametrize("unlike", ["", ".", "..", "...", "e30.e30.e30", "null", "{}", "a.b.c"])
    def test_what_is_no_token_is_malformed(self, verifier: SignatureVerifier, unlike: str) -> None:
        # TV-16
        with pytest.raises(MalformedTokenError):
            verifier.verify(unlike)

    @pytest.mark.parametrize("unlike", [None, b"a.b.c", 0, True, ["a.b.c"], {"token": "a.b.c"}])
    def test_what_is_no_text_is_malformed(
        self, verifier: SignatureVerifier, unlike: object
    ) -> None:
        # TV-16
        with pytest.raises(MalformedTokenError):
            verifier.verify(unlike)  # type: ignore[arg-type]

    def test_a_token_of_the_greatest_length_is_read_and_one_longer_is_not(
        self, verifier: SignatureVerifier, sign: Sign
    ) -> None:
        # DL-01
        filler = MAX_TOKEN_LENGTH * 3 // 4  # base64 makes a third more of it
        while len(sign({"filler": "x" * filler})) > MAX_TOKEN_LENGTH:
            filler -= 1
        longest = sign({"filler": "x" * filler})
        assert len(longest) in range(MAX_TOKEN_LENGTH - 1, MAX_TOKEN_LENGTH + 1)
        assert verifier.verify(longest) == {"filler": "x" * filler}
        with pytest.raises(MalformedTokenError):
            verifier.verify(sign({"filler": "x" * (filler + 2)}))

    def test_without_keys_there_is_no_answer(self, cut_off: SignatureVerifier, sign: Sign) -> None:
        # KF-08
        with pytest.raises(KeySourceUnavailableError):
            cut_off.verify(sign(CLAIMS))

    def test_it_can_be_asked_beforehand_whether_there_are_keys(
        self, verifier: SignatureVerifier, cut_off: SignatureVerifier
    ) -> None:
        # KF-08
        verifier.require_keys()
        with pytest.raises(KeySourceUnavailableError):
            cut_off.require_keys()

    def test_a_malformed_token_is_rejected_even_without_keys(
        self, cut_off: SignatureVerifier
    ) -> None:
        with pytest.raises(TokenRejectedError):
            cut_off.verify("a.b.c")
