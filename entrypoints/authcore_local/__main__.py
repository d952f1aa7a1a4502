"""``authcore-local``: serve the local Cognito alone."""

import argparse
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from rich.console import Console

from authcore.domain.model.pools import JWKS_PATH
from authcore_local.pool_file import EXAMPLE, PoolFile, PoolFileError, read_pool_file
from authcore_local.served_pool import ServedPool
from authcore_local.servers import PortTakenError, stop_on_signals
from authcore_local.variable_lines import variable_lines


FAILED: Final = 1
MALFORMED: Final = 2


def main(
    arguments: Sequence[str] | None = None,
    *,
    out: TextIO | None = None,
    err: TextIO | None = None,
    stop: threading.Event | None = None,
) -> int:
    """
    Serve until *stop*.

    Returns:
        0; 1 when a port is taken; 2 when the file cannot be used, as for wrong usage.
    """
    given = _parser().parse_args(arguments)
    out, err = out or sys.stdout, err or sys.stderr
    if given.example:
        out.write(EXAMPLE)
        return 0
    problems = Console(file=err, highlight=False, markup=False, soft_wrap=True)
    try:
        pool = ServedPool(_file(given.config))
    except PoolFileError as error:
        problems.print(str(error), style="bold red")
        return MALFORMED
    except PortTakenError as error:
        problems.print(f"cannot start: {error}", style="bold red")
        return FAILED
    with pool:
        if given.print_env:
            out.write(variable_lines(pool.environment))
            out.flush()
        _welcome(problems if given.print_env else _console(out), pool)
        (stop or threading.Event()).wait()
    return 0


def _file(path: Path | None) -> PoolFile:
    if path is None:
        return PoolFile.parse("{}")
    sys.path.insert(0, str(path.parent.absolute()))  # for triggers
    return read_pool_file(path)


def _console(out: TextIO) -> Console:
    return Console(file=out, highlight=False, markup=False, soft_wrap=True)


def _welcome(console: Console, pool: ServedPool) -> None:
    config = pool.config
    rows = {
        "API endpoint": pool.url,
        "replica": pool.replica_url,
        "issuer": config.issuer,
        "keys": f"{config.issuer}{JWKS_PATH}",
        "managed login": config.domain,
        "outbox": f"{config.domain}/outbox",
        "region": config.region,
        "user pool id": config.pool_id,
        "app client id": config.client_id,
        "app client": "public" if config.is_public else "confidential",
        "users": str(len(list(pool.cognito.users.all_users()))),
        "boto3": f"AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER={pool.url}",
    }
    for name, value in rows.items():
        if value:
            console.print(f"{name:14} {value}")
    console.print("Our reading of Amazon's documents, for this machine only; nothing is kept.")
    console.print("--print-env prints variables for applications.  Ctrl-C stops.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="authcore-local", description="A local Cognito user pool on loopback."
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="YAML or JSON; see --example")
    parser.add_argument("--example", action="store_true", help="print a file with every member")
    parser.add_argument(
        "--print-env",
        action="store_true",
        help="print NAME=value lines on standard output, the client secret too",
    )
    return parser


def run() -> int:
    """Serve until SIGINT or SIGTERM."""
    return main(stop=stop_on_signals())


if __name__ == "__main__":
    sys.exit(run())
