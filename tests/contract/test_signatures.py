"""Signatures, in memory and with the issuer's RSA keys, with and without a memory of tokens."""

import pytest

from authcore.adapters.jwks.key_cache import KeyCache
from authcore.adapters.jwks.key_set import StaticKeys
from authcore.adapters.jwks.verified_token_cache import CachingSignatureVerifier
from authcore.adapters.jwks.verifier import JwksSignatureVerifier
from authcore.domain.errors import KeySourceUnavailableError
from authcore.ports.signatures import SignatureVerifier
from authcore.testing.contracts.signatures import Sign, SignatureVerifierContract
from authcore.testing.fakes.signatures import InMemorySignatureVerifier
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.mint import TokenMint


MINT = TokenMint(clock=FrozenClock())


def no_answer() -> bytes:
    raise KeySourceUnavailableError("down")


class TestInMemorySignatureVerifier(SignatureVerifierContract):
    @pytest.fixture
    def verifier(self) -> SignatureVerifier:
        return InMemorySignatureVerifier()

    @pytest.fixture
    def cut_off(self) -> SignatureVerifier:
        verifier = InMemorySignatureVerifier()
        verifier.go_down()
        return verifier

    @pytest.fixture
    def sign(self) -> Sign:
        return InMemorySignatureVerifier().sign

    @pytest.fixture
    def sign_as_stranger(self) -> Sign:
        return lambda claims: InMemorySignatureVerifier().sign(claims, signer="stranger")

    @pytest.fixture
    def sign_with_unknown_key(self) -> Sign:
        return lambda claims: InMemorySignatureVerifier().sign(claims, kid="unknown")


class _SignedByTheMint(SignatureVerifierContract):
    @pytest.fixture
    def sign(self) -> Sign:
        return lambda claims: MINT.sign(claims, use="access")

    @pytest.fixture
    def sign_as_stranger(self) -> Sign:
        return lambda claims: MINT.sign(claims, use="access", signed_by="stranger")

    @pytest.fixture
    def sign_with_unknown_key(self) -> Sign:
        rotated = TokenMint(clock=FrozenClock())
        rotated.rotate()
        return lambda claims: rotated.sign(claims, use="access")


class TestJwksSignatureVerifier(_SignedByTheMint):
    @pytest.fixture
    def verifier(self) -> SignatureVerifier:
        return JwksSignatureVerifier(KeyCache(MINT.jwks_bytes, FrozenClock()))

    @pytest.fixture
    def cut_off(self) -> SignatureVerifier:
        return JwksSignatureVerifier(KeyCache(no_answer, FrozenClock()))


class TestRememberedSignatureVerifier(_SignedByTheMint):
    @pytest.fixture
    def verifier(self) -> SignatureVerifier:
        keys = StaticKeys(MINT.jwks())
        return CachingSignatureVerifier(JwksSignatureVerifier(keys), keys, FrozenClock())

    @pytest.fixture
    def cut_off(self) -> SignatureVerifier:
        keys = KeyCache(no_answer, FrozenClock())
        return CachingSignatureVerifier(JwksSignatureVerifier(keys), keys, FrozenClock())
