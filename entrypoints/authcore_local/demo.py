"""``python -m authcore_local.demo``: the whole system on this machine, for a browser."""

import argparse
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TextIO

import attrs
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from authcore_local.addresses import COOKIE_DOMAIN, Ports
from authcore_local.legacy import SEED_USERS, SeedUser
from authcore_local.lifetimes import Lifetimes
from authcore_local.own_application import OwnApplication
from authcore_local.servers import PortTakenError, stop_on_signals
from authcore_local.stack import LocalStack
from authcore_local.start_page import START_PATH
from authcore_local.variable_lines import variable_lines


FAILED = 1

VARIABLES_FILE = "command.env"
WRITTEN_EVERY = 1.0
"""Seconds."""


def main(
    *,
    ports: Ports | None = None,
    lifetimes: Lifetimes | None = None,
    application: OwnApplication | None = None,
    print_env: bool = False,
    command_files: Path | None = None,
    out: TextIO | None = None,
    err: TextIO | None = None,
    stop: threading.Event | None = None,
) -> int:
    """
    Serve until *stop*.

    Args:
        ports: 8400 to 8403 by default.

        lifetimes: Of tokens; access 5 minutes, refresh 60 minutes by default.

        application: Of the user's own, guarded beside the sample CMS.

        print_env: Whether *out* receives the variables of the application's guard, or of the CMS's,
            and *err* all else.

        command_files: Folder for the files with which the command ``authcore`` runs against the
            demo: VARIABLES_FILE, with keys, and what audit logs and guards said, written again
            every second; only its owner may read it.

        out: Receives addresses and users; colour only on a terminal.

        err: The process's by default.

        stop: Ends the demo.

    Returns:
        0, or 1 when a port is taken.
    """
    out, err = out or sys.stdout, err or sys.stderr
    said = err if print_env else out
    console = Console(file=said, highlight=False, markup=False, soft_wrap=True)
    console.print("starting CMS, auth service, local Cognito and legacy system …")
    try:
        with LocalStack(
            ports=ports, lifetimes=lifetimes, own_sign_in_page=True, own_application=application
        ) as stack:
            if print_env:
                guarded = application or OwnApplication(stack.cms_url)
                out.write(variable_lines(guarded.guard_variables(stack.environment)))
                out.flush()
            _welcome(console, stack)
            stop = stop or threading.Event()
            if command_files is not None:
                _keep_files(command_files, stack, stop)
            stop.wait()
            console.print("stopping")
    except PortTakenError as error:
        console.print(f"cannot start: {error}", style="bold red")
        return FAILED
    return 0


def _keep_files(folder: Path, stack: LocalStack, stop: threading.Event) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    while True:
        variables = {**stack.command_environment, "AUTHCORE_MOVE_RUNS": str(folder / "runs")}
        (folder / VARIABLES_FILE).write_text(variable_lines(variables), encoding="utf-8")
        stack.history.write(folder)
        if stop.wait(WRITTEN_EVERY):
            return


def _welcome(console: Console, stack: LocalStack) -> None:
    console.print()
    console.print(_places(stack))
    console.print("Users of the legacy system; Cognito knows none of them yet:")
    console.print(_people(SEED_USERS))
    console.print("Try this:")
    for step in steps_of(stack):
        console.print(f"  {step}")
    console.print("\nCtrl-C stops everything; nothing is kept.")


def _places(stack: LocalStack) -> Table:
    table = Table(box=SIMPLE, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_row("start here", Text(f"{stack.cms_url}{START_PATH}", "bold"))
    table.add_row("sample CMS", Text(f"{stack.cms_url}/", "bold"))
    table.add_row("flow, live", Text(f"{stack.cms_url}/flow", "bold"))
    table.add_row("outbox, live", Text(stack.addresses.outbox_url, "bold"))
    table.add_row("auth service", Text(f"{stack.auth_url}/auth/session"))
    table.add_row("the old login", Text(stack.addresses.legacy_login_url))
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


def steps_of(stack: LocalStack) -> tuple[str, ...]:
    """List what to try, in order, each step with the legacy id that it shows."""
    person, unmoved, resetting = SEED_USERS[:3]
    return (
        f"1. open {stack.cms_url}/flow and keep it visible",
        f"2. open {stack.cms_url}/new-post?draft=7&tab=2 in another tab",
        f"3. sign in as {person.username}: a wrong password first, then the right one",
        f"4. you are back on the page you asked for, greeted with legacy id {person.userid}",
        "In a private window each, and look at the legacy id:",
        f"5. Continue with Google as {person.display_name}: legacy id {person.userid} again",
        "   (Google asks twice, because Cognito breaks off the sign-in that links her)",
        "6. Continue with Google as Not Really Jane: an unverified address gets its own legacy id",
        "7. Continue with Facebook as Bartleby: no address at all, and its own legacy id",
        "8. Sign up as a new user, who gets their own legacy id; the code is in the outbox",
        f"9. Forgot your password? Say {resetting.username}; the code is in the outbox",
        f"   sign in with the new password: legacy id {resetting.userid}",
        "Sessions, with the buttons of the flow page:",
        "10. go past the access token, load an article: refreshed without a prompt",
        "11. sign out everywhere, load an article: signed out at once; disable: at the token's end",
        f"12. open {stack.addresses.legacy_login_url} in a private window",
        f"13. sign in as {unmoved.username}: the old login opens the same articles; sign out",
        f"    sign in there as {person.username}, change your profile; go past the access token,",
        "    load an article: Cognito has the new name and address",
        "Two sign-ins of one person, in a private window:",
        f"14. Continue with Apple as {person.display_name}: no second account, and a page says why",
        f"15. sign in as {person.username} there, connect the two, and see {person.userid}",
        "The sign-in page of your own, in a private window each:",
        f"16. open {stack.addresses.own_sign_in_url}",
        f"    and sign in as {person.username}: legacy id {person.userid}",
        f"17. there again: {resetting.username} without a password; the code is in the outbox",
        "One password for both logins, in a private window:",
        f"18. the old login takes the password that {resetting.username} chose in step 9",
        "19. change it on the old page; the new login takes that one from then on",
    )


@attrs.frozen(kw_only=True)
class Options:
    """What the command line says; see ``main``."""

    lifetimes: Lifetimes
    application: OwnApplication | None
    print_env: bool
    command_files: Path | None


def parse_options(arguments: Sequence[str] | None = None) -> Options:
    """Parse the command line; wrong usage ends the process with status 2."""
    given = _parser().parse_args(arguments)
    return Options(
        lifetimes=Lifetimes(
            access=timedelta(minutes=given.access_minutes),
            refresh=timedelta(minutes=given.refresh_minutes),
            grace=timedelta(seconds=given.grace_seconds),
            is_rotating=not given.no_rotation,
        ),
        application=given.allow,
        print_env=given.print_env,
        command_files=given.command_files,
    )


def _parser() -> argparse.ArgumentParser:
    usual = Lifetimes()
    parser = argparse.ArgumentParser(
        prog="python -m authcore_local.demo", description="The whole system on this machine."
    )
    for name, within, default, text in (
        ("--access-minutes", (5, 1440), usual.access.seconds // 60, "access and ID tokens live"),
        ("--refresh-minutes", (60, 525_600), usual.refresh.seconds // 60, "refresh tokens live"),
        ("--grace-seconds", (0, 60), usual.grace.seconds, "used refresh tokens stay valid"),
    ):
        low, high = within
        parser.add_argument(
            name,
            type=_between(low, high),
            default=default,
            metavar="N",
            help=f"how long {text}, {low} to {high}; {default} if left out",
        )
    parser.add_argument(
        "--no-rotation", action="store_true", help="keep the refresh token at a refresh"
    )
    parser.add_argument(
        "--allow",
        type=_application,
        metavar="URL",
        help=f"let sign-ins lead to your own application at http://NAME.{COOKIE_DOMAIN}:PORT",
    )
    parser.add_argument(
        "--print-env",
        action="store_true",
        help="print the variables of its guard on standard output, keys too",
    )
    parser.add_argument(
        "--command-files",
        type=Path,
        metavar="FOLDER",
        help="keep in FOLDER what the command authcore needs to run against it, keys too",
    )
    return parser


def _application(text: str) -> OwnApplication:
    try:
        return OwnApplication(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _between(low: int, high: int) -> Callable[[str], int]:
    def number(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) <= 9):
            raise argparse.ArgumentTypeError("must be a number")
        if not low <= int(text) <= high:
            raise argparse.ArgumentTypeError(f"must be {low} to {high}")
        return int(text)

    return number


def _run() -> int:
    given = parse_options()
    return main(
        lifetimes=given.lifetimes,
        application=given.application,
        print_env=given.print_env,
        command_files=given.command_files,
        stop=stop_on_signals(),
    )


if __name__ == "__main__":
    sys.exit(_run())
