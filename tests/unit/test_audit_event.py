"""Audit events made from errors."""

import pytest

from authcore.domain.errors import (
    AccountLockedError,
    AuthcoreError,
    ConfigurationError,
    CoordinationMisconfiguredError,
    LeaseHeldError,
    LegacyMisconfiguredError,
    LegacyNotReachedError,
    LoginLostMisconfiguredError,
    ProviderMisconfiguredNotReachedError,
    RejectedError,
)
from authcore.domain.model.audit import AuditEvent, Outcome


@pytest.mark.parametrize(
    ("error", "outcome", "reason"),
    [
        (None, "accepted", "ok"),
        (RejectedError("no"), "rejected", "rejected"),
        (AccountLockedError("no"), "rejected", "link_account_locked"),
        (LegacyNotReachedError("no answer"), "unavailable", "legacy_unavailable"),
        (LeaseHeldError("no answer"), "unavailable", "lease_held"),
        (LegacyMisconfiguredError("no answer"), "misconfigured", "legacy_misconfigured"),
        (CoordinationMisconfiguredError("no"), "misconfigured", "coordination_misconfigured"),
        (ProviderMisconfiguredNotReachedError("no"), "misconfigured", "provider_misconfigured"),
        (LoginLostMisconfiguredError("no"), "misconfigured", "login_lost"),
        (ConfigurationError(["a setting is missing"]), "misconfigured", "configuration"),
    ],
)
def test_the_family_of_an_error_decides_the_outcome_and_its_code_is_the_reason(
    error: AuthcoreError | None, outcome: Outcome, reason: str
) -> None:
    assert AuditEvent.of("link", error) == AuditEvent("link", outcome, reason)


def test_ids_are_taken_over_and_the_text_of_an_error_only_where_the_caller_passes_it() -> None:
    # AL-08
    error = AccountLockedError("the legacy system locked the account")

    event = AuditEvent.of(
        "link", error, subject="sub", legacy_uid="42", reference="ref", caller="shop"
    )

    assert event == AuditEvent(
        "link", "rejected", "link_account_locked", "sub", "42", "ref", "shop", detail=None
    )
    assert AuditEvent.of("link", error, detail="locked").detail == "locked"


def test_the_detail_is_the_errors_unless_the_caller_gives_another() -> None:
    error = LegacyNotReachedError("the legacy system did not answer", detail="connect refused")

    assert AuditEvent.of("link", error).detail == "connect refused"
    assert AuditEvent.of("link", error, detail="other").detail == "other"
