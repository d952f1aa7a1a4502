"""``python -m authcore_local.demo``: the whole system on this machine, for a browser."""

import signal
import sys
import threading
from collections.abc import Iterable
from typing import TextIO

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from authcore_local.addresses import Ports
from authcore_local.legacy import SEED_USERS, SeedUser
from authcore_local.stack import LocalStack, PortTakenError


FAILED = 1


def main(
    *, ports: Ports | None = None, out: TextIO | None = None, stop: threading.Event | None = None
) -> int:
    """
    Serve until *stop*.

    Args:
        ports: The documented ones by default.

        out: Where addresses and users are printed; colour only on a terminal.

        stop: Ends the demo.

    Returns:
        0, or 1 when a port is taken.
    """
    console = Console(file=out or sys.stdout, highlight=False, markup=False, soft_wrap=True)
    console.print("starting CMS, auth service, local Cognito and legacy system …")
    try:
        with LocalStack(ports=ports) as stack:
            _welcome(console, stack)
            (stop or threading.Event()).wait()
            console.print("stopping")
    except PortTakenError as error:
        console.print(f"cannot start: {error}", style="bold red")
        return FAILED
    return 0


def _welcome(console: Console, stack: LocalStack) -> None:
    console.print()
    console.print(_places(stack))
    console.print("Users of the legacy system; Cognito knows none of them yet:")
    console.print(_people(SEED_USERS))
    console.print("Try this:")
    for step in _steps(stack):
        console.print(f"  {step}")
    console.print("\nCtrl-C stops everything; nothing is kept.")


def _places(stack: LocalStack) -> Table:
    table = Table(box=SIMPLE, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_row("sample CMS", Text(f"{stack.cms_url}/", "bold"))
    table.add_row("flow, live", Text(f"{stack.cms_url}/flow", "bold"))
    table.add_row("outbox, live", Text(stack.addresses.outbox_url, "bold"))
    table.add_row("auth service", Text(f"{stack.auth_url}/auth/session"))
    table.add_row("local Cognito", Text(stack.addresses.issuer))
    table.add_row("legacy system", Text(stack.addresses.legacy_url))
    return table


def _people(users: Iterable[SeedUser]) -> Table:
    table = Table(box=SIMPLE, pad_edge=False)
    for heading in ("user name", "password", "legacy id"):
        table.add_column(heading, no_wrap=True)
    table.add_column("why")
    for user in users:
        table.add_row(Text(user.username), Text(user.password), Text(user.userid), Text(user.story))
    return table


def _steps(stack: LocalStack) -> tuple[str, ...]:
    person = SEED_USERS[0]
    return (
        f"1. open {stack.cms_url}/flow and keep it in sight",
        f"2. open {stack.cms_url}/new-post?draft=7&tab=2 in another tab",
        f"3. sign in as {person.username}: a wrong password first, then the right one",
        "4. you are back on the page you asked for, greeted by name, with your legacy id",
        "In a private window each, and look at the legacy id:",
        f"5. Continue with Google as {person.display_name}: the verified address finds her account",
        "6. Continue with Google as Not Really Jane: an unverified address gets one of its own",
        "7. Continue with Facebook as Bartleby: no address at all, and still exactly one account",
        "8. Sign up as somebody new; the code is in the outbox",
        "9. Forgot your password? Say gregor: he is migrated, and the outbox has his code",
    )


def _run() -> int:
    stop = threading.Event()
    for interrupt in (signal.SIGINT, signal.SIGTERM):
        signal.signal(interrupt, lambda *_: stop.set())
    return main(stop=stop)


if __name__ == "__main__":
    sys.exit(_run())
