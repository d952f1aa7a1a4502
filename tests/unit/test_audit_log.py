"""The audit log's lines: one per event, ids only, and never an error of their own."""

import json
import logging

import pytest

from authcore.adapters.audit.log import UNPRINTED, UNTOLD, LoggingAuditLog
from authcore.domain.errors import ClaimRejectedError
from authcore.domain.model.audit import AuditEvent


LOGGER = logging.getLogger("unit.audit")


class _FullDisk(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        raise OSError("no space left on device")


@pytest.mark.parametrize(
    "stray",
    [
        "anna@example.com",
        "anna\nrole=admin",
        "two words",
        "eyJhbGciOiJSUzI1NiJ9." + "A" * 200,
        "",
        "\u2028",
    ],
)
def test_what_is_not_an_id_is_not_printed(stray: str, caplog: pytest.LogCaptureFixture) -> None:
    # AL-08
    caplog.set_level(logging.INFO, logger=LOGGER.name)
    event = AuditEvent("link", "rejected", "ok", subject=stray, legacy_uid=stray, reference=stray)

    LoggingAuditLog(LOGGER).record(event)

    fields = json.loads(caplog.messages[0])
    assert fields["subject"] == fields["legacy_uid"] == fields["reference"] == UNPRINTED


@pytest.mark.parametrize(
    "stray",
    [
        "no account of anna@example.com",
        "two\nlines",
        "the token eyJhbGciOiJSUzI1NiJ9." + "A" * 200,
        "the code 00000000-0000-4000-8000-000000000001",
        " ",
        "",
        "caf\u00e9",
        "word " * 41,
        "A" * 33,
        "a" * 40 + "Exception",
        "A1" + "a" * 40 + "Exception",
        "A" * 56 + "Exception",
        "eyJhbGciOiJSUzI1NiJ9AAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_a_detail_that_does_not_look_like_our_own_words_is_not_printed(
    stray: str, caplog: pytest.LogCaptureFixture
) -> None:
    # AL-08, SP-11
    caplog.set_level(logging.INFO, logger=LOGGER.name)

    LoggingAuditLog(LOGGER).record(AuditEvent("link", "rejected", "ok", detail=stray))

    assert json.loads(caplog.messages[0])["detail"] == UNTOLD


def test_a_detail_is_printed_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger=LOGGER.name)
    told = str(ClaimRejectedError("cognito:groups"))

    LoggingAuditLog(LOGGER).record(AuditEvent("link", "rejected", "token_claim", detail=told))

    assert json.loads(caplog.messages[0])["detail"] == told


@pytest.mark.parametrize(
    "told",
    [
        "InvalidSmsRoleTrustRelationshipException",
        "attach ProvisionedThroughputExceededException",
        "connect certificate",
        "contract session_sha256",
        "A" * 55 + "Exception",
    ],
)
def test_a_cause_is_printed_as_it_is(told: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger=LOGGER.name)

    LoggingAuditLog(LOGGER).record(AuditEvent("link", "misconfigured", "x", detail=told))

    assert json.loads(caplog.messages[0])["detail"] == told


@pytest.mark.parametrize("bad", ["AException " * 39 + "@", "word " * 10**5, "A" * 10**6])
def test_no_detail_costs_more_than_linear_time(bad: str, caplog: pytest.LogCaptureFixture) -> None:
    """DL-05."""
    caplog.set_level(logging.INFO, logger=LOGGER.name)

    LoggingAuditLog(LOGGER).record(AuditEvent("link", "rejected", "ok", detail=bad))

    assert json.loads(caplog.messages[0])["detail"] == UNTOLD


def test_a_very_long_detail_costs_no_time(caplog: pytest.LogCaptureFixture) -> None:
    """DL-05."""
    caplog.set_level(logging.INFO, logger=LOGGER.name)

    LoggingAuditLog(LOGGER).record(AuditEvent("link", "rejected", "ok", detail="a" * 10**6 + "@"))

    assert json.loads(caplog.messages[0])["detail"] == UNTOLD


def test_an_event_is_one_line_of_ascii_with_known_fields(caplog: pytest.LogCaptureFixture) -> None:
    # AL-08
    caplog.set_level(logging.INFO, logger=LOGGER.name)

    LoggingAuditLog(LOGGER).record(AuditEvent("sign_in.begin", "accepted", "ok", legacy_uid="42"))

    fields = '"action":"sign_in.begin","outcome":"accepted","reason":"ok","legacy_uid":"42"'
    assert caplog.messages == ['{"event":"audit",' + fields + "}"]


def test_an_outage_is_a_warning_and_a_refusal_is_not(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger=LOGGER.name)
    log = LoggingAuditLog(LOGGER)

    log.record(AuditEvent("sign_in.complete", "rejected", "login_code"))
    log.record(AuditEvent("sign_in.complete", "unavailable", "provider_unavailable"))

    log.record(AuditEvent("sign_in.complete", "misconfigured", "provider_misconfigured"))

    assert [record.levelno for record in caplog.records] == [
        logging.INFO,
        logging.WARNING,
        logging.ERROR,
    ]


def test_a_full_disk_signs_nobody_out() -> None:
    logger = logging.getLogger("unit.audit.full")
    logger.addHandler(_FullDisk())
    with pytest.raises(OSError, match="no space"):
        logger.warning("the handler does raise")

    LoggingAuditLog(logger).record(AuditEvent("sign_in.complete", "accepted", "ok"))


def test_lines_go_to_the_logger_authcore_audit_by_default(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="authcore.audit")

    LoggingAuditLog().record(AuditEvent("sign_in.complete", "accepted", "ok"))

    assert [record.name for record in caplog.records] == ["authcore.audit"]
