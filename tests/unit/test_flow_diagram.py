"""The flow log's order, and its drawing: causes before effects, escaped, and of bounded size."""

import re
from xml.etree import ElementTree as ET

import pytest

from authcore.adapters.correlation import correlate
from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.testing.fakes.system import FrozenClock
from authcore_local.flow import MAX_HOPS, MAX_NOTES, FlowLog, Hop, Note
from authcore_local.flow_diagram import LANES, MAX_DRAWN, heads, messages, note_kind


ATTEMPT = "0123456789abcdef0123"


@pytest.fixture
def flow() -> FlowLog:
    return FlowLog(FrozenClock())


def names(flow: FlowLog) -> list[str]:
    return [
        entry.request if isinstance(entry, Hop) else entry.event.action for entry in flow.entries()
    ]


def test_a_hop_stands_before_those_it_causes_although_it_ends_after_them(flow: FlowLog) -> None:
    with flow.serving("cognito"):
        began = flow.begin()
        with flow.serving("legacy"):
            flow.record("lambda", "legacy", "login", "200")
        flow.note("lambda", AuditEvent("user_migration", "accepted", "ok"))
        flow.record("cognito", "lambda", "trigger", "answered", began=began)
        flow.record("browser", "cognito", "POST /login", "302")
    flow.record("browser", "auth", "callback", "302")

    assert names(flow) == ["POST /login", "trigger", "login", "user_migration", "callback"]
    assert [hop.request for hop in flow.since(0)] == ["login", "trigger", "POST /login", "callback"]


def test_a_hop_to_another_part_does_not_begin_with_the_request_that_is_served(
    flow: FlowLog,
) -> None:
    with flow.serving("auth"):
        flow.note("auth", AuditEvent("sign_in.begin", "accepted", "ok"))
        flow.record("auth", "cognito", "keys", "200 keys")
        flow.record("browser", "auth", "signin", "302")

    assert names(flow) == ["signin", "sign_in.begin", "keys"]


def test_the_last_entries_are_kept_and_fewer_are_drawn(flow: FlowLog) -> None:
    for number in range(2 * MAX_HOPS):
        flow.record("browser", "cms", f"GET /{number}", "200")
        flow.note("auth", AuditEvent("a", "accepted", "ok"))

    assert len(flow.entries()) == MAX_HOPS + MAX_NOTES
    drawn = messages(flow.entries())
    assert drawn.count('class="label"') == MAX_DRAWN
    assert f"GET /{2 * MAX_HOPS - 1} " in text_of(drawn)


def test_ids_are_shortened_and_lead_to_other_lines(flow: FlowLog) -> None:
    issued = AuditEvent("token.claims", "accepted", "ok")
    completed = AuditEvent(
        "sign_in.complete", "accepted", "ok", attempt=ATTEMPT, token_request="84c0f0bb-b06d-4434"
    )
    with correlate("84c0f0bb-b06d-4434"):
        flow.note("lambda", issued)
    flow.note("auth", completed)

    assert [entry.ids for entry in flow.entries() if isinstance(entry, Note)] == [
        "request 84c0f0bb",
        "attempt 01234567 · token request 84c0f0bb",
    ]


def test_the_guard_asks_from_the_cms_and_is_asked_where_it_is(flow: FlowLog) -> None:
    flow.record("guard", "auth", "POST /auth/verify", "200")
    flow.record("auth", "guard", "who is it?", "refreshed")

    drawn = messages(flow.entries())
    assert 'class="arrow" d="M225 28H366"' in drawn, "from the second lane to the third"
    assert '<circle cx="375"' in drawn, "in the third"


def test_a_query_is_in_the_list_only(flow: FlowLog) -> None:
    flow.record("browser", "auth", "GET /auth/signin?redirect=http://cms/", "302")
    flow.record("cms", "guard", "who is it?", "refreshed")

    drawn = text_of(messages(flow.entries()))
    assert "GET /auth/signin" in drawn
    assert "who is it?" in drawn
    assert "redirect" not in drawn


def text_of(svg: str) -> str:
    return " ".join(ET.fromstring(svg).itertext())


@pytest.mark.parametrize("sender", ["browser", "cms", "auth", "guard", "cognito", "admin"])
@pytest.mark.parametrize("receiver", ["browser", "guard", "auth", "lambda", "legacy"])
def test_every_message_fits_into_well_formed_svg_without_styles(
    flow: FlowLog, sender: str, receiver: str
) -> None:
    hostile = '<script>alert("x")</script>&' * 9
    flow.record(sender, receiver, hostile, hostile)  # type: ignore[arg-type]
    flow.note(sender, AuditEvent(hostile, "rejected", hostile))  # type: ignore[arg-type]

    drawn = messages(flow.entries())

    assert "<script" not in drawn
    assert "style=" not in drawn
    assert "alert" in text_of(drawn)
    width = float(re.findall(r'viewBox="0 0 (\d+) ', drawn)[0])
    assert all(0 < float(x) < width for x in re.findall(r' x="(-?\d+)"', drawn))


def test_the_lanes_are_named_and_no_messages_are_a_picture_too() -> None:
    assert all(name in text_of(heads()) for name in LANES)
    assert ET.fromstring(messages([])).tag == "svg"


@pytest.mark.parametrize(
    ("outcome", "colour"),
    [("accepted", "good"), ("rejected", "no"), ("unavailable", "down"), ("misconfigured", "down")],
)
def test_an_audit_line_has_the_colour_of_its_outcome(
    flow: FlowLog, outcome: Outcome, colour: str
) -> None:
    flow.note("auth", AuditEvent("a", outcome, "ok"))

    (entry,) = flow.entries()
    assert isinstance(entry, Note)
    assert note_kind(entry) == colour
