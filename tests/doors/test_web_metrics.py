"""``/metrics``: what the process counts, and nobody's id among it."""

import platform
import re
import threading
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from authcore import __version__
from authcore.adapters.audit.counters import MAX_SERIES
from authcore.adapters.durations import Durations
from authcore.adapters.prometheus import ALERTED
from authcore.adapters.worker_threads import MAX_WAITING, WorkerThreads
from authcore_web.containers.services import MAX_THREADS
from authcore_web.middleware.request_frame import RequestFrame
from doors.live_web_world import CALLER_KEY, DUE, LiveWebWorld
from doors.test_web_verify import members_of, verify
from unit.asgi_calls import call


METRICS = "/metrics"


@pytest.fixture
def world() -> LiveWebWorld:
    return LiveWebWorld()


def samples(world: LiveWebWorld) -> dict[tuple[str, ...], float]:
    """Every sample by name and labels, as Prometheus reads them."""
    answer = world.visit(METRICS)
    assert answer.status == 200
    assert (answer.header("content-type") or "").startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_decisions_are_counted_by_outcome_and_reason(world: LiveWebWorld) -> None:
    world.sign_in()
    world.visit("/auth/session")
    world.visit("/auth/check")
    world.clock.advance(DUE)
    world.visit("/auth/check")
    verify(world, members_of(world.tokens()))
    world.press_sign_out()
    world.visit("/auth/session")

    found = samples(world)

    decisions = "authcore_decisions_total"
    assert found[decisions, "guard", "accepted", "ok"] == 3
    assert found[decisions, "guard", "accepted", "refreshed"] == 1
    assert found[decisions, "guard", "rejected", "no_session"] == 1
    assert found[decisions, "verify.caller", "accepted", "cms"] == 1


def test_lines_of_the_audit_log_are_counted_and_still_written(world: LiveWebWorld) -> None:
    world.sign_in()
    world.visit("/auth/signin?redirect=https://evil.example/")
    world.revoker.available = False
    world.press_sign_out()

    found = samples(world)

    events = "authcore_audit_events_total"
    assert found[events, "sign_in.complete", "accepted", "ok"] == 1
    assert found[events, "sign_in.begin", "rejected", "redirect_rejected"] == 1
    assert found[events, "sign_out.provider", "unavailable", "provider_unavailable"] == 1
    counted = sum(value for key, value in found.items() if key[0] == events)
    assert counted == len(world.audit.events)


def test_threads_keys_and_memory_are_measured(world: LiveWebWorld) -> None:
    before = samples(world)
    world.sign_in()
    for _ in range(3):
        world.visit("/auth/session")
    world.clock.advance(timedelta(seconds=90))

    after = samples(world)

    assert ("authcore_keys_age_seconds",) not in before
    assert after["authcore_keys_age_seconds",] == 90
    assert before["authcore_remembered_tokens",] == 0
    assert after["authcore_remembered_tokens",] == 2 * len(("access", "id"))
    assert after["authcore_remembered_bytes",] > 0
    assert after["authcore_worker_threads_busy",] == 0
    assert after["authcore_worker_threads_waiting",] == 0
    assert after["process_resident_memory_bytes",] > 0


def test_requests_are_measured_by_route_and_class_of_the_status(world: LiveWebWorld) -> None:
    world.sign_in()
    world.visit("/auth/session")
    world.visit("/auth/check/any/page?of=a-user", headers=[("accept", "application/json")])
    world.visit("/nowhere-canary")
    world.visit("/auth/session", method="DELETE")

    found = samples(world)

    def requests(route: str, status: str) -> tuple[float, float]:
        name = "authcore_request_duration_seconds"
        whole = found[f"{name}_bucket", "+Inf", route, status]
        assert found[f"{name}_bucket", "0.001", route, status] <= whole
        return whole, found[f"{name}_count", route, status]

    assert requests("/auth/signin", "3xx") == (1, 1)
    assert requests("/auth/session", "2xx") == (1, 1)
    assert requests("/auth/session", "4xx") == (1, 1)
    assert requests("/auth/check/{path}", "2xx") == (1, 1)
    assert requests("other", "4xx") == (1, 1)


def test_a_request_that_ends_without_an_answer_is_measured_as_an_error_of_the_server() -> None:
    async def fail(*_: object) -> None:
        raise OSError

    durations: Durations[tuple[str, str]] = Durations()
    measured = RequestFrame(fail, durations)

    with pytest.raises(OSError, match=r"^$"):
        call(measured, "/auth/session")

    assert [*durations.distributions()] == [("other", "5xx")]


def test_what_runs_is_in_the_labels_of_build_info(world: LiveWebWorld) -> None:
    found = samples(world)

    assert found["authcore_build_info", platform.python_version(), __version__] == 1


def test_what_an_alert_names_is_there_before_it_happens(world: LiveWebWorld) -> None:
    found = samples(world)

    for outcome in ("accepted", "rejected", "unavailable", "misconfigured"):
        assert found["authcore_audit_outcomes_total", outcome] == 0
        assert found["authcore_decision_outcomes_total", outcome] == 0
    for series in ALERTED:
        assert found["authcore_audit_events_total", *series] == 0


def test_the_first_request_of_an_old_session_is_an_increase(world: LiveWebWorld) -> None:
    """Prometheus sees none in a series that begins with one: the old login would look unused."""
    assert samples(world)["authcore_decisions_total", "guard", "accepted", "legacy_session"] == 0


def test_every_reason_of_an_outcome_counts_for_it(world: LiveWebWorld) -> None:
    world.sign_in()
    world.visit("/auth/signin?redirect=https://evil.example/")
    world.visit("/auth/signin/callback?error=access_denied")

    found = samples(world)

    assert found["authcore_audit_outcomes_total", "rejected"] == 2
    assert found["authcore_audit_outcomes_total", "accepted"] > 0


def test_nobody_can_be_found_in_it(world: LiveWebWorld) -> None:
    # AL-08, SP-11
    world.sign_in()
    subject = world.visit("/auth/session").json["user"]["subject"]
    verify(world, members_of(world.tokens()))
    verify(world, members_of(world.tokens()), key=[("authorization", "Bearer stranger-canary")])

    text = world.visit(METRICS).text

    for secret in (subject, "canary", "Ada", CALLER_KEY, "refresh-token"):
        assert secret not in text


def test_what_a_request_says_makes_no_series(world: LiveWebWorld) -> None:
    # DL-06
    for number in range(50):
        world.visit(f"/nowhere-{number}")
        world.visit(f"/auth/signin?redirect=https://evil-{number}.example/")
        world.visit(f"/auth/signin/callback?error=error-{number}")

    text = world.visit(METRICS).text
    series = re.findall(r"^authcore_(?:decisions|audit_events).*\{", text, re.M)
    requests = re.findall(r"^authcore_request_duration_seconds_count\{.*", text, re.M)

    assert len(series) < 10
    assert len(requests) == len(("/auth/signin", "/auth/signin/callback", "other"))
    assert MAX_SERIES == 1000


def test_idle_threads_cost_nothing_for_there_are_none() -> None:
    # DL-04
    before = set(threading.enumerate())  # of other tests; some may end meanwhile
    worlds = [LiveWebWorld() for _ in range(3)]
    begun = set(threading.enumerate()) - before
    worlds[0].sign_in()

    assert (MAX_THREADS, MAX_WAITING) == (256, 256)
    assert begun == set()
    assert worlds[1].container.threads().busy == 0


def test_calls_that_follow_each_other_share_one_thread() -> None:
    # DL-04
    import anyio

    used: list[str] = []

    async def main() -> None:
        threads = WorkerThreads()
        for _ in range(20):
            await threads.run(lambda: used.append(threading.current_thread().name))

    anyio.run(main)

    assert len(used) == 20
    assert len(set(used)) == 1
