"""
The whole move of the demo, in Debian's chromium and by ``authcore move``.

Some users sign in with the old password and move; the others are imported and choose a new password
by a code.  Then the old login is closed, and ``authcore move ready`` says that nothing needs it.
"""

import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from authcore_cli.app import run
from authcore_cli.process import CommandContext
from authcore_local.addresses import Ports
from authcore_local.history import AUDIT_FILE, COUNTS_FILE
from authcore_local.legacy import SEED_USERS, SeedUser
from authcore_local.stack import LocalStack
from e2e.conftest import Photographer
from e2e.test_browser import type_in
from e2e.test_browser_linking import type_the_code


pytestmark = pytest.mark.browser

BY_NAME: Final = {user.username: user for user in SEED_USERS}
REACHABLE: Final = BY_NAME["gregor"]
BY_PASSWORD: Final = tuple(BY_NAME[name] for name in ("jane", "huck", "bartleby"))
"""Jane comes by herself; the other two have no verified address, so that no import reaches them."""

LOCKED: Final = BY_NAME["ahab"]
NEW_PASSWORD: Final = "Käfer-im-Herbst-1916"
DAY: Final = timedelta(days=1)
TUTORIAL: Final = Path(__file__).parents[2] / "docs" / "tutorial.md"
FOLDER: Final = "build/demo"
"""Of the demo's files in the tutorial."""


@attrs.frozen
class Operator:
    """Runs ``authcore`` against the stack, on the stack's clock."""

    stack: LocalStack
    folder: Path
    ran: list[str] = attrs.field(factory=list)

    def run(self, *arguments: str) -> tuple[int, list[dict[str, Any]]]:
        """Return exit status and what was answered in JSON."""
        self.ran.append(" ".join(arguments).replace(str(self.folder), FOLDER))
        environment = {
            **self.stack.command_environment,
            "AUTHCORE_MOVE_RUNS": str(self.folder / "runs"),
            "AUTHCORE_READY_CENSUS_HOURS": "744",  # counts have the time of the machine
        }
        out, err = io.StringIO(), io.StringIO()
        context = CommandContext(environment, io.StringIO(), out, err, clock=self.stack.clock)
        status = run(list(arguments), context)
        assert err.getvalue() == ""
        return status, _documents(out.getvalue())

    def ready(self) -> tuple[int, dict[str, Any]]:
        """Ask with the history of the stack."""
        self.stack.history.write(self.folder)
        files = [str(self.folder / name) for name in (AUDIT_FILE, COUNTS_FILE)]
        given = [word for path in files for word in ("--history", path)]
        status, documents = self.run("move", "ready", *given)
        return status, documents[-1]


def _documents(text: str) -> list[dict[str, Any]]:
    """Read one document over several lines, or lines of JSON; a line of text is none."""
    if text.startswith("{\n"):
        return [json.loads(text)]
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


@pytest.fixture(name="stack", scope="module")
def _stack() -> Iterator[LocalStack]:
    with LocalStack(ports=Ports.free()) as stack:
        yield stack


def sign_in(page: Page, stack: LocalStack, user: SeedUser, password: str) -> None:
    page.goto(f"{stack.cms_url}/articles")
    type_in(page, password, user.username)
    expect(page.locator("#legacy-uid")).to_have_text(user.userid)


def test_users_move_by_password_and_by_import_and_then_the_old_login_is_closed(
    stack: LocalStack,
    fresh_context: Callable[[], BrowserContext],
    tmp_path: Path,
    photograph: Photographer,
) -> None:
    operator = Operator(stack, tmp_path)

    old = fresh_context().new_page()
    old.goto(stack.addresses.legacy_login_url)
    type_in(old, REACHABLE.password, REACHABLE.username)
    expect(old.locator("#name")).to_have_text(REACHABLE.display_name or "")
    old.goto(f"{stack.cms_url}/articles")
    for user in BY_PASSWORD:
        sign_in(fresh_context().new_page(), stack, user, user.password)
    stack.legacy.change_name(BY_PASSWORD[0].userid, BY_PASSWORD[0].display_name or "")
    stack.clock.advance(DAY)
    operator.run("move", "status")
    status, verdict = operator.ready()
    assert status == 1, verdict
    assert {"old_sessions_ended", "persons_moved"} <= ids(verdict["blockers"])

    status, planned = operator.run("move", "plan")
    assert status == 0, planned
    [run_id] = {line["run"] for line in planned if "run" in line}
    for command in ("check", "run", "link"):
        status, lines = operator.run("move", command, run_id)
        assert status == 0, (command, lines)
    status, _ = operator.run("links", "audit")
    assert status == 0
    assert stack.cognito.users.find(LOCKED.username) is None

    imported = fresh_context().new_page()
    imported.goto(f"{stack.cms_url}/articles")
    imported.get_by_role("link", name="Forgot your password?").click()
    imported.get_by_label("User name").fill(REACHABLE.username)
    imported.get_by_role("button", name="Send me a code").click()
    type_the_code(imported, stack)
    imported.get_by_label("New password").fill(NEW_PASSWORD)
    imported.get_by_role("button", name="Change password").click()
    expect(imported.get_by_role("button", name="Sign in")).to_be_visible()
    sign_in(imported, stack, REACHABLE, NEW_PASSWORD)

    flow = fresh_context().new_page()
    flow.goto(f"{stack.cms_url}/flow")
    with flow.expect_navigation(url=f"{stack.cms_url}/flow", wait_until="load"):
        flow.get_by_role("button", name="Close the old login").click()
    old.goto(stack.addresses.legacy_login_url)
    expect(old.get_by_role("heading")).to_have_text("The old sign-in is closed")
    photograph(old, "old-login-closed")
    old.goto(f"{stack.cms_url}/articles")
    expect(old.get_by_role("button", name="Sign in")).to_be_visible()

    for _ in range(2):
        stack.clock.advance(DAY)
        sign_in(fresh_context().new_page(), stack, REACHABLE, NEW_PASSWORD)
    operator.run("move", "status")
    status, verdict = operator.ready()
    assert status == 0, verdict
    assert verdict["blockers"] == verdict["unknown"] == []

    report = tmp_path / "report.html"
    status, _ = operator.run(
        "move", "report", "--out", str(report), "--audit", str(tmp_path / AUDIT_FILE)
    )
    assert status == 0
    page = fresh_context().new_page()
    page.goto(report.as_uri())
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    photograph(page, "move-report-of-the-demo")

    assert [each.replace(run_id, "RUN") for each in operator.ran] == commands_of_the_tutorial()


def commands_of_the_tutorial() -> list[str]:
    """Return the commands of the section about the whole move, in order."""
    _, _, section = TUTORIAL.read_text(encoding="utf-8").partition("## The whole move")
    section, _, _ = section.partition("\n## ")
    return re.findall(r"^authcore (.+)$", section, re.MULTILINE)


def ids(obstacles: list[dict[str, Any]]) -> set[str]:
    return {each["id"] for each in obstacles}
