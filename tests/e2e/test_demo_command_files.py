"""``--command-files`` of the demo: another terminal runs ``authcore`` against it."""

import io
import json
import stat
import threading
from datetime import date, timedelta
from pathlib import Path

from authcore.domain.model.audit import AuditEvent
from authcore.testing.fakes.system import FrozenClock
from authcore_local import demo
from authcore_local.addresses import Ports
from authcore_local.history import AUDIT_FILE, COUNTS_FILE, History


def test_the_files_are_in_a_folder_of_the_owner_alone(tmp_path: Path) -> None:
    folder, stop = tmp_path / "demo", threading.Event()
    folder.mkdir(mode=0o755)
    stop.set()

    demo.main(ports=Ports.free(), command_files=folder, out=io.StringIO(), stop=stop)

    lines = (folder / demo.VARIABLES_FILE).read_text(encoding="utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines}
    assert {"AUTHCORE_COGNITO_ENDPOINT_URL", "AUTHCORE_LEGACY_API_KEY"} <= names
    assert "AUTHCORE_LINKING_TABLE" not in names
    assert f"AUTHCORE_MOVE_RUNS={folder}/runs" in lines
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert files == dict.fromkeys((demo.VARIABLES_FILE, AUDIT_FILE, COUNTS_FILE), 0o600)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_the_folder_is_an_option() -> None:
    given = demo.parse_options(["--command-files", "demo"])

    assert given.command_files == Path("demo")
    assert demo.parse_options([]).command_files is None


def test_audit_lines_have_the_time_of_the_movable_clock(tmp_path: Path) -> None:
    clock = FrozenClock()
    history = History(clock)
    history.note(AuditEvent("sign_in.complete", "accepted", "ok"))
    clock.advance(timedelta(days=3))
    history.note(AuditEvent("sign_in.complete", "rejected", "state_unknown"))

    history.write(tmp_path)

    lines = (tmp_path / AUDIT_FILE).read_text(encoding="utf-8").splitlines()
    read = [json.loads(line) for line in lines]
    days = [date.fromisoformat(each["timestamp"][:10]) for each in read]
    assert (days[1] - days[0]).days == 3
    assert [each["reason"] for each in read] == ["ok", "state_unknown"]


def test_a_day_without_a_decision_counts_zero(tmp_path: Path) -> None:
    clock = FrozenClock()
    history = History(clock)
    history.count(("guard", "accepted", "legacy_session"))
    history.count(("guard", "accepted", "legacy_session"))
    clock.advance(timedelta(days=2))

    history.write(tmp_path)

    answer = json.loads((tmp_path / COUNTS_FILE).read_text(encoding="utf-8"))
    [series] = answer["data"]["result"]
    assert series["metric"]["reason"] == "legacy_session"
    assert [value for _, value in series["values"]] == ["2", "0", "0"]
    assert all(at % 86_400 == 0 for at, _ in series["values"])


def test_old_sessions_are_counted_from_zero_as_by_a_guard(tmp_path: Path) -> None:
    """Or a move without any would never be ready: its days would count as not watched."""
    history = History(FrozenClock())
    history.count(("guard", "accepted", "ok"))

    history.write(tmp_path)

    answer = json.loads((tmp_path / COUNTS_FILE).read_text(encoding="utf-8"))
    counted = {each["metric"]["reason"]: each["values"] for each in answer["data"]["result"]}
    assert [value for _, value in counted["legacy_session"]] == ["0"]
