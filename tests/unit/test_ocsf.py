"""Audit lines as OCSF events."""

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any, get_args

import pytest

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.audit.ocsf import OcsfFormatter
from authcore.adapters.audit.ocsf_mapping import BY_ACTION, NO_USERS, activity_of
from authcore.adapters.correlation import correlate
from authcore.domain.model.audit import AuditEvent, Outcome
from authcore.domain.model.reasons import REASONS
from authcore_web.routes.sign_in import CONTINUE, RESTART
from support.ocsf_schema import problems


CANARY = "canary-0f1e2d3c4b5a"
ACTIONS = sorted({action for reason in REASONS.values() for action in reason.actions})

OPERATIONAL = {
    *("function.settings", "nginx", "secret.read", "service.ready", "unexpected"),
    *("guard_shadow", "guard_shadow.missed"),
}
"""Actions that concern no user, or predict what would happen to one."""


class Written:
    """An audit log and the OCSF events that it writes."""

    def __init__(self) -> None:
        self._stream = StringIO()
        self._handler = logging.StreamHandler(self._stream)
        self._handler.setFormatter(OcsfFormatter("1.2.3"))
        self.logger = logging.getLogger("unit.ocsf")
        self.logger.setLevel(logging.INFO)
        self.logger.propagate = False
        self.logger.addHandler(self._handler)
        self.audit = LoggingAuditLog(self.logger)

    def text(self) -> str:
        return self._stream.getvalue()

    def one(self, event: AuditEvent) -> Any:
        """*event* as it is written."""
        self._stream.truncate(0)
        self._stream.seek(0)
        self.audit.record(event)
        return json.loads(self.text())

    def close(self) -> None:
        self.logger.removeHandler(self._handler)


@pytest.fixture
def written() -> Iterator[Written]:
    written = Written()
    yield written
    written.close()


def test_every_action_with_every_outcome_is_a_valid_event(written: Written) -> None:
    # AL-08
    for action in ACTIONS:
        for outcome in get_args(Outcome):
            whole = AuditEvent(
                action,
                outcome,
                "some_reason",
                subject="sub-1",
                legacy_uid="42",
                reference="ref-1",
                caller="cms",
                detail="connect refused",
                other_subject="sub-2",
                actor="admin-1",
                attempt="attempt-1",
                token_request="request-1",
                next_attempt="attempt-2",
                old_pool="eu-west-1_Old12Cd34",
            )
            for event in (AuditEvent(action, outcome, "some_reason"), whole):
                assert problems(written.one(event)) == []


def test_a_sign_in_is_a_logon_of_its_user(written: Written) -> None:
    event = written.one(
        AuditEvent("sign_in.complete", "accepted", "ok", subject="sub-1", legacy_uid="42")
    )

    assert event["class_uid"] == 3002
    assert (event["type_uid"], event["activity_name"]) == (300201, "Logon")
    assert (event["status"], event["severity"]) == ("Success", "Informational")
    assert event["user"] == {"uid": "sub-1", "type_id": 1, "uid_alt": "42"}
    assert event["metadata"]["product"] == {
        "name": "authcore",
        "vendor_name": "authcore",
        "version": "1.2.3",
    }


@pytest.mark.parametrize(
    ("outcome", "severity"), [("rejected", 2), ("unavailable", 3), ("misconfigured", 4)]
)
def test_what_does_not_succeed_fails_with_its_reason(
    written: Written, outcome: Outcome, severity: int
) -> None:
    event = written.one(AuditEvent("sign_out.legacy", outcome, "why", detail="read timeout"))

    assert (event["activity_id"], event["status_id"]) == (2, 2)
    assert event["severity_id"] == severity
    assert (event["status_code"], event["status_detail"]) == ("why", "read timeout")


@pytest.mark.parametrize("action", ["password.begin", "password.challenge"])
def test_a_step_of_a_sign_in_by_password_is_a_logon_once_it_ends(
    written: Written, action: str
) -> None:
    def activity(event: AuditEvent) -> object:
        return written.one(event)["activity_name"]

    assert activity(AuditEvent(action, "accepted", "ok")) == "Preauth"
    assert activity(AuditEvent(action, "accepted", "ok", subject="sub-1")) == "Logon"
    assert activity(AuditEvent(action, "rejected", "login_rejected")) == "Logon"


def test_before_a_user_is_proven_the_event_names_none(written: Written) -> None:
    event = written.one(AuditEvent("sign_in.begin", "rejected", "redirect_rejected"))
    program = written.one(AuditEvent("verify", "rejected", "expired", caller="cms"))
    moved = written.one(AuditEvent("user_migration.authenticate", "accepted", "ok", None, "42"))

    assert event["user"] == {"name": "unknown", "type_id": 0}
    assert program["user"] == {"name": "cms", "type_id": 4}
    assert moved["user"] == {"uid": "42", "type_id": 1}


def test_sign_in_and_request_are_found_by_their_ids(written: Written) -> None:
    with correlate("4bf92f35"):
        event = written.one(AuditEvent("sign_in.begin", "accepted", "ok", attempt="attempt-1"))

    assert event["metadata"]["correlation_uid"] == "attempt-1"
    assert event["metadata"]["labels"] == ["request_id:4bf92f35"]


def test_who_acted_for_the_user_is_the_actor(written: Written) -> None:
    event = written.one(
        AuditEvent("sign_out.provider", "accepted", "ok", subject="sub-1", actor="admin-1")
    )

    assert event["actor"] == {"user": {"uid": "admin-1"}}


def test_no_address_and_no_token_gets_into_an_event(written: Written) -> None:
    token = "eyJhbGciOiJSUzI1NiJ9." + "a" * 200
    for secret in (f"{CANARY}@example.com", f"{token}{CANARY}"):
        fields = dict.fromkeys(
            ["subject", "legacy_uid", "reference", "caller", "other_subject", "actor", "attempt"],
            secret,
        )
        written.audit.record(AuditEvent("sign_in.complete", "accepted", "ok", **fields))
        written.audit.record(AuditEvent("sign_in.complete", "rejected", "no", detail=secret * 3))

    assert written.text()
    assert CANARY not in written.text()


def test_another_line_stays_what_it_is(written: Written) -> None:
    written.logger.info("the pool's keys can be fetched again")

    assert json.loads(written.text())["message"] == "the pool's keys can be fetched again"


def test_only_what_concerns_no_user_is_a_base_event() -> None:
    words = {action for action in ACTIONS if " " in action or action.startswith("/")}

    assert {each for each in ACTIONS if activity_of(each) is NO_USERS} == OPERATIONAL | words
    assert set(BY_ACTION) - set(ACTIONS) == {CONTINUE, RESTART}  # always accepted


def test_the_setting_puts_ocsf_in_the_place_of_other_audit_lines() -> None:
    program = """
import logging, sys
from authcore.adapters.audit.log import LoggingAuditLog
from authcore.domain.model.audit import AuditEvent
from authcore.wiring.audit_format import set_up_audit_format
logging.basicConfig(level=logging.INFO, format="plain %(message)s")
for _ in range(2):
    set_up_audit_format({"AUTHCORE_AUDIT_FORMAT": sys.argv[1]}, "1.2.3")
LoggingAuditLog().record(AuditEvent("sign_in.begin", "accepted", "ok"))
"""

    def lines(form: str) -> list[str]:
        ran = [sys.executable, "-c", program, form]
        done = subprocess.run(ran, check=True, capture_output=True, text=True)
        return done.stderr.splitlines()

    (event,) = lines("ocsf")
    assert problems(json.loads(event)) == []
    for other in ("authcore", "OCSF"):
        (line,) = lines(other)
        assert line.startswith('plain {"event":"audit"')
