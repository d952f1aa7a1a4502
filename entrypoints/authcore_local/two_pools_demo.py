"""``python -m authcore_local.two_pools_demo``: users move from one pool to another."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Final, TextIO

from rich.console import Console

from authcore.adapters.cognito.client import unsigned_cognito_client
from authcore.adapters.cognito.password_authenticator import CognitoPasswordAuthenticator
from authcore.adapters.system import SystemClock, SystemEntropy
from authcore.domain.errors import AuthcoreError, CredentialsRejectedError, UnavailableError
from authcore.domain.model.accounts import Credentials
from authcore.domain.model.urls import service_url
from authcore.domain.model.usernames import LEGACY_UID, MOVED_TO
from authcore_local.legacy.seed_users import SEED_USERS
from authcore_local.two_pools import SECOND_FACTOR, TwoPools


WITHIN: Final = timedelta(seconds=20)
PASSWORDS: Final = {user.username: user.password for user in SEED_USERS}
MOVING: Final = "jane"
LATE: Final = "huck"

Step = tuple[str, bool]
"""What should hold, and whether it does."""


def main(arguments: Sequence[str] | None = None, *, out: TextIO | None = None) -> int:
    """
    Run the demo and print each step to *out*, in colour only on a terminal.

    Returns:
        0 if every step was right, 1 if one was not.
    """
    argparse.ArgumentParser(
        prog="python -m authcore_local.two_pools_demo", description=__doc__
    ).parse_args(arguments)
    console = Console(file=out or sys.stdout, highlight=False, markup=False, soft_wrap=True)
    with TwoPools() as pools:
        console.print("The settings of the move, secrets aside:")
        for name, value in pools.settings.items():
            secret = name.endswith(("_SECRET", "_KEYS"))
            console.print(f"  {name}={'…' if secret else value}")
        failed = 0
        for said, holds in run_steps(pools):
            failed += not holds
            mark, style = ("ok", "green") if holds else ("WRONG", "bold red")
            console.print(f"{mark:6}{said}", style=style)
    return 1 if failed else 0


def run_steps(pools: TwoPools) -> Iterator[Step]:
    """Sign users in, before and after the old pool is switched off."""
    sign_in = _Browserless(pools)
    old = pools.old.cognito.users
    yield f"{MOVING} is in the old pool only", pools.new.cognito.users.find(MOVING) is None
    yield f"{MOVING} cannot sign in with a wrong password", sign_in(MOVING, "wrong") == "refused"
    yield f"{MOVING} signs in at the new pool with the old password", sign_in(MOVING) == "in"
    before, after = old.find(MOVING), pools.new.cognito.users.find(MOVING)
    if before is None or after is None:
        yield f"{MOVING} is in both pools now", False
        return
    named = after.attributes.get(LEGACY_UID) == before.subject
    yield "the new pool names the sub of the old one", named
    marked = before.attributes.get(MOVED_TO) == after.subject
    yield "the old pool names the sub of the new one", marked
    stays = sign_in(SECOND_FACTOR) == "refused"
    yield f"{SECOND_FACTOR}, who has a second factor, stays in the old pool", stays
    pools.old.stop()
    yield "the old pool is switched off", True
    yield f"{MOVING} signs in at the new pool", sign_in(MOVING) == "in"
    yield f"{LATE}, who has not moved, is asked to try again later", sign_in(LATE) == "later"


class _Browserless:
    """Signs users in to the new pool over its API."""

    def __init__(self, pools: TwoPools) -> None:
        config = pools.new.config
        self._api = CognitoPasswordAuthenticator(
            client=unsigned_cognito_client(
                region=config.region, endpoint_url=service_url(pools.new.url), within=WITHIN
            ),
            user_pool_id=config.pool_id,
            client_id=config.client_id,
            client_secret=None,
            clock=SystemClock(),
            entropy=SystemEntropy(),
        )

    def __call__(self, username: str, password: str | None = None) -> str:
        credentials = Credentials(username, password or PASSWORDS[username])
        try:
            self._api.begin(credentials, flow="USER_PASSWORD_AUTH")
        except CredentialsRejectedError:
            return "refused"
        except UnavailableError:
            return "later"
        except AuthcoreError as error:
            return error.code
        return "in"


if __name__ == "__main__":
    sys.exit(main())
