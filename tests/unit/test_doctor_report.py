"""A report chooses and orders what it says, and holds no secret."""

from datetime import timedelta
from typing import Any

import pytest

from authcore.domain.model.checks import UNREAD
from unit.doctor_misconfigurations import PLANTS, WRONG_KEY
from unit.doctor_plants import both, client, clock, trigger, variable, without
from unit.doctor_world import (
    SECRET_ARN,
    World,
    arn_of,
)


@pytest.mark.parametrize(
    "check", ["keys_strong", "keys_distinct", "client_secret_current", "trigger_functions_of_pool"]
)
def test_no_secret_is_in_a_report_or_in_what_was_read(check: str) -> None:
    # SP-11
    world = World()
    PLANTS[check][0](world)
    examination = world.examination()

    everything = repr((examination.reader.read(), examination.report(), examination.plan))

    secrets = [
        text.partition("=")[2] or text
        for name, text in world.environment.items()
        if name.endswith(("_KEY", "_KEYS", "_SECRET"))
    ]
    assert len(secrets) >= 6
    assert [each for each in [*secrets, "canary"] if each in everything] == []


def test_only_and_except_choose_checks() -> None:
    world = World()
    both(without("WriteAttributes"), trigger("UserMigration", None))(world)

    only = world.examination().report(only=["links_not_writable"])
    rest = world.examination().report(without=["links_not_writable"])

    assert [each.id for each in only.findings] == ["links_not_writable"]
    assert [each.id for each in rest.findings] == ["user_migration_attached"]
    assert "links_not_writable" in rest.not_asked


def test_the_worst_findings_come_first_and_what_is_unread_last() -> None:
    world = World()
    both(client(AccessTokenValidity=61), without("WriteAttributes"))(world)
    world.refused["DescribeTable"] = "AccessDeniedException"

    assert [each.id for each in world.report().findings] == [
        "links_not_writable",
        "access_lifetime",
        UNREAD,
    ]


def test_a_guards_variables_alone_are_enough() -> None:
    world = World()
    kept = ("COGNITO", "GUARD", "COOKIE", "MIGRATION", "LEGACY")
    world.environment = {
        name: value for name, value in world.environment.items() if name.split("_")[1] in kept
    }

    report = world.report()

    assert report.findings == ()
    assert "callback_url_registered" in report.not_asked
    assert "application_guarded" in report.passed


def test_the_migration_functions_own_variables_count_and_not_the_operators() -> None:
    world = World()
    del world.environment["AUTHCORE_MIGRATION_CASE_SENSITIVE"]

    assert world.found() == set()


def test_what_the_migration_function_reads_is_not_guessed() -> None:
    world = World()
    world.pool["LambdaConfig"]["UserMigration"] = arn_of("other")
    function_of_a_team = {**world.function("user_migration"), "Handler": "app.handler"}
    world.functions[arn_of("other")] = function_of_a_team
    world.policies[arn_of("other")] = world.policies[arn_of("user_migration")]
    del world.environment["AUTHCORE_MIGRATION_CASE_SENSITIVE"]
    del world.environment["AUTHCORE_DOCTOR_FUNCTIONS"]

    report = world.report()

    assert report.findings == ()
    assert {"letter_case", "pool_kind"} <= {*report.not_asked}


def test_an_application_that_leads_to_a_page_of_its_own_is_not_judged() -> None:
    world = World()
    for question in ("app", "app with cookies"):
        world.sites.answers[question] = (302, {"location": "/en/"}, b"")

    report = world.report()

    assert report.findings == ()
    assert "application_guarded" in report.not_asked


def test_a_key_set_from_a_cache_says_nothing_about_the_clock() -> None:
    world = World()
    clock(timedelta(hours=-1))(world)
    status, _, body = world.sites.answers["keys"] or (0, {}, b"")
    world.sites.answers["keys"] = (status, {"age": "3600"}, body)

    assert world.found() == set()


def test_a_key_in_secrets_manager_is_not_read() -> None:
    world = World()
    del world.environment["AUTHCORE_COOKIE_KEYS"]
    variable("COOKIE_KEYS_ARN", SECRET_ARN)(world)

    assert world.found() == set()


def test_a_key_in_a_file_that_is_gone_is_a_finding(tmp_path: Any) -> None:
    world = World()
    del world.environment["AUTHCORE_COOKIE_KEYS"]
    variable("COOKIE_KEYS_FILE", str(tmp_path / "gone"))(world)

    (finding,) = world.report().findings

    assert finding.id == UNREAD
    assert "AUTHCORE_COOKIE_KEYS_FILE" in finding.evidence
    assert finding.mend.startswith("name a file")


def test_a_weak_key_in_a_file_is_found(tmp_path: Any) -> None:
    world = World()
    del world.environment["AUTHCORE_COOKIE_KEYS"]
    (tmp_path / "keys").write_text(WRONG_KEY)
    variable("COOKIE_KEYS_FILE", str(tmp_path / "keys"))(world)

    assert world.found() == {"keys_strong"}
