"""Each invariant of F1 catches a service that breaks it."""

import pytest

from authcore.domain.model.linking import Creation
from faults import mutants
from faults.linking_runs import Build, product, run
from faults.linking_suite import Tally, take_interleavings, take_sleepers
from faults.schedules import parsed


def wrong_with(build: Build, *lines: str) -> set[str]:
    return {wrong for line in lines for wrong in run(parsed(line), build).violations}


def test_without_faults_the_mutants_would_pass() -> None:
    """So that it is the schedules that find them."""
    for mode, build in [
        ("idempotent", mutants.no_key),
        ("lease", mutants.nothing_apart),
        ("lease", mutants.no_lease),
        ("lease", mutants.endless_lease),
        ("lease", mutants.no_memory),
        ("once", mutants.no_memory),
    ]:
        assert wrong_with(build, f"F1 {mode} newcomer ok -") == set()


def test_a_service_that_writes_the_pool_first_is_caught() -> None:
    found = wrong_with(mutants.pool_first, "F1 unique newcomer 2.killed -")

    assert "the pool names an account that does not name the pool user" in found


def overlapping(mode: Creation, build: Build) -> set[str]:
    tally = Tally()
    take_interleavings(tally, mode, build)
    return {wrong for failure in tally.failures for wrong in failure.violations}


@pytest.mark.parametrize(
    ("mode", "build"),
    [("idempotent", mutants.no_key), ("lease", mutants.nothing_apart)],
)
def test_creates_that_nothing_keeps_apart_are_caught(mode: Creation, build: Build) -> None:
    assert "duplicate account" in overlapping(mode, build)


def test_a_create_that_is_carried_out_late_after_its_lease_was_given_back_is_caught() -> None:
    found = wrong_with(mutants.no_memory, "F1 lease newcomer 4.late,ok.retry -")

    assert "duplicate account" in found


SLEEPERS = ("F1 lease newcomer 2.asleep,ok -", "F1 lease newcomer 3.asleep,ok.retry -")
"""One falls asleep after having looked or announced; by the time it wakes, nobody remembers."""


@pytest.mark.parametrize("line", SLEEPERS)
def test_a_sleeper_that_does_not_learn_of_the_end_of_its_lease_is_caught(line: str) -> None:
    assert "duplicate account" in wrong_with(mutants.endless_lease, line)
    assert wrong_with(product, line) == set()


def test_a_sleeper_that_needs_no_lease_is_caught() -> None:
    assert "duplicate account" in wrong_with(mutants.no_lease, SLEEPERS[0])


def test_a_sleeper_between_the_steps_of_another_is_caught() -> None:
    tally = Tally()

    take_sleepers(tally, "lease", mutants.endless_lease)

    assert "duplicate account" in {wrong for each in tally.failures for wrong in each.violations}


def test_a_blind_retry_that_is_made_is_caught() -> None:
    found = wrong_with(mutants.no_memory, "F1 once unverified 4.failed,ok.retry -")

    assert "duplicate account" in found


def test_linking_by_an_address_that_only_the_pool_verified_is_caught() -> None:
    # AL-01
    assert "somebody else's account" in wrong_with(
        mutants.anybodys_address, "F1 unique squatted ok -"
    )


def test_linking_by_an_address_that_only_the_legacy_system_verified_is_caught() -> None:
    # AL-01
    assert "somebody else's account" in wrong_with(
        mutants.every_address, "F1 unique unverified ok -"
    )


def test_an_attachment_that_leaves_the_opener_logged_in_is_caught() -> None:
    # AL-02
    assert "the opener of the account is still logged in" in wrong_with(
        mutants.open_doors, "F1 unique returning ok -"
    )


def test_a_link_that_was_only_claimed_is_caught() -> None:
    assert "created, but the pool lacks the legacy id" in wrong_with(
        mutants.forgetful, "F1 unique newcomer ok -"
    )


def test_an_error_that_escapes_is_caught() -> None:
    assert "KeyError escaped" in wrong_with(mutants.escaping, "F1 unique newcomer ok -")
