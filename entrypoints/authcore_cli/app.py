"""
The command line.

Exit status: 0 done; 1 rejected; 2 wrong usage or settings; 3 no answer: try later, or do what the
second line says; 4 the output could not be written.
"""

import gc
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Final

from cyclopts import App, CycloptsError

from authcore import __version__
from authcore.domain.errors import (
    AuthcoreError,
    ConfigurationError,
    MisconfiguredError,
    RejectedError,
    UnavailableError,
)
from authcore.domain.model.reasons import REASONS
from authcore_cli.allow_create import AllowCreateCommand
from authcore_cli.config_check import ConfigCommands
from authcore_cli.doctor_command import DoctorCommand
from authcore_cli.help_commands import HelpCommands
from authcore_cli.keys_command import KeysCommands
from authcore_cli.legacy_commands import LegacyCommands
from authcore_cli.links_commands import LinksCommands
from authcore_cli.move.app import move_app
from authcore_cli.output_stream import UnwrittenError
from authcore_cli.process import CommandContext, ExitStatus, NoInputError, process_context
from authcore_cli.sessions_commands import SessionsCommands
from authcore_cli.signin_command import SignInCommand
from authcore_cli.signin_url import SignInUrlCommand
from authcore_cli.sync_commands import SyncCommands
from authcore_cli.terminal_text import printable, with_detail
from authcore_cli.token_commands import TokenCommands


_TOKEN: Final = re.compile(r"eyJ[A-Za-z0-9_.=-]*")

NEW_OBJECTS: Final = 50_000
"""
Between two searches for circular garbage.

A plan of a million users makes hardly any, and would spend a tenth of its time on searches after
each 700 objects.
"""

EXIT_STATUSES: Final[tuple[tuple[type[AuthcoreError], ExitStatus], ...]] = (
    (ConfigurationError, ExitStatus.USAGE),
    (RejectedError, ExitStatus.REJECTED),
    (UnavailableError, ExitStatus.UNAVAILABLE),
)


def main() -> None:
    """Run the command of this process and leave with its status."""
    gc.set_threshold(NEW_OBJECTS)
    sys.exit(run(sys.argv[1:], process_context(sys.stdin, sys.stdout, sys.stderr)))


def run(arguments: Sequence[str], context: CommandContext) -> int:
    """
    Run one command.

    Returns:
        The exit status; see ExitStatus.  Wrong input never causes a traceback.
    """
    app = _app(context)
    try:
        status = app(list(arguments), exit_on_error=False, print_error=False)
        context.stdout.flush()
    except CycloptsError as error:
        context.complain(_one_line(str(error)))
        return ExitStatus.USAGE
    except ConfigurationError as error:
        for problem in error.problems:
            context.complain(_one_line(problem))
        return ExitStatus.USAGE
    except AuthcoreError as error:
        for line in _explain(error):
            context.complain(_one_line(line))
        return next(status for kind, status in EXIT_STATUSES if isinstance(error, kind))
    except NoInputError as error:
        context.complain(str(error))
        return ExitStatus.USAGE
    except UnwrittenError as error:
        context.complain(f"the answer cannot be written: {error}")
        return ExitStatus.UNWRITTEN
    return ExitStatus.OK if status is None else int(status)


def _explain(error: AuthcoreError) -> Iterator[str]:
    """Yield what went wrong, and what to do where only an operator can repair it."""
    yield f"{error.code}: {with_detail(error)}"
    if isinstance(error, MisconfiguredError):
        yield REASONS[error.code].operator.replace("`", "")


def _one_line(text: str) -> str:
    """Return *text* on one line; a token in it, typed in the wrong place, is left out."""
    return printable(_TOKEN.sub("(token)", " ".join(text.split())))


def _app(context: CommandContext) -> App:
    app = App(
        name="authcore",
        help="Look at tokens, build sign-in URLs, check settings, compare and repair links, "
        "bring users in step, end sessions, check a legacy system, sign in, examine a deployment, "
        "make keys.",
        version=__version__,
        console=context.answers,
        help_format="plaintext",  # markdown takes the stars of AUTHCORE_COGNITO_* for italics
        result_action="return_value",
    )
    tokens = App(name="token", help="Look at or check one token.")
    token_commands = TokenCommands(context)
    tokens.command(token_commands.inspect)
    tokens.command(token_commands.verify)
    config = App(name="config", help="Check settings.")
    config.command(ConfigCommands(context).check)
    links = App(name="links", help="Compare the links of the pool with those of the legacy system.")
    link_commands = LinksCommands(context)
    links.command(link_commands.audit)
    links.command(link_commands.repair)
    links.command(AllowCreateCommand(context).allow_create)
    sessions = App(name="sessions", help="End a user's sessions.")
    sessions.command(SessionsCommands(context).end)
    sessions.command(SessionsCommands(context).allow)
    sync = App(name="sync", help="Bring pool users in step with their legacy accounts.")
    sync.command(SyncCommands(context).run)
    sync.command(SyncCommands(context).user)
    keys = App(name="keys", help="Make keys for the settings.")
    keys.command(KeysCommands(context).new)
    legacy = App(name="legacy", help="Check a legacy system's HTTP API.")
    legacy.command(LegacyCommands(context).check)
    app.command(tokens)
    app.command(links)
    app.command(sync)
    app.command(move_app(context))
    app.command(sessions)
    app.command(legacy)
    app.command(config)
    app.command(keys)
    app.command(DoctorCommand(context).doctor)
    app.command(SignInUrlCommand(context).signin_url)
    app.command(SignInCommand(context).signin)
    help_commands = HelpCommands(context, app)
    app.command(help_commands.help)
    app.command(help_commands.completion)
    return app
