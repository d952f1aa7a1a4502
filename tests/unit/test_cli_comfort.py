"""Help, completion, settings as JSON, and a word where the command waits."""

import io
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from authcore_cli.app import run
from authcore_cli.process import CommandContext
from unit.test_cli import POOL, SIGN_IN


SECRET: Final = "canary-secret-0123456789"
GROUPS: Final = ("config", "links", "sessions", "sync", "token")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@attrs.frozen
class Ran:
    status: int
    out: str
    err: str


def ran(
    *arguments: str, stdin: io.StringIO | None = None, variables: Mapping[str, str] = POOL
) -> Ran:
    out, err = io.StringIO(), io.StringIO()
    status = run(arguments, CommandContext(variables, stdin or io.StringIO(), out, err))
    return Ran(status, out.getvalue(), err.getvalue())


@pytest.mark.parametrize("command", [[], ["links"], ["links", "audit"], ["signin"], ["help"]])
def test_help_says_what_the_option_says(command: list[str]) -> None:
    asked = ran("help", *command)

    assert asked == ran(*command, "--help")
    assert asked.status == 0
    assert asked.out


@pytest.mark.parametrize("command", [["nothing"], ["links", "nothing"], ["links", "audit", "x"]])
def test_help_about_no_command_is_wrong_usage(command: list[str]) -> None:
    asked = ran("help", *command)

    assert (asked.status, asked.out) == (2, "")
    assert f"no such command: {' '.join(command)}" in asked.err


@pytest.mark.parametrize("shell", ["bash", "fish", "powershell", "zsh"])
def test_completion_is_a_script_that_knows_commands_and_options(shell: str) -> None:
    script = ran("completion", shell)

    assert (script.status, script.err) == (0, "")
    assert all(word in script.out for word in (*GROUPS, "signin", "dry-run"))


def test_completion_for_another_shell_is_wrong_usage() -> None:
    assert ran("completion", "tcsh").status == 2


@pytest.mark.parametrize(
    ("typed", "completed"),
    [("authcore li", {"links"}), ("authcore links au", {"audit"}), ("authcore sy", {"sync"})],
)
def test_bash_completes(typed: str, completed: set[str], tmp_path: Path) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    script = tmp_path / "completion"
    script.write_text(ran("completion", "bash").out, encoding="utf-8")
    words = typed.split()
    program = (
        f'source "{script}"; COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; '
        f'COMP_LINE="{typed}"; COMP_POINT={len(typed)}; '
        "$(complete -p authcore | sed 's/.*-F \\([^ ]*\\).*/\\1/'); "
        "printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    asked = subprocess.run(
        [bash, "--norc", "-c", program], capture_output=True, text=True, check=True
    )

    assert set(asked.stdout.split()) == completed


def check_as_json(variables: Mapping[str, str], *more: str) -> tuple[int, dict[str, Any]]:
    checked = ran("config", "check", "--json", *more, variables=variables)
    assert checked.err == ""
    return checked.status, json.loads(checked.out)


WORKING: Final = {
    **POOL,
    **SIGN_IN,
    "AUTHCORE_SIGN_IN_DOMAIN_URL": "https://login.example.com",
    "AUTHCORE_SIGN_IN_CLIENT_SECRET": SECRET,
    "AUTHCORE_SIGN_IN_DEFAULT_REDIRECT": "https://cms.example.com/",
    "AUTHCORE_COOKIE_DOMAIN": "example.com",
    "AUTHCORE_COOKIE_KEYS": "A" * 43 + "=",
}


def test_settings_that_work_as_json() -> None:
    status, report = check_as_json({**WORKING, "AUTHCORE_COOKIE_DOMIAN": "example.org"})

    assert (status, report["door"], report["starts"]) == (0, "web", True)
    assert report["problems"] == []
    assert any("AUTHCORE_COOKIE_DOMIAN" in each for each in report["warnings"])
    by_name = {each["variable"]: each for each in report["settings"]}
    assert by_name["AUTHCORE_COOKIE_DOMAIN"] == {
        "variable": "AUTHCORE_COOKIE_DOMAIN",
        "state": "set",
        "value": "example.com",
        "purpose": by_name["AUTHCORE_COOKIE_DOMAIN"]["purpose"],
    }
    assert by_name["AUTHCORE_COOKIE_FORMAT"]["state"] == "default"
    assert by_name["AUTHCORE_COOKIE_FORMAT"]["value"] == "sealed"


def test_no_secret_is_in_the_json() -> None:
    variables = {**WORKING, "AUTHCORE_COOKIE_KEYS": "canary-wrong-key"}
    status, report = check_as_json(variables)

    assert status == 2
    assert "canary" not in json.dumps(report)
    by_name = {each["variable"]: each for each in report["settings"]}
    assert by_name["AUTHCORE_SIGN_IN_CLIENT_SECRET"]["state"] == "set"
    assert by_name["AUTHCORE_SIGN_IN_CLIENT_SECRET"]["value"] is None


def test_every_problem_is_in_the_json_and_the_status_is_that_of_the_table() -> None:
    status, report = check_as_json({"AUTHCORE_COGNITO_REGION": "nowhere"})
    table = ran("config", "check", variables={"AUTHCORE_COGNITO_REGION": "nowhere"})

    assert status == table.status == 2
    assert report["starts"] is False
    assert all(f"authcore: {each}\n" in table.err for each in report["problems"])
    states = {each["variable"]: each["state"] for each in report["settings"]}
    assert states["AUTHCORE_COGNITO_REGION"] == "wrong"
    assert states["AUTHCORE_COGNITO_USER_POOL_ID"] == "missing"


@pytest.mark.parametrize("command", [["inspect"], ["inspect", "-"], ["verify"], ["verify", "-"]])
def test_a_command_that_waits_for_a_terminal_says_so(command: list[str]) -> None:
    asked = ran("token", *command, stdin=Terminal(""))

    assert asked.err.startswith("authcore: waiting for the token on standard input")


@pytest.mark.parametrize("command", [["inspect"], ["verify", "-"]])
def test_nothing_is_said_where_a_program_is_read(command: list[str]) -> None:
    assert "waiting" not in ran("token", *command).err


def test_nothing_is_said_where_the_token_is_an_argument() -> None:
    assert "waiting" not in ran("token", "inspect", "eyJ", stdin=Terminal("")).err
