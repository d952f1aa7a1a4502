"""Key pairs like those of a user pool.  RSA keys are slow to make, so a process makes few."""

import base64
import hashlib
import threading
from typing import Final

import attrs
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def base64url(octets: bytes) -> str:
    """*octets* in base64url without padding.  See: RFC 7515 §2."""
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def _number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@attrs.frozen
class SigningKey:
    """
    An RSA key pair with a key id of Cognito's form.

    Attributes:
        private: The private key.
        kid: 44 characters of base64, derived from the modulus.
    """

    private: rsa.RSAPrivateKey = attrs.field(repr=False)
    kid: str

    def jwk(self) -> dict[str, str]:
        """The public key as a JWK.  See: RFC 7517 §4."""
        public = self.private.public_key().public_numbers()
        return {
            "alg": "RS256",
            "e": _number(public.e),
            "kid": self.kid,
            "kty": "RSA",
            "n": _number(public.n),
            "use": "sig",
        }

    def public_pem(self) -> bytes:
        """The public key as SubjectPublicKeyInfo in PEM."""
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message: bytes) -> bytes:
        """Sign with RSASSA-PKCS1-v1_5 and SHA-256.  See: RFC 7518 §3.3."""
        return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())


def generate_key(bits: int = 2048) -> SigningKey:
    """Make a key pair of *bits*; takes about 0.1 seconds."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    modulus = _number(private.public_key().public_numbers().n)
    digest = hashlib.sha256(modulus.encode()).digest()
    return SigningKey(private, base64.b64encode(digest).decode())


_pool: Final[dict[str, SigningKey]] = {}
_pool_lock: Final = threading.Lock()


def pooled_key(name: str) -> SigningKey:
    """The key pair of this process under *name*, made by the first call."""
    with _pool_lock:
        if name not in _pool:
            _pool[name] = generate_key()
        return _pool[name]
