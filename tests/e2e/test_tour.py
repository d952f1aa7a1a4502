"""The tour: exit 0 only if every hop was right, and the wrong one named when it was not."""

import io

import pytest

from authcore.testing.fakes.system import FrozenClock
from authcore_local.addresses import Addresses, Ports
from authcore_local.flow import FlowLog
from authcore_local.key_fetches import KEYS_REQUEST
from authcore_local.tour.__main__ import main
from authcore_local.tour.answers import Places, describe, inner_rows
from authcore_local.tour.report import Report, Row, WrongHopError
from authcore_local.tour.scripted_browser import Page


def tour(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    return main(arguments, out), out.getvalue()


def test_every_hop_is_right_from_the_first_sign_in_to_the_last_session() -> None:
    """Guard, auth service, Cognito, trigger, legacy system and back, on real sockets."""
    # RD-01 SP-01 SP-02 RF-04 RF-06 RF-07 RF-08
    status, printed = tour()

    assert "hops were right" in printed
    assert status == 0
    for hop in (
        "browser → cms",
        "browser → auth",
        "browser → cognito",
        "cognito → lambda",
        "lambda → legacy",
        "auth → cognito",
        "cms → cognito",
        "guard → auth",
        "guard → legacy",
        "auth → legacy",
        "cms → guard",
        "auth → guard",
        "admin → guard",
        "admin → cognito",
        "browser → legacy",
    ):
        assert hop in printed
    assert "200 Hello, Jane Eyre, legacy id 1847" in printed
    for outcome in ("refreshed", "legacy_session", "session_revoked", "refresh_rejected"):
        assert outcome in printed
    assert "\x1b" not in printed


@pytest.mark.parametrize(
    ("part", "hop"),
    [
        ("legacy", "lambda → legacy POST /api/login"),
        ("allowlist", "browser → auth GET /auth/signin/callback"),
        ("keys", "guard → auth POST /auth/verify"),
        ("refresh", "auth → cognito POST /oauth2/token: answered '400 invalid_grant'"),
    ],
)
def test_a_broken_part_ends_the_tour_at_its_hop(part: str, hop: str) -> None:
    # SP-03
    status, printed = tour("--break", part)

    assert status == 1
    assert "is wrong: " + hop in printed
    assert printed.count("✗") == printed.count("is wrong: ")


def test_the_tour_prints_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    # SP-11
    with caplog.at_level("DEBUG"):
        _, printed = tour()

    assert "Thornfield" not in printed + caplog.text
    assert "eyJ" not in printed + caplog.text


def test_wrong_usage_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        tour("--break", "everything")

    assert caught.value.code == 2
    assert "invalid choice" in capsys.readouterr().err


def test_a_report_stops_at_the_first_wrong_hop() -> None:
    report = Report()
    report.note(Row("browser", "cms", "GET /", "200", "200"))

    with pytest.raises(WrongHopError):
        report.note(Row("browser", "auth", "GET /auth/session", "200", "401"))
    assert report.wrong == [(2, report.rows[1])]
    assert report.summary()[0].startswith("hop 2 is wrong: browser → auth GET /auth/session")


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://cms.authcore.localhost:8400/articles?x=1", "to cms /articles?x=1"),
        ("http://auth.authcore.localhost:8401/auth/signin?x=1", "to auth /auth/signin"),
        ("http://cms.authcore.localhost:8400.evil.example/", "to a stranger"),
        ("https://cms.authcore.localhost:8400/articles", "to a stranger"),
        ("http://legacy.authcore.localhost:8403/?x=1", "to legacy /"),
        ("//evil.example/articles", "to a stranger"),
    ],
)
def test_a_redirect_out_of_the_stack_is_never_taken_for_one_within(
    location: str, words: str
) -> None:
    page = Page("http://cms.authcore.localhost:8400/", 302, location, "")

    assert describe(page, Places(Addresses(Ports()))) == words


def test_keys_may_be_asked_for_again_and_nothing_else_may() -> None:
    flow = FlowLog(FrozenClock())
    flow.record("cms", "cognito", KEYS_REQUEST, "200 keys")
    flow.record("auth", "cognito", "POST /oauth2/token", "200 tokens")

    again, other = inner_rows((), flow.since(0))

    assert again.right
    assert not other.right
