"""What the commands that change a pool say, and in which stages they work."""

import io
import json
from datetime import timedelta
from typing import Any

import attrs
import pytest

from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.moves import RunStage, RunTarget
from authcore.domain.services.moves.import_execution import ImportExecution
from authcore.domain.services.moves.import_outcomes import ImportOutcomes
from authcore.domain.services.moves.pool_turn import PoolTurns
from authcore.ports.user_creation import ImportJob
from authcore.testing.fakes.coordination import InMemoryMachineLock
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyAccounts
from authcore.testing.fakes.system import RecordedPause
from authcore.testing.fakes.user_creation import InMemoryUserCreation
from authcore.testing.fakes.user_directory import InMemoryDirectoryListing
from authcore.testing.fakes.user_import import InMemoryUserImport
from authcore_cli.app import run
from authcore_cli.move.run_output import RunProgress
from authcore_cli.move.run_tools import RunTools
from authcore_cli.process import CommandContext
from unit.moves_world import POOL, World, planned


RUN_ID = "20260314-7f3a9c"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@attrs.frozen
class Ran:
    status: int
    out: str
    err: str

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])["summary"]
        return found


@attrs.frozen
class Commands:
    """The commands on a world; the store stays open between them."""

    world: World
    has_legacy_api: bool = True
    fingerprint: str = "AUTHCORE_MOVE_*:1 pool-settings:2"

    def ask(self, *arguments: str, on: type[io.StringIO] = io.StringIO) -> Ran:
        out, err = on(), io.StringIO()
        context = CommandContext({}, io.StringIO(), out, err, run_tools=lambda *_: self._tools())
        status = run(["move", arguments[0], RUN_ID, *arguments[1:]], context)
        return Ran(status, out.getvalue(), err.getvalue())

    def _tools(self) -> RunTools:
        world, pause = self.world, RecordedPause(self.world.clock)
        imports = ImportExecution(
            store=world.store,
            imports=InMemoryUserImport(),
            folder=None,  # type: ignore[arg-type]
            retrier=world.retrier(),
            clock=world.clock,
            pause=pause,
        )
        reading = ImportOutcomes(
            store=world.store,
            listing=InMemoryDirectoryListing(world.directory),
            own=world.own(),
            imported=imports.imported,
            retrier=world.retrier(),
            pause=pause,
        )
        return RunTools(
            store=world.store,
            pool_id=POOL,
            read_fingerprint=lambda: self.fingerprint,
            turns=PoolTurns(lock=InMemoryMachineLock(), clock=world.clock),
            survey=world.survey(),
            execution=world.execution(),
            imports=imports,
            reading=reading,
            linking=world.linking() if self.has_legacy_api else None,
            opening=world.opening(),
            undo=world.undo(),
            close=lambda: None,
        )


@pytest.fixture
def commands() -> Commands:
    return Commands(World(size=3))


def _enter(commands: Commands, stage: RunStage, target: RunTarget = "create") -> None:
    store = commands.world.store
    store._run = attrs.evolve(store.run(), stage=stage, target=target)


def test_a_terminal_shows_counts_reasons_and_what_comes_next(commands: Commands) -> None:
    commands.world.directory.add("user2")

    ran = commands.ask("run", on=Terminal)

    assert ran.status == 1
    assert f"run {RUN_ID}: 3 users into {POOL}" in ran.out
    assert "2 created" in ran.out
    assert "1 exists: name_taken. Another pool user has the user name." in ran.out
    assert f"next: authcore move link {RUN_ID}" in ran.out


def test_a_terminal_shows_the_state_and_the_counts_of_an_import_job() -> None:
    out = Terminal()
    context = CommandContext({}, io.StringIO(), out, io.StringIO())

    job = ImportJob(
        job_id="import-1", name="part-1", status="InProgress", imported=7, skipped=0, failed=1
    )
    RunProgress(context).on_job(job)

    assert "part-1: status InProgress, 7 imported, 0 skipped, 1 failed\n" in out.getvalue()


def test_a_whole_batch_that_is_refused_by_right_can_be_accepted() -> None:
    world = World(size=10)
    world.creation.refused_by_trigger = {f"user{number}" for number in range(1, 11)}
    commands = Commands(world)

    stopped = commands.ask("run")
    accepted = commands.ask("run", "--accept-refused")

    assert stopped.status == 3
    assert f"authcore move run {RUN_ID} --accept-refused" in stopped.err
    assert accepted.status == 1
    assert accepted.summary["refused"] == {"trigger_refused": 10}


def test_each_command_leads_to_the_next(commands: Commands) -> None:
    following = [
        (ran := commands.ask(name)).summary["next"].removesuffix(f" {RUN_ID}")
        for name in ("check", "run", "link", "open", "undo")
    ]

    assert following == [
        "authcore move run",
        "authcore move link",
        "authcore move open",
        "authcore move ready",
        "authcore move ready",
    ]
    assert ran.status == 1
    assert ran.summary["kept"] == {"may_have_signed_in": 3}


def test_a_command_that_has_no_user_left_to_work_on_is_not_the_next(commands: Commands) -> None:
    for number in (1, 2, 3):
        commands.world.directory.add(f"user{number}")

    assert commands.ask("run").summary["next"] == "authcore move ready"


def test_users_who_are_open_already_are_not_opened_after_a_refused_link(commands: Commands) -> None:
    commands.ask("run")
    commands.ask("open")
    commands.world.accounts = InMemoryLegacyAccounts()
    commands.world.links.rows.clear()
    ran = commands.ask("link")

    assert (ran.status, ran.summary["next"]) == (1, "authcore move ready")


def test_a_check_that_finds_no_planned_user_in_the_pool_says_so(commands: Commands) -> None:
    said = "no planned user is in the pool\n"
    assert said in commands.ask("check", on=Terminal).out
    commands.world.directory.add("user2")
    assert said not in commands.ask("check", on=Terminal).out


def test_the_bar_is_there_before_the_first_batch_is_done() -> None:
    out = Terminal()
    report = RunProgress(CommandContext({}, io.StringIO(), out, io.StringIO()))

    report.on_begin(World(size=3).store.run(), "undo", 3)
    report.on_end(World(size=3).store.run(), {}, complete=True, following="")

    assert "0/3" in out.getvalue()


def test_without_a_legacy_api_open_follows_and_link_is_refused() -> None:
    commands = Commands(World(size=1), has_legacy_api=False)

    assert commands.ask("run").summary["next"] == f"authcore move open {RUN_ID}"
    ran = commands.ask("link")

    assert ran.status == 2
    assert "AUTHCORE_LEGACY_URL" in ran.err


@pytest.mark.parametrize(
    ("command", "stages"),
    [
        ("check", ("planning", "executed", "undone")),
        ("run", ("planning", "executed", "linked", "undoing")),
        ("link", ("planned", "executing", "undoing", "undone")),
        ("open", ("planned", "executing", "opened", "undone")),
        ("undo", ("planning", "planned", "undone")),
    ],
)
def test_a_stage_that_a_command_does_not_fit_is_said_and_nothing_is_written(
    commands: Commands, command: str, stages: tuple[RunStage, ...]
) -> None:
    for stage in stages:
        _enter(commands, stage)
        ran = commands.ask(command)

        assert ran.status == 2
        assert f"is {stage}: authcore move show {RUN_ID}" in ran.err
        assert commands.world.store.run().stage == stage
    assert commands.world.names() == []


def test_imported_users_are_not_opened(commands: Commands) -> None:
    _enter(commands, "executed", "import")

    assert commands.ask("open").status == 2


def test_an_import_that_was_cut_short_is_undone_also_under_other_settings(
    commands: Commands,
) -> None:
    """An attribute that was added to the pool cannot be removed: the run never continues."""
    imported = planned(1).user
    assert imported is not None
    commands.world.directory.add("user1", imported.attributes, status="RESET_REQUIRED")
    _enter(commands, "executing", "import")
    other = attrs.evolve(commands, fingerprint="AUTHCORE_MOVE_*:1 pool-settings:3")
    assert other.ask("run").status == 2

    ran = other.ask("undo")

    assert (ran.status, ran.summary["undone"]) == (0, {"ok": 1})
    assert commands.world.names() == []
    assert commands.world.store.run().stage == "undone"


class Interrupted(InMemoryUserCreation):
    """The operator presses Ctrl-C at the second user."""

    def create_user(self, user: Any) -> Any:
        """See the port."""
        if len(self.asked) == 1:
            raise KeyboardInterrupt
        return super().create_user(user)


@pytest.mark.parametrize(
    ("command", "stage", "target"),
    [
        ("open", "executed", "import"),
        ("link", "planned", "create"),
    ],
)
def test_a_refused_command_is_not_called_stopped(
    commands: Commands, command: str, stage: RunStage, target: RunTarget
) -> None:
    _enter(commands, stage, target)

    ran = commands.ask(command, on=Terminal)

    assert ran.status == 2
    assert ran.out == ""
    assert ran.err.count("\n") == 1


def test_a_stopped_run_says_so_and_continues_without_a_second_user(commands: Commands) -> None:
    world = commands.world
    world.creation = Interrupted(world.directory)
    ran = commands.ask("run")

    assert (ran.status, ran.err) == (3, "authcore: stopped\n")
    assert ran.summary["complete"] is False
    assert ran.summary["next"] == f"authcore move run {RUN_ID}"
    world.creation = InMemoryUserCreation(world.directory)

    assert commands.ask("run").status == 0
    assert world.names() == ["user1", "user2", "user3"]


def test_an_undo_of_a_run_that_was_cut_short_finds_what_was_not_recorded(
    commands: Commands,
) -> None:
    world = commands.world
    world.creation = Interrupted(world.directory)
    commands.ask("run")
    assert world.names() == ["user1"]

    ran = commands.ask("undo")

    assert (ran.status, ran.summary["undone"]) == (0, {"ok": 1})
    assert world.names() == []


class Down(InMemoryUserCreation):
    """A pool that gives no answer."""

    def create_user(self, user: Any) -> Any:
        """See the port."""
        raise ProviderUnavailableError("down", detail="HTTP 503")


def test_an_outage_ends_with_status_3_and_the_reason(commands: Commands) -> None:
    commands.world.creation = Down(commands.world.directory)

    ran = commands.ask("run")

    assert ran.status == 3
    assert "provider_unavailable" in ran.err
    assert ran.summary["complete"] is False


def test_lines_name_users_by_number_and_sub_and_hold_no_address(commands: Commands) -> None:
    world = commands.world
    world.directory.add("user2")
    said = "".join(commands.ask(each).out for each in ("check", "run", "link", "undo"))

    assert "user1" not in said
    assert "@" not in said
    assert "\x1b" not in said
    assert '{"number":2,"outcome":"exists","reason":"name_taken","cognito_id":null}' in said


def test_a_run_of_hours_compares_the_pool_again_and_creates_no_second_user(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("authcore.domain.services.moves.execution.BATCH", 1)
    world = commands.world

    class Slow(InMemoryUserCreation):
        """Half an hour for each user; after the second the person of the third signs up."""

        def create_user(self, user: Any) -> Any:
            """See the port."""
            created = super().create_user(user)
            world.clock.advance(timedelta(minutes=31))
            if len(self.asked) == 2:
                address = {"email": "user3@legacy.example", "email_verified": "true"}
                world.directory.add("signed-up", address)
            return created

    world.creation = Slow(world.directory)

    ran = commands.ask("run")

    assert (ran.status, ran.summary["created"]) == (1, {"ok": 2})
    assert ran.summary["exists"] == {"address_taken": 1}


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_plan_is_followed_only_under_the_settings_that_it_was_made_under(command: str) -> None:
    world = World(size=1)
    changed = Commands(world, fingerprint="AUTHCORE_MOVE_*:1 pool-settings:3")

    ran = changed.ask(command)

    assert ran.status == 2
    assert "was planned under other settings (pool-settings): set them as they were" in ran.err
    assert (ran.out, world.names(), world.store.run().stage) == ("", [], "planned")


def test_an_undo_does_not_ask_under_which_settings_the_run_was_planned() -> None:
    world = World(size=1)
    assert Commands(world).ask("run").status == 0

    assert Commands(world, fingerprint="pool-settings:3").ask("undo").status == 0
    assert world.names() == []
