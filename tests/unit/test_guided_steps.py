"""The ticks of the demo's front page, from the hops of the flow log."""

import pytest

from authcore.testing.fakes.system import FrozenClock
from authcore_local.addresses import Addresses, Ports
from authcore_local.flow import FlowLog
from authcore_local.guided_steps import GUARDED, Progress, guided_steps


STEPS = guided_steps(Addresses(Ports()))


@pytest.fixture(name="flow")
def _flow() -> FlowLog:
    return FlowLog(FrozenClock())


@pytest.fixture(name="progress")
def _progress(flow: FlowLog) -> Progress:
    return Progress(STEPS, flow)


def returned(flow: FlowLog, detail: str = "code AbCdEf…(43)") -> None:
    flow.record("browser", "cognito", "GET /oauth2/idpresponse", "302 to the callback", detail)


def created(flow: FlowLog) -> None:
    flow.record("lambda", "legacy", "POST /api/create_legacy_account", "200 created", "userid 7")


def test_there_are_nine_steps_and_nothing_is_done_at_first(progress: Progress) -> None:
    assert len(STEPS) == 9
    assert progress.done() == ()


def test_a_step_stays_done_when_its_hops_are_gone(flow: FlowLog, progress: Progress) -> None:
    flow.record("browser", "cms", f"GET {GUARDED}", "302")
    assert progress.done() == (2,)
    for _ in range(600):
        flow.record("browser", "cms", "GET /", "200")
    assert progress.done() == (2,)


def test_hops_count_in_their_order_only(flow: FlowLog, progress: Progress) -> None:
    flow.record("browser", "cms", f"GET {GUARDED}", "200")
    assert progress.done() == ()
    flow.record("browser", "cms", f"GET {GUARDED}", "302")
    flow.record("browser", "cms", f"GET {GUARDED}", "200")
    assert progress.done() == (2, 4)


def test_an_account_of_another_provider_ticks_no_step_of_google(
    flow: FlowLog, progress: Progress
) -> None:
    flow.record("browser", "cognito", "POST Google", "302 to the user pool")
    returned(flow)
    flow.record("browser", "cognito", "POST Facebook", "302 to the user pool")
    created(flow)
    returned(flow)
    assert progress.done() == (7,)


def test_a_sign_in_that_was_broken_off_is_not_done_yet(flow: FlowLog, progress: Progress) -> None:
    returned(flow, "AliasExistsException")
    assert progress.done() == ()
    returned(flow)
    assert progress.done() == (5,)


def test_what_the_server_tells_is_done_at_once(progress: Progress) -> None:
    progress.note(1)
    assert progress.done() == (1,)
