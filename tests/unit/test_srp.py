"""The client's side of SRP: AWS's values, pycognito's, and a server of our own."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from pycognito.aws_srp import AWSSRP

from authcore.adapters.cognito import srp
from authcore.adapters.cognito.srp import G, N, SrpClient, SrpServer, timestamp
from authcore.domain.errors import ProviderUnavailableError
from support.gate import sampled


VECTORS: Final[list[dict[str, str]]] = json.loads(
    Path(__file__).with_name("srp_vectors.json").read_text("utf-8")
)
"""Made by pycognito, amazon-cognito-identity-js and a third program, which agree."""

NOW: Final = datetime(2026, 1, 7, 3, 4, 5, tzinfo=UTC)
K: Final = 0x538282C4354742D7CBBDE2359FCF67F9F5B3A6B08791E5011B43B8A5B66D9EE6


def _server(salt: str, public: str, block: str) -> SrpServer:
    return SrpServer.read({"SALT": salt, "SRP_B": public, "SECRET_BLOCK": block})


def _prove(vector: Mapping[str, str], **changes: str) -> str:
    said = {**vector, **changes}
    client = SrpClient(int(said["a"], 16))
    server = _server(said["salt"], said["SRP_B"], said["secret_block_b64"])
    return client.prove(
        server,
        scope=said["pool_id"].partition("_")[2],
        identity=said["user_id_for_srp"],
        password=said["password"],
        at=NOW,
    )["PASSWORD_CLAIM_SIGNATURE"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["salt"][:8])
def test_the_published_handshakes_are_repeated(vector: Mapping[str, str]) -> None:
    assert SrpClient(int(vector["a"], 16)).srp_a == vector["SRP_A"]
    assert timestamp(NOW) == vector["timestamp"]
    assert _prove(vector) == vector["signature"]


def test_a_salt_is_a_number_as_in_awss_own_client() -> None:
    """Leading zeros change nothing; pycognito pads the text instead."""
    vector = VECTORS[-1]

    assert _prove(vector, salt=f"00{vector['salt']}") == vector["signature"]


def test_the_multiplier_is_that_of_the_group() -> None:
    assert srp._K == K
    assert pow(4, (N - 1) // 2, N) == 1
    assert N.bit_length() == 3072


class Handshake:
    """A random exchange, decided by its seed."""

    def __init__(self, seed: int) -> None:
        drawn = hashlib.shake_256(f"handshake {seed}".encode()).digest(2_000)
        self.a = int.from_bytes(drawn[:32], "big")
        self.salt = f"{int.from_bytes(drawn[32 : 48 - seed % 3], 'big'):x}"
        self.user = f"user-{drawn[48:56].hex()}"
        self.password = "".join("aZ9 $é漢😀"[octet % 8] for octet in drawn[56 : 57 + drawn[0] % 40])
        self.block = base64.b64encode(drawn[200 : 201 + drawn[1] * 6]).decode()
        self.b = int.from_bytes(drawn[100:132], "big")
        self.x = self._private_key()
        verifier = pow(G, self.x, N)
        self.public = (K * verifier + pow(G, self.b, N)) % N

    def _private_key(self) -> int:
        inner = hashlib.sha256(f"Pool1{self.user}:{self.password}".encode()).digest()
        return int(hashlib.sha256(_padded(self.salt) + inner).hexdigest(), 16)

    def ours(self) -> Mapping[str, str]:
        return SrpClient(self.a).prove(
            _server(self.salt, f"{self.public:x}", self.block),
            scope="Pool1",
            identity=self.user,
            password=self.password,
            at=NOW,
        )

    def pycognitos(self) -> str:
        oracle: Any = AWSSRP("", self.password, "eu-west-1_Pool1", "client", client=object())
        oracle.small_a_value = self.a
        oracle.large_a_value = oracle.calculate_a()
        key = oracle.get_password_authentication_key(
            self.user, self.password, self.public, self.salt
        )
        return self._signed(key)

    def servers(self) -> str:
        """What a server that knows the verifier computes, by RFC 5054 §2.6."""
        a_public = pow(G, self.a, N)
        u = int.from_bytes(
            hashlib.sha256(_padded(f"{a_public:x}") + _padded(f"{self.public:x}")).digest(), "big"
        )
        shared = pow(a_public * pow(pow(G, self.x, N), u, N), self.b, N)
        extracted = hmac.digest(_padded(f"{u:x}"), _padded(f"{shared:x}"), "sha256")
        return self._signed(hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16])

    def _signed(self, key: bytes) -> str:
        signed = f"Pool1{self.user}".encode() + base64.b64decode(self.block)
        mac = hmac.digest(key, signed + b"Wed Jan 7 03:04:05 UTC 2026", "sha256")
        return base64.b64encode(mac).decode()


def _padded(digits: str) -> bytes:
    """``padHex`` as facts state it."""
    if len(digits) % 2:
        return bytes.fromhex(f"0{digits}")
    return bytes.fromhex(f"00{digits}" if digits[0] in "89abcdef" else digits)


@pytest.mark.parametrize("seed", sampled(range(300), of=6))
def test_a_random_handshake_is_pycognitos_and_the_servers(seed: int) -> None:
    handshake = Handshake(seed)
    answer = handshake.ours()

    assert answer["PASSWORD_CLAIM_SIGNATURE"] == handshake.pycognitos() == handshake.servers()
    assert answer["PASSWORD_CLAIM_SECRET_BLOCK"] == handshake.block


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SALT", ""),
        ("SALT", "xyz"),
        ("SALT", "-1"),
        ("SALT", "0x1f"),
        ("SALT", "1" * (srp.MAX_SALT_DIGITS + 1)),
        ("SRP_B", "0"),
        ("SRP_B", f"{N:x}"),
        ("SRP_B", f"{2 * N:x}"),
        ("SRP_B", f"{N + 1:x}"),
        ("SRP_B", "f" * 800),
        ("SRP_B", "١٢"),
        ("SECRET_BLOCK", ""),
        ("SECRET_BLOCK", "A" * (srp.MAX_BLOCK_LENGTH + 1)),
    ],
    ids=lambda text: ascii(text)[:12],
)
def test_numbers_that_no_honest_server_sends_end_the_exchange(name: str, value: str) -> None:
    said = {"SALT": "1f", "SRP_B": "2", "SECRET_BLOCK": "AAAA"}
    assert SrpServer.read(said).public == 2
    with pytest.raises(ProviderUnavailableError):
        SrpServer.read({**said, name: value})
    with pytest.raises(ProviderUnavailableError):
        SrpServer.read({key: text for key, text in said.items() if key != name})


def test_a_zero_scrambler_ends_the_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(srp, "_hash", lambda _: 0)

    with pytest.raises(ProviderUnavailableError):
        _prove(VECTORS[0])


def test_a_block_that_is_no_base64_ends_the_exchange() -> None:
    with pytest.raises(ProviderUnavailableError):
        _prove(VECTORS[0], secret_block_b64="A*==")


@pytest.mark.parametrize("exponent", [0, 1, 2**256 - 1, 2**256, 2**1024 + 7])
def test_powers_of_the_generator_are_those_of_pow(exponent: int) -> None:
    assert srp._power_of_g(exponent) == pow(G, exponent, N)


@pytest.mark.parametrize("days", range(0, 366, 31))
def test_times_are_english_and_their_days_unpadded(days: int) -> None:
    at = datetime(2026, 1, 1, 23, 59, 8, tzinfo=UTC) + timedelta(days=days)
    day, month, number, rest = timestamp(at).split(" ", 3)

    assert (
        datetime.strptime(f"{day} {month} {number} {rest}", "%a %b %d %H:%M:%S UTC %Y").replace(
            tzinfo=UTC
        )
        == at
    )
    assert not number.startswith("0")
