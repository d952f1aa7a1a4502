"""What an SRP sign-in costs of our own CPU, beside pycognito's."""

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from pycognito.aws_srp import AWSSRP

from authcore.adapters.cognito.srp import N, SrpClient, SrpServer
from authcore.adapters.system import SystemEntropy


ROUNDS: Final = 61
SALT: Final = "1b8ca1f91e1d4c1ff49b7889463e85a7"
NOW: Final = datetime(2026, 1, 7, 3, 4, 5, tzinfo=UTC)
SERVER: Final = SrpServer.read({"SALT": SALT, "SRP_B": f"{N - 5:x}", "SECRET_BLOCK": "QUJD"})


def rows() -> list[tuple[str, str, str]]:
    """Name, figure, target: milliseconds of CPU, medians of interleaved rounds."""
    _ours()  # makes the table of powers
    rounds = [(_milliseconds(_ours), _milliseconds(_pycognitos)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(column) for column in zip(*rounds, strict=True))
    return [
        ("an SRP exchange, from SRP_A to the proof", f"{ours:.1f} ms", "10 ms"),
        ("pycognito's", f"{theirs:.1f} ms, x {theirs / ours:.1f}", ""),
    ]


def _ours() -> None:
    secret = int.from_bytes(SystemEntropy().token().encode()[:32], "big")
    SrpClient(secret).prove(SERVER, scope="Pool1", identity="anna", password="canary", at=NOW)


def _pycognitos() -> None:
    client: Any = AWSSRP("anna", "canary", "eu-west-1_Pool1", "client", client=object())
    client.get_password_authentication_key("anna", "canary", SERVER.public, SALT)


def _milliseconds(call: Callable[[], None]) -> float:
    start = time.process_time()
    call()
    return (time.process_time() - start) * 1e3


def main() -> None:
    """Print the table."""
    for name, figure, target in rows():
        print(f"{name:46}{figure:>26}   {target}")


if __name__ == "__main__":
    main()
