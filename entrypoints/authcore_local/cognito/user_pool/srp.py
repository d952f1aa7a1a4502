"""
The pool's side of SRP: a password verifier and one handshake.

See: RFC 3526 for the group; the steps are those of Amazon's own clients.
"""

import base64
import hashlib
import hmac
import re
from typing import Final

import attrs


N: Final = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
"""The group of 3072 bits.  See: RFC 3526 §4."""

G: Final = 2
INFO: Final = b"Caldera Derived Key"
KEY_BYTES: Final = 16
MAX_HEX: Final = 1024
"""Characters of a public value; one of 3072 bits has 768, and two for its sign."""

_HEX: Final = re.compile(rf"[0-9A-Fa-f]{{1,{MAX_HEX}}}")


def pad(number: int) -> bytes:
    """Return *number* as Amazon's clients hash it: big-endian, a zero before a high first bit."""
    return number.to_bytes(number.bit_length() // 8 + 1)


def _hash(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


K: Final = int.from_bytes(_hash(pad(N), pad(G)))


def private_key(salt: bytes, identity: str, password: str) -> bytes:
    """
    Return ``x`` of *password*, 32 octets.

    Args:
        salt: Of the verifier.

        identity: The pool id's second part and ``USER_ID_FOR_SRP``, without a separator.

        password: As typed.
    """
    inner = _hash(f"{identity}:{password}".encode())
    return _hash(pad(int.from_bytes(salt)), inner)


def public_value(text: str) -> int | None:
    """Return the client's ``SRP_A``; None unless it is hexadecimal and no multiple of N."""
    if not _HEX.fullmatch(text):
        return None
    value = int(text, 16)
    return value if value % N else None


@attrs.frozen(kw_only=True)
class SrpHandshake:
    """
    One handshake, after the client has sent ``SRP_A``.

    Attributes:
        identity: See ``private_key``.
        salt: Of the verifier.
        verifier: ``v = g^x mod N``.
        client_public: ``A``.
        secret: ``b``, random.
    """

    identity: str = attrs.field(repr=False)
    salt: bytes = attrs.field(repr=False)
    verifier: int = attrs.field(repr=False)
    client_public: int = attrs.field(repr=False)
    secret: int = attrs.field(repr=False)
    server_public: int = attrs.field(init=False, repr=False)

    @server_public.default
    def _(self) -> int:
        return (K * self.verifier + pow(G, self.secret, N)) % N

    def proves(self, signature: str, secret_block: bytes, timestamp: str) -> bool:
        """Whether ``PASSWORD_CLAIM_SIGNATURE`` is one that only the password's owner can make."""
        message = self.identity.encode() + secret_block + timestamp.encode()
        expected = base64.b64encode(hmac.digest(self._key(), message, "sha256"))
        return hmac.compare_digest(expected, signature.encode())

    def _key(self) -> bytes:
        scramble = int.from_bytes(_hash(pad(self.client_public), pad(self.server_public)))
        base = self.client_public * pow(self.verifier, scramble, N)
        shared = pow(base, self.secret, N)
        extracted = hmac.digest(pad(scramble), pad(shared), "sha256")
        return hmac.digest(extracted, INFO + b"\x01", "sha256")[:KEY_BYTES]
