"""``authcore move`` on an account: a planned run of its legacy users, and each command."""

import base64
import hashlib
import io
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import attrs
import pytest

from authcore.adapters.cognito.user_administration import CognitoUserAdministration
from authcore.adapters.cognito.user_import import CognitoUserImport
from authcore.adapters.runs.directory import RunsDirectory
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.moves import NewPoolUser, PlannedUser, Run, RunTarget
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.moves import import_execution
from authcore.testing.fakes.system import FrozenClock
from authcore_cli.app import run
from authcore_cli.move.plan_wiring import plan_tools
from authcore_cli.process import CommandContext, ExitStatus
from deploy.account import KEY, PASSWORD, POOL_ID, SEEDS, TABLE_NAME, Account
from deploy.driven_functions import LEGACY_KEY


RUN_ID: Final = "20260314-7f3a9c"
PROOFS: Final = LinkProofs((base64.b64decode(KEY),), POOL_ID)
ROLE: Final = "arn:aws:iam::123456789012:role/import-logs"


@attrs.frozen
class Ran:
    """What a command said."""

    status: int
    lines: list[dict[str, Any]]
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        """Of the last line."""
        found: dict[str, Any] = self.lines[-1]["summary"]
        return found


@attrs.frozen
class Move:
    """A planned run of the seven users of the legacy system."""

    account: Account
    folder: Path
    variables: Mapping[str, str] = attrs.field(factory=dict)

    @property
    def environment(self) -> Mapping[str, str]:
        """Variables of each command."""
        folder = {"AUTHCORE_MOVE_RUNS": str(self.folder)}
        return {**self.account.variables, **folder, **self.variables}

    def plan(self, target: RunTarget = "create") -> None:
        """Keep the run, under the settings of the commands that follow."""
        environment = {**self.environment, "AUTHCORE_SOURCE_KIND": "legacy"}
        tools = plan_tools(environment, lambda *_: None)
        tools.close()
        store = RunsDirectory(self.folder).begin(
            Run(
                run_id=RUN_ID,
                source="legacy",
                pool_id=POOL_ID,
                target=target,
                fingerprint=tools.fingerprint,
                stage="planned",
                started_at=FrozenClock().now(),
            )
        )
        store.add_page([_planned(number, each) for number, each in enumerate(SEEDS, 1)], None)
        store.close()

    def note(self, name: str, value: str) -> None:
        """Write a note of the run."""
        store = RunsDirectory(self.folder).writer(RUN_ID)
        store.note(name, value)
        store.close()

    def run(self, *arguments: str, **variables: str) -> Ran:
        """Run ``authcore move`` with *arguments*."""
        environment = {**self.environment, **variables}
        out, err = io.StringIO(), io.StringIO()
        status = run(["move", *arguments], CommandContext(environment, io.StringIO(), out, err))
        lines = [json.loads(line) for line in out.getvalue().splitlines()]
        return Ran(status, lines, err.getvalue())

    def command(self, name: str, **variables: str) -> Ran:
        """Run one command on the run."""
        return self.run(name, RUN_ID, **variables)

    def pool(self) -> list[tuple[object, ...]]:
        """All users, with everything but the dates."""
        return [
            (each.username, each.subject, each.status, each.enabled, dict(each.attributes))
            for each in self.account.pool.users.all_users()
        ]

    def links(self) -> Mapping[str, str | None]:
        """The Cognito id of each account."""
        return {each.userid: each.cognito_id for each in self.account.legacy.accounts()}


def _planned(number: int, seed: Any) -> PlannedUser:
    legacy = LegacyAccount(seed.userid, seed.username, seed.email, True, seed.display_name)
    attributes = {
        "email": seed.email,
        "email_verified": "true",
        LEGACY_UID: seed.userid,
        LEGACY_LINKED: PROOFS.vouch(legacy, RUN_ID),
    }
    claims = (f"uid:{seed.userid}", f"name:{seed.username}", f"email:{seed.email}")
    return PlannedUser(number, seed.userid, NewPoolUser(seed.username, attributes), claims=claims)


def drive_move(account: Account) -> None:
    """Create, link, open and undo; one user is found as a killed undo left it, and was used."""
    with TemporaryDirectory() as folder:
        secrets = account.with_secrets(LEGACY_KEY)
        move = Move(account, Path(folder), {**secrets, "AUTHCORE_STORE_TABLE": TABLE_NAME})
        assert move.run("plan", AUTHCORE_SOURCE_KIND="legacy").status == ExitStatus.OK
        move.plan()
        for name in ("check", "run", "link"):
            assert move.command(name).status == ExitStatus.OK
        for name, enabled in (("anna", False), ("bob", True)):
            account.pool.users.set_password(name, PASSWORD, "CONFIRMED")
            account.pool.users.change(name, partial(attrs.evolve, enabled=enabled))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(CognitoUserAdministration, "disable_user", _disable_late(account))
            assert move.command("undo").status == ExitStatus.REJECTED
    with TemporaryDirectory() as folder:
        move = attrs.evolve(move, folder=Path(folder))
        move.plan()
        move.command("run")
        assert move.command("open").status == ExitStatus.OK


def _disable_late(account: Account) -> Callable[[CognitoUserAdministration, str], None]:
    """Return a disable_user before which one user sets a password: an undo enables that user."""
    disable = CognitoUserAdministration.disable_user

    def disable_user(self: CognitoUserAdministration, username: str) -> None:
        user = account.pool.users.known_as(username)
        if user is not None and user.username == "carl":
            account.pool.users.set_password(username, PASSWORD, "CONFIRMED")
        disable(self, username)

    return disable_user


def drive_move_by_import(account: Account) -> None:
    """
    Begin a job; its file stays here, because the pool's address for it is Amazon's.

    Reads the header in place of the upload, as planning does.
    """
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(CognitoUserImport, "upload", lambda self, *_: self.header())
        role = {"AUTHCORE_MOVE_IMPORT_ROLE_ARN": ROLE, "AUTHCORE_MOVE_TARGET": "import"}
        move = Move(account, Path(folder), role)
        move.plan("import")
        file = Path(folder) / RUN_ID / "part-001.csv"
        file.parent.mkdir()
        names = ["cognito:username", *(each.username for each in SEEDS)]
        file.write_text("".join(f"{name}\n" for name in names))
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        note = {"first": 1, "last": len(SEEDS), "rows": len(SEEDS), "sha256": digest}
        move.note("part-001.csv", json.dumps(note))
        patch.setattr(import_execution, "POLL", timedelta(0))
        assert move.command("run").status == ExitStatus.USAGE
