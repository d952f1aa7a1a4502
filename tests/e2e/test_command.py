"""The ``authcore`` command in a shell: one clear line and one exit status, whatever is broken."""

import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import attrs
import pytest

from authcore.adapters.system import environment
from authcore.testing.mint import TokenMint
from doors.door_world import environment_for
from support.gate import AMPLE


COMMAND: Final = str(Path(sys.executable).with_name("authcore"))
FULL: Final = Path("/dev/full")
NAME: Final = "Zo\u00eb \u2603"


@attrs.frozen
class Ran:
    status: int
    out: str
    err: str

    @property
    def complaints(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.startswith("authcore: ")]


def ran(
    *arguments: str,
    stdin: str = "",
    shell: str = '"$@"',
    variables: Mapping[str, str] | None = None,
) -> Ran:
    """What *arguments* come to; *shell* redirects them, as in ``"$@" >&-``."""
    done = subprocess.run(
        ["sh", "-c", shell, "sh", COMMAND, *arguments],
        input=stdin.encode(),
        capture_output=True,
        env={"PATH": environment()["PATH"], **(variables or {})},
        timeout=AMPLE.total_seconds(),
        check=False,
    )
    found = Ran(done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1"))
    assert "Traceback" not in found.err
    assert "Exception ignored" not in found.err
    return found


@pytest.fixture(scope="module")
def token() -> str:
    return TokenMint().identity(name=NAME)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_what_an_encoding_lacks_is_escaped(token: str, encoding: str) -> None:
    shown = ran("token", "inspect", token, variables={"PYTHONIOENCODING": encoding})

    assert shown.status == 0
    assert NAME.encode(encoding, "backslashreplace").decode("latin-1") in shown.out


def test_a_closed_stdin_holds_no_token() -> None:
    refused = ran("token", "inspect", shell='"$@" <&-')

    assert refused.status == 1
    assert refused.err == "authcore: token_malformed: there is no token in the input\n"


def test_a_stdin_that_cannot_be_read_is_one_line() -> None:
    refused = ran("token", "inspect", shell='"$@" 0>/dev/null')

    assert refused.status == 1
    assert refused.err.startswith("authcore: token_malformed: the input cannot be read: ")


@pytest.mark.parametrize("arguments", [["token", "inspect", "-"], ["--help"], ["--version"]])
@pytest.mark.parametrize(
    ("shell", "reason"),
    [
        pytest.param(
            '"$@" >/dev/full',
            "No space left on device",
            marks=pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full"),
        ),
        ('{ "$@"; echo $? >&2; } | true', "Broken pipe"),
    ],
    ids=["full", "pipe"],
)
def test_an_answer_that_cannot_be_written_is_one_line_and_status_4(
    token: str, arguments: list[str], shell: str, reason: str
) -> None:
    failed = ran(*arguments, stdin=token, shell=shell)

    assert failed.complaints == [f"authcore: the answer cannot be written: {reason}"]
    if "true" in shell:
        assert failed.err.endswith("\n4\n")
    else:
        assert failed.status == 4


def test_whoever_closes_the_output_still_gets_the_status(token: str) -> None:
    assert ran("token", "inspect", token, shell='"$@" >&- 2>&-').status == 0
    assert ran("token", "inspect", "x", shell='"$@" >&- 2>&-').status == 1


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_complaint_that_cannot_be_written_leaves_the_status() -> None:
    assert ran("no-such-command", shell='"$@" 2>/dev/full').status == 2


def test_whoever_is_stopped_while_it_waits_sees_no_traceback() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _SAYING_WHEN_IT_READS, "token", "inspect"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"reading\n"
        process.send_signal(signal.SIGINT)
        status, err = process.wait(timeout=AMPLE.total_seconds()), process.stderr.read()

    assert (status, err) == (130, b"")


_SAYING_WHEN_IT_READS: Final = """
import io, sys
from authcore_cli.__main__ import main

class Stdin(io.TextIOBase):
    def read(self, size=-1):
        sys.__stderr__.write("reading\\n")
        sys.__stderr__.flush()
        return sys.__stdin__.read(size)

sys.stdin = Stdin()
main()
"""


def without(tmp_path: Path, *names: str) -> Mapping[str, str]:
    """Variables under which the command does not find the packages *names*."""
    hiding = f"""
import sys

class Hiding:
    def __init__(self, finder):
        self.finder = finder

    def __getattr__(self, name):
        return getattr(self.finder, name)

    def find_spec(self, name, path=None, target=None):
        hidden = name.partition(".")[0] in {names!r}
        return None if hidden else self.finder.find_spec(name, path, target)

sys.meta_path[:] = map(Hiding, sys.meta_path)
"""
    (tmp_path / "sitecustomize.py").write_text(hiding, encoding="utf-8")
    return {"PYTHONPATH": str(tmp_path)}


@pytest.mark.parametrize("missing", [("cyclopts",), ("rich",), ("cyclopts", "rich")])
def test_without_the_cli_extra_the_command_names_it(
    tmp_path: Path, missing: tuple[str, ...]
) -> None:
    refused = ran("token", "inspect", variables=without(tmp_path, *missing))

    assert refused.status == 2
    assert refused.err == (
        f"authcore: the command needs {missing[0]}, which is not here: "
        "install authcore-cognito[cli]\n"
    )


WEB_ONLY: Final = ("starlette", "uvicorn")
GOOD: Final = environment_for(TokenMint())


def test_the_cli_extra_alone_checks_a_guard(tmp_path: Path) -> None:
    variables = {**GOOD, **without(tmp_path, *WEB_ONLY)}

    good = ran("config", "check", "--door", "guard", variables=variables)
    shared = ran(
        "config",
        "check",
        "--door",
        "guard",
        variables={**variables, "AUTHCORE_COOKIE_DOMAIN": "co.uk"},
    )

    assert (good.status, good.complaints) == (0, [])
    assert shared.status == 2
    assert "public suffix" in shared.err


def test_without_the_web_extra_config_check_does_not_approve_the_auth_service(
    tmp_path: Path,
) -> None:
    variables = without(tmp_path, *WEB_ONLY)

    unbuilt = ran("config", "check", variables={**GOOD, **variables})
    wrong = ran("config", "check", variables={**GOOD, **variables, "AUTHCORE_COOKIE_DOMAIN": "x"})

    assert unbuilt.status == 2
    assert unbuilt.complaints == [
        "authcore: the auth service does not start without starlette: install authcore-cognito[web]"
    ]
    assert wrong.status == 2
    assert len(wrong.complaints) == 1
    assert "AUTHCORE_COOKIE_DOMAIN is wrong" in wrong.err


def test_without_the_list_of_public_suffixes_settings_are_checked_all_the_same(
    tmp_path: Path,
) -> None:
    hidden = without(tmp_path, "publicsuffixlist")

    assert ran("config", "check", "--door", "guard", variables={**GOOD, **hidden}).status == 0
