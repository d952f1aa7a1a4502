"""The local Cognito's side of SRP, on vectors that three clients agree about."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from authcore_local.cognito.errors import CognitoError
from authcore_local.cognito.idp_api.srp_flow import parse_timestamp
from authcore_local.cognito.user_pool.srp import (
    MAX_HEX,
    K,
    N,
    SrpHandshake,
    pad,
    private_key,
    public_value,
)


VECTORS: list[dict[str, str]] = json.loads(
    (Path(__file__).parent / "data" / "srp_vectors.json").read_text(encoding="utf-8")
)


def handshake(vector: dict[str, str], **changes: Any) -> SrpHandshake:
    identity = vector["pool_id"].partition("_")[2] + vector["user_id_for_srp"]
    salt = bytes.fromhex(vector["salt"].zfill(len(vector["salt"]) + len(vector["salt"]) % 2))
    x = int.from_bytes(private_key(salt, identity, changes.pop("password", vector["password"])))
    return SrpHandshake(
        identity=identity,
        salt=salt,
        verifier=pow(2, x, N),
        client_public=int(vector["SRP_A"], 16),
        secret=int(vector["b"], 16),
        **changes,
    )


def proves(vector: dict[str, str], **changes: Any) -> bool:
    block = base64.b64decode(vector["secret_block_b64"])
    return handshake(vector, **changes).proves(vector["signature"], block, vector["timestamp"])


@pytest.mark.parametrize("vector", VECTORS)
def test_the_pool_sends_the_vectors_public_value_and_takes_its_signature(
    vector: dict[str, str],
) -> None:
    assert f"{handshake(vector).server_public:x}" == vector["SRP_B"]
    assert proves(vector)


def test_another_passwords_signature_is_none() -> None:
    assert not proves(VECTORS[0], password="correct-horse1")


def test_the_multiplier_is_the_one_of_amazons_clients() -> None:
    assert f"{K:x}" == "538282c4354742d7cbbde2359fcf67f9f5b3a6b08791e5011b43b8a5b66d9ee6"


@pytest.mark.parametrize(
    ("number", "octets"), [(0, "00"), (0x7F, "7f"), (0x80, "0080"), (0xABC, "0abc"), (256, "0100")]
)
def test_a_number_is_padded_as_amazons_clients_pad_it(number: int, octets: str) -> None:
    assert pad(number).hex() == octets


@pytest.mark.parametrize(
    "text", ["", "0", "g1", "-1", "0x1", " 1", "1_0", f"{N:x}", f"{2 * N:x}", "1" * (MAX_HEX + 1)]
)
def test_what_is_no_public_value_is_refused(text: str) -> None:
    assert public_value(text) is None


def test_a_timestamp_is_read_as_amazons_clients_write_it() -> None:
    assert parse_timestamp("Wed Jan 7 03:04:05 UTC 2026") == datetime(
        2026, 1, 7, 3, 4, 5, tzinfo=UTC
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Wed Jan 07 03:04:05 UTC 2026",
        "Thu Jan 7 03:04:05 UTC 2026",
        "Mi Jan 7 03:04:05 UTC 2026",
        "Wed Jan 7 03:04:05 CET 2026",
        "Wed Feb 30 03:04:05 UTC 2026",
        "2026-01-07T03:04:05Z",
    ],
)
def test_another_timestamp_is_refused(text: str) -> None:
    with pytest.raises(CognitoError, match="TIMESTAMP format should be"):
        parse_timestamp(text)
