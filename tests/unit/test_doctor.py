"""Each misconfiguration of a deployment is found and named, and a clean one has none."""

import json
import re
from typing import Final

import pytest

from authcore.domain.services.doctor.registry import CHECKS
from authcore_cli.terminal_text import MAX_SHOWN
from unit.doctor_misconfigurations import MOVED, PLANTS, SURE
from unit.doctor_old_misconfigurations import OF_THE_OLD_POOL
from unit.doctor_plants import Plant, both, from_old_pool, trigger, variable
from unit.doctor_world import (
    DOMAIN,
    World,
)


CASES: Final = [
    pytest.param(found, plant, id=f"{found}-{number}")
    for found, plants in PLANTS.items()
    for number, plant in enumerate(plants)
]


def test_a_clean_deployment_passes_every_check() -> None:
    world = World()
    from_old_pool(world)

    report = world.report()

    assert report.findings == ()
    assert {*report.passed} == {check.id for check in CHECKS}
    assert report.is_complete


def test_without_an_old_pool_nothing_is_asked_of_one() -> None:
    report = World().report()

    assert report.findings == ()
    assert {*report.not_asked} == {*OF_THE_OLD_POOL}
    assert {*report.passed} | {*OF_THE_OLD_POOL} == {check.id for check in CHECKS}


@pytest.mark.parametrize(("check", "plant"), CASES)
def test_a_misconfiguration_is_found_and_named(check: str, plant: Plant) -> None:
    world = World()
    plant(world)

    findings = world.report().findings

    assert {each.id for each in findings} == {check}
    assert not [each for each in findings if re.search(r"\{[a-z_]+\}", each.mend)]
    assert max(len(each.mend) for each in findings) <= MAX_SHOWN


def test_every_check_has_a_misconfiguration_that_it_finds() -> None:
    assert PLANTS.keys() == {check.id for check in CHECKS}
    assert len(CASES) >= 40


def test_a_botocore_that_leaves_the_secrets_arn_out_makes_no_check_pass() -> None:
    world = World()
    world.tells_secret_arn = False

    report = world.report()

    assert report.findings == ()
    assert "client_secret_managed" in report.not_asked


def test_a_pool_without_threat_protection_can_be_read() -> None:
    world = World()
    world.refused["DescribeRiskConfiguration"] = "UserPoolAddOnNotEnabledException"

    assert world.found() == set()


def test_after_the_migration_the_stricter_checks_can_be_met() -> None:
    world = World()
    both(SURE, MOVED, trigger("UserMigration", None))(world)

    assert world.found() == set()


def test_a_wildcard_callback_of_another_client_is_no_client_of_this_one() -> None:
    world = World()
    variable("COGNITO_CLIENT_ID", "gone")(world)
    world.sites.answers["sign-in"] = (302, {"location": f"{DOMAIN}/x?client_id=gone"}, b"")

    report = world.report()

    assert "clients_exist" in {each.id for each in report.findings}
    assert "callback_url_registered" in report.not_asked


def test_a_custom_domain_is_looked_up_whole() -> None:
    world = World()
    variable("SIGN_IN_DOMAIN_URL", "https://login.example.com")(world)
    location = world.sites.answers["sign-in"]
    assert location
    moved = {"location": location[1]["location"].replace(DOMAIN, "https://login.example.com")}
    world.sites.answers["sign-in"] = (302, moved, b"")

    assert world.found() == set()


def test_the_questions_ids_and_anchors_are_complete() -> None:
    assert len({check.id for check in CHECKS}) == len(CHECKS)
    for check in CHECKS:
        assert check.question.endswith("?"), check.id
        assert check.why.endswith("."), check.id
        assert check.mend, check.id
        assert json.dumps(check.mend)
