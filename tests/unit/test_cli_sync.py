"""``authcore sync``: differences as lines or a table, a status for scripts, runs that go on."""

import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import attrs
import pytest

from authcore.domain.errors import (
    AccountMismatchError,
    LegacyUnavailableError,
    ProviderUnavailableError,
)
from authcore.domain.model.accounts import DeletedAccount, LegacyAccount
from authcore.domain.model.directory import DirectoryPage
from authcore.domain.model.usernames import LEGACY_UID
from authcore.domain.services.accounts.profile_survey import ProfileSurvey
from authcore.ports.user_directory import DirectoryListing
from authcore.testing.fakes.legacy_profiles import InMemoryLegacyProfiles
from authcore.testing.fakes.user_directory import InMemoryDirectoryListing
from authcore_cli.app import run
from authcore_cli.links_state import MAX_AGE
from authcore_cli.process import CommandContext
from authcore_cli.sync_run import SyncTools
from unit.profile_sync_world import SyncWorld


PAGE: Final = 3


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Stopping(DirectoryListing):
    """A listing that is interrupted after some pages."""

    def __init__(self, users: DirectoryListing, pages: int, by: BaseException) -> None:
        self._users = users
        self._pages = pages
        self._by = by

    def users(self, after: str | None = None) -> DirectoryPage:
        self._pages -= 1
        if self._pages < 0:
            raise self._by
        return self._users.users(after)


@attrs.frozen
class Ran:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def summary(self) -> dict[str, Any]:
        found: dict[str, Any] = self.lines[-1]["summary"]
        return found


class Town(SyncWorld):
    """Linked users ``0``, ``1`` and so on beside cordelia, each in step."""

    def __init__(self, users: int) -> None:
        super().__init__()
        self.subjects = [self.settle(str(number)) for number in range(users)]
        self.pages: list[str | None] = []

    def settle(self, uid: str) -> str:
        user = self.directory.add(f"user-{uid}", {LEGACY_UID: uid, "name": f"User {uid}"})
        self.legacy.put(account(uid, user.subject))
        return user.subject

    def rename(self, uid: str) -> None:
        self.legacy.put(attrs.evolve(account(uid, self.subjects[int(uid)]), display_name="New"))

    def names(self) -> list[str | None]:
        return [user.attributes.get("name") for user in self.directory.everybody()][1:]

    def tools(self, listing: DirectoryListing | None = None) -> SyncTools:
        sync = self.sync()
        return SyncTools(
            survey=ProfileSurvey(
                users=listing or InMemoryDirectoryListing(self.directory, PAGE),
                accounts=self.legacy,
                policy=sync.policy,
                retrier=sync.writes,
            ),
            sync=sync,
            retrier=sync.writes,
            clock=self.clock,
            place="pool https://legacy.example",
            close=lambda: None,
        )


def account(uid: str, subject: str | None) -> LegacyAccount:
    return LegacyAccount(
        uid,
        f"user-{uid}",
        None,
        email_verified=False,
        display_name=f"User {uid}",
        cognito_id=subject,
    )


def sync(
    town: Town,
    *arguments: str,
    out: io.StringIO | None = None,
    listing: DirectoryListing | None = None,
    stop: Callable[[], None] = lambda: None,
) -> Ran:
    out, err = out or io.StringIO(), io.StringIO()

    def sync_tools(_: Mapping[str, str], rate: int | None, on_retry: Callable[..., None]) -> Any:
        tools = town.tools(listing)
        retrier = attrs.evolve(tools.retrier, on_retry=on_retry)
        return attrs.evolve(tools, retrier=retrier, stop=stop)

    context = CommandContext({}, io.StringIO(), out, err, sync_tools=sync_tools)
    status = run(["sync", *arguments], context)
    return Ran(status, out.getvalue(), err.getvalue())


def test_users_in_step_end_with_0_and_a_summary() -> None:
    town = Town(7)
    before = town.directory.everybody()

    ran = sync(town, "run")

    assert (ran.status, ran.err) == (0, "")
    assert ran.lines == [{"summary": {"users": 8, "different": 0, "results": {}, "complete": True}}]
    assert town.directory.everybody() == before


def test_a_page_takes_one_call_to_the_legacy_system() -> None:
    town = Town(8)

    sync(town, "run")

    assert [len(read) for read in town.legacy.reads] == [3, 3, 3]


def test_users_who_differ_are_written_one_line_each() -> None:
    town = Town(7)
    town.rename("2")
    town.rename("6")

    ran = sync(town, "run")

    assert ran.status == 0
    assert ran.lines[0] == {
        "cognito_id": town.subjects[2],
        "legacy_uid": "2",
        "sync": "updated",
        "written": ["name"],
        "reason": "ok",
    }
    assert ran.summary["results"] == {"updated": 2}
    assert [town.names()[2], town.names()[6]] == ["New", "New"]


def test_a_dry_run_writes_nothing_says_what_it_would_and_ends_with_1() -> None:
    town = Town(3)
    town.rename("1")
    town.legacy.put(DeletedAccount("2", town.subjects[2]))
    before = town.directory.everybody()

    ran = sync(town, "run", "--dry-run")

    assert ran.status == 1
    assert [(line["sync"], line["written"]) for line in ran.lines[:-1]] == [
        ("would be updated", ["name"]),
        ("would be disabled", ["enabled"]),
    ]
    assert town.directory.everybody() == before


@pytest.mark.parametrize(
    ("spoilt", "reason"),
    [
        (None, "account_not_found"),
        (account("1", None), "link_one_sided"),
        (account("1", "another"), "link_taken"),
        (DeletedAccount("1", None), "link_one_sided"),
    ],
)
def test_users_whose_link_is_not_whole_are_told_and_left(
    spoilt: LegacyAccount | DeletedAccount | None, reason: str
) -> None:
    town = Town(3)
    if spoilt is None:
        del town.legacy.accounts["1"]
    else:
        town.legacy.put(spoilt)
    before = town.directory.everybody()

    ran = sync(town, "run")

    assert ran.status == 1
    assert (ran.lines[0]["sync"], ran.lines[0]["reason"]) == ("refused", reason)
    assert town.directory.everybody() == before


def test_a_value_that_the_pool_refuses_is_told_and_stops_nothing() -> None:
    town = Town(4)
    town.legacy.put(attrs.evolve(account("0", town.subjects[0]), display_name="x" * 2049))
    town.rename("3")

    ran = sync(town, "run")

    assert ran.status == 1
    assert ran.summary["results"] == {"refused": 1, "updated": 1}
    assert town.names()[3] == "New"


class Unreadable(InMemoryLegacyProfiles):
    """Some accounts break the contract, e.g. by an address that is none."""

    def __init__(self, accounts: InMemoryLegacyProfiles, *uids: str) -> None:
        super().__init__()
        self.accounts = accounts.accounts
        self._uids = {*uids}

    def read(self, legacy_uids: Sequence[str]) -> Mapping[str, LegacyAccount | DeletedAccount]:
        found = super().read(legacy_uids)
        if self._uids & found.keys():
            raise LegacyUnavailableError("x", detail="contract email")
        return found


def test_one_account_that_breaks_the_contract_is_told_and_stops_nothing() -> None:
    # PS-05
    town = Town(7)
    town.rename("2")
    town.rename("6")
    town.legacy = Unreadable(town.legacy, "1")

    ran = sync(town, "run")

    assert ran.status == 1
    assert ran.summary["results"] == {"refused": 1, "updated": 2}
    (told,) = [line for line in ran.lines[:-1] if line["sync"] == "refused"]
    assert (told["legacy_uid"], told["reason"]) == ("1", "legacy_unavailable")
    assert town.pause.waited[-1] < timedelta(seconds=1)


def test_an_outage_while_accounts_are_read_one_by_one_is_an_outage() -> None:
    class Failing(Unreadable):
        def read(self, legacy_uids: Sequence[str]) -> Mapping[str, LegacyAccount | DeletedAccount]:
            if len(legacy_uids) == 1:
                raise LegacyUnavailableError("down")
            return super().read(legacy_uids)

    town = Town(7)
    town.legacy = Failing(town.legacy, "1")

    assert sync(town, "run").status == 3


def test_a_page_of_one_account_that_breaks_the_contract_stops_nothing() -> None:
    town = Town(3)
    town.legacy = Unreadable(town.legacy, "2")

    ran = sync(town, "run")

    assert (ran.status, ran.summary["results"]) == (1, {"refused": 1})
    assert ran.summary["users"] == 4


def test_a_page_of_two_accounts_that_break_the_contract_is_an_outage() -> None:
    town = Town(4)
    town.legacy = Unreadable(town.legacy, "2", "3")

    assert sync(town, "run").status == 3


class Lenient(Unreadable):
    """Finds ``4`` where ``4`` and a blank is asked for: an answer about another account."""

    def read(self, legacy_uids: Sequence[str]) -> Mapping[str, LegacyAccount | DeletedAccount]:
        if self._uids & {*legacy_uids}:
            raise AccountMismatchError("x")
        return super().read(legacy_uids)


def test_one_id_that_the_legacy_system_confuses_is_told_and_stops_nothing() -> None:
    # PS-05
    town = Town(7)
    town.rename("6")
    town.directory.set_attributes("user-4", {LEGACY_UID: "4 "})
    town.legacy = Lenient(town.legacy, "4 ")

    ran = sync(town, "run")

    assert ran.status == 1
    assert ran.summary["results"] == {"refused": 1, "updated": 1}
    (told,) = [line for line in ran.lines[:-1] if line["sync"] == "refused"]
    assert (told["cognito_id"], told["reason"]) == (town.subjects[4], "legacy_mismatch")


def test_answers_that_break_the_contract_about_everybody_are_an_outage() -> None:
    """A proxy's page is no word about accounts."""
    town = Town(7)
    town.legacy = Unreadable(town.legacy, *town.legacy.accounts)

    ran = sync(town, "run")

    assert (ran.status, ran.summary["different"]) == (3, 0)


def test_an_outage_ends_the_run_with_3() -> None:
    town = Town(3)
    town.legacy.available = False

    ran = sync(town, "run")

    assert ran.status == 3
    assert "legacy_unavailable" in ran.err
    assert ran.summary["complete"] is False


def test_a_stopped_run_is_continued_where_it_was(tmp_path: Path) -> None:
    town = Town(8)
    for uid in ("0", "4", "7"):
        town.rename(uid)
    state = tmp_path / "sync.state"
    pages = InMemoryDirectoryListing(town.directory, PAGE)
    stopped = Stopping(pages, 2, KeyboardInterrupt())

    first = sync(town, "run", "--state", str(state), listing=stopped)
    assert (first.status, first.summary["users"], first.summary["complete"]) == (3, 6, False)
    assert "stopped" in first.err
    assert state.stat().st_mode & 0o777 == 0o600
    town.legacy.reads.clear()

    second = sync(town, "run", "--state", str(state))
    assert second.status == 0
    assert second.summary == {
        "users": 9,
        "different": 3,
        "results": {"updated": 3},
        "complete": True,
    }
    assert not {"0", "1"} & {uid for read in town.legacy.reads for uid in read}
    assert not state.exists()


def test_a_stopped_dry_run_is_not_continued_by_a_run_that_writes(tmp_path: Path) -> None:
    """Nobody wrote the users before the page that the dry run had reached."""
    town = Town(8)
    town.rename("0")
    state = tmp_path / "sync.state"
    pages = InMemoryDirectoryListing(town.directory, PAGE)
    stopped = Stopping(pages, 2, KeyboardInterrupt())
    sync(town, "run", "--dry-run", "--state", str(state), listing=stopped)
    kept = state.read_text()

    ran = sync(town, "run", "--state", str(state))

    assert ran.status == 2
    assert "dry run" in ran.err
    assert state.read_text() == kept
    assert sync(town, "run", "--dry-run", "--state", str(state)).summary["users"] == 9


def test_a_run_that_is_killed_between_two_pages_does_nothing_twice(tmp_path: Path) -> None:
    town = Town(8)
    town.rename("0")
    state = tmp_path / "sync.state"
    sync(town, "run")  # as if it had been killed before it could note the first page

    ran = sync(town, "run", "--state", str(state))

    assert (ran.status, ran.summary["different"]) == (0, 0)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '{"kind": "sync", "version": 2}',
        '{"kind": "sync", "version": 1, "place": "elsewhere", "after": "x", "counts": {}}',
        '{"kind": "sync", "version": 1, "place": "pool https://legacy.example", "after": 1}',
        '{"place": "pool https://legacy.example", "version": 2, "key": "k"}',
    ],
)
def test_a_file_that_is_no_state_of_this_pool_is_never_overwritten(
    tmp_path: Path, content: str
) -> None:
    state = tmp_path / "sync.state"
    state.write_text(content)
    town = Town(3)

    ran = sync(town, "run", "--state", str(state))

    assert ran.status == 2
    assert state.read_text() == content


def test_a_stopped_run_ends_the_waits_of_its_threads() -> None:
    town = Town(8)
    stops: list[str] = []
    listing = Stopping(InMemoryDirectoryListing(town.directory, PAGE), 1, KeyboardInterrupt())

    sync(town, "run", listing=listing, stop=lambda: stops.append("stopped"))

    assert stops == ["stopped"]


def test_a_state_that_is_older_than_page_tokens_is_not_continued(tmp_path: Path) -> None:
    town = Town(8)
    state = tmp_path / "sync.state"
    pages = InMemoryDirectoryListing(town.directory, PAGE)
    sync(town, "run", "--state", str(state), listing=Stopping(pages, 2, KeyboardInterrupt()))
    old = (town.clock.now() - MAX_AGE - timedelta(seconds=1)).timestamp()
    os.utime(state, (old, old))
    town.legacy.reads.clear()

    assert sync(town, "run", "--state", str(state)).summary["users"] == 9
    assert len(town.legacy.reads) == 3


def test_a_terminal_gets_a_table_and_a_sentence() -> None:
    town = Town(4)
    town.rename("1")

    ran = sync(town, "run", out=Terminal())

    assert ran.status == 0
    assert town.subjects[1] in ran.out
    assert "5 users compared, 1 not in step" in ran.out
    assert "1 updated" in ran.out


def test_no_address_is_printed_not_even_one_in_the_place_of_an_id() -> None:
    # SP-11
    town = Town(1)
    town.directory.add("canary", {LEGACY_UID: "canary@example.org", "name": "Canary"})
    for out in (io.StringIO(), Terminal()):
        ran = sync(town, "run", "--dry-run", out=out)

        assert "canary@example.org" not in ran.out + ran.err
        assert "Canary" not in ran.out + ran.err


def test_one_user_can_be_brought_in_step() -> None:
    town = Town(2)
    town.rename("1")

    assert sync(town, "user", "1").lines[0]["sync"] == "updated"
    assert sync(town, "user", "1").lines[0]["sync"] == "unchanged"


def test_one_user_who_is_refused_ends_with_1_and_an_outage_with_3() -> None:
    town = Town(2)
    assert sync(town, "user", "4799").status == 1

    town.directory.unavailable = True
    assert sync(town, "user", "1").status == 3


@pytest.mark.parametrize("arguments", [("--rate", "0"), ("--rate", "1001"), ("--rate", "x")])
def test_a_rate_that_cannot_be_is_wrong_usage(arguments: tuple[str, str]) -> None:
    assert sync(Town(0), "run", *arguments).status == 2


ERRORS: Final = (LegacyUnavailableError("x"), ProviderUnavailableError("x"))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.code)
def test_a_listing_that_fails_later_keeps_what_was_reached(
    tmp_path: Path, error: Exception
) -> None:
    town = Town(8)
    state = tmp_path / "sync.state"
    failing = Stopping(InMemoryDirectoryListing(town.directory, PAGE), 1, error)

    assert sync(town, "run", "--state", str(state), listing=failing).status == 3
    assert sync(town, "run", "--state", str(state)).summary["users"] == 9
