"""``authcore legacy …``."""

from typing import Annotated

import attrs
from cyclopts import Parameter

from authcore.domain.model.linking import Creation
from authcore_cli.legacy_check_output import counts, print_json, print_table
from authcore_cli.legacy_checks.check import CheckResult, OperationName, run_checks
from authcore_cli.legacy_checks.request import (
    LOCKED_PASSWORD_VARIABLE,
    PASSWORD_VARIABLE,
    SESSION_VARIABLE,
    CheckedUser,
    LegacyCheckRequest,
)
from authcore_cli.process import CommandContext, ExitStatus


JsonLines = Annotated[bool, Parameter(name="--json", negative="")]
Write = Annotated[bool, Parameter(negative="")]
Only = Annotated[tuple[OperationName, ...], Parameter(negative="")]


@attrs.frozen
class LegacyCommands:
    """
    Checks a legacy system's HTTP API.

    Attributes:
        context: Of the process.
    """

    context: CommandContext

    def check(
        self,
        url: str | None = None,
        /,
        *,
        user: str | None = None,
        locked_user: str | None = None,
        session: Annotated[bool, Parameter(negative="")] = False,
        creation: Creation = "unique",
        write: Write = False,
        only: Only = (),
        json_lines: JsonLines = False,
    ) -> ExitStatus:
        """
        Check that a legacy system answers as docs/legacy-api.yaml says.

        Sends up to 100 calls.  Changes nothing without --write; use a test system and users made
        for it.  The user gets at most seven wrong passwords.

        The API key is AUTHCORE_LEGACY_API_KEY.  The password of --user is AUTHCORE_CHECK_PASSWORD,
        that of --locked-user AUTHCORE_CHECK_LOCKED_PASSWORD, the session AUTHCORE_CHECK_SESSION.
        What is not there is asked for, or read from standard input in this order, a line each.

        Exit status: 0 no finding, 1 findings, 2 wrong usage or settings, 3 no check got an answer.

        Args:
            url: The part before /api/.  Instead of AUTHCORE_LEGACY_URL.

            user: Login name of a user who may sign in and has not moved.

            locked_user: Login name of a locked user.

            session: Check a session of the old login as well.

            creation: What the system promises, as in AUTHCORE_LINKING_CREATION.

            write: Create an account, link it and change its name; end the session.

            only: Check this operation only; may be repeated.

            json_lines: Lines of JSON also on a terminal.
        """
        request = LegacyCheckRequest(
            url=url,
            user=self._user(user, PASSWORD_VARIABLE),
            locked=self._user(locked_user, LOCKED_PASSWORD_VARIABLE),
            session=self._secret(SESSION_VARIABLE, "Session") if session else None,
            creation=creation,
            writes=write,
            only=only,
        )
        results = self._run(request)
        terminal = self.context.stdout.isatty() and not json_lines
        (print_table if terminal else print_json)(self.context, results)
        return _status(results)

    def _run(self, request: LegacyCheckRequest) -> list[CheckResult]:
        tools = self.context.legacy_tools(self.context.environment, request)
        try:
            return list(run_checks(tools.checks, tools.timer))
        finally:
            tools.close()

    def _user(self, username: str | None, variable: str) -> CheckedUser | None:
        if username is None:
            return None
        password = self._secret(variable, f"Password of {username}")
        return CheckedUser(username=username, password=password)

    def _secret(self, variable: str, name: str) -> str:
        given = self.context.environment.get(variable)
        return given or self.context.ask(f"{name}: ", hidden=True)


def _status(results: list[CheckResult]) -> ExitStatus:
    if not counts(results)["failed"]:
        return ExitStatus.OK
    ran = [result for result in results if result.outcome != "skipped"]
    silent = all(result.is_silent for result in ran)
    return ExitStatus.UNAVAILABLE if silent else ExitStatus.REJECTED
