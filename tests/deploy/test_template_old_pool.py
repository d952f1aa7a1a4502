"""The template with an old pool in place of a legacy HTTP API."""

import re
from typing import Final

from deploy.parameters import DOOR_OF, FROM_OLD_POOL, OLD_POOL, OLD_POOL_DOOR_OF, REQUIRED
from deploy.stack import Stack, Value
from lambda_zips.functions import FUNCTIONS


SIDES: Final = {"legacy system": REQUIRED, "old pool": FROM_OLD_POOL}


def test_the_function_that_asks_the_old_pool_ships_botocore_and_is_the_trigger(
    template: dict[str, Value],
) -> None:
    made = Stack(template, FROM_OLD_POOL).resources
    function = made["OldPoolMigration"]["Properties"]
    assert function["Handler"] == FUNCTIONS["user-migration"].handler
    assert function["CodeUri"] == "../build/package/account-linking-arm64.zip"
    assert {*FUNCTIONS["account-linking"].packages} >= {*FUNCTIONS["user-migration"].packages}
    assert function["LoggingConfig"] == {"LogGroup": "UserMigrationLogs"}
    assert made["UserPool"]["Properties"]["LambdaConfig"]["UserMigration"].endswith(
        ":OldPoolMigration"
    )
    permission = made["UserMigrationPermission"]["Properties"]["FunctionName"]
    assert permission == "OldPoolMigration"
    for alarm in ("TriggerDurationAlarm", "TriggerCrashAlarm"):
        watched = str(made[alarm]["Properties"]["Metrics"])
        assert "'Value': 'OldPoolMigration'" in watched
        assert "'Value': 'UserMigration'" not in watched


def test_nothing_that_is_made_refers_to_what_is_not(template: dict[str, Value]) -> None:
    for given in (REQUIRED, FROM_OLD_POOL):
        stack = Stack(template, given)
        made = stack.resources
        gone = {*template["Resources"]} - {*made} - {"AuthRecord", "PoolWebAcl"}
        text = str(made) + str(stack.outputs)
        assert [name for name in gone if re.search(rf"[':]{name}(?:\.\w+)?'(?!:)", text)] == []


def test_one_of_both_sides_is_in_the_variables(template: dict[str, Value]) -> None:
    """Functions that ask about no account have neither."""
    for given, other in (("legacy system", "AUTHCORE_OLD_POOL_"), ("old pool", "AUTHCORE_LEGACY_")):
        stack = Stack(template, SIDES[given])
        for function in stack.door_of:
            named = stack.variables(function).items()
            assert not [name for name, text in named if name.startswith(other) and text], function
    asking = {
        function
        for function in Stack(template, FROM_OLD_POOL).door_of
        if Stack(template, FROM_OLD_POOL).variables(function).get("AUTHCORE_OLD_POOL_CLIENT_ID")
    }
    assert asking == {"OldPoolMigration", "AccountLinking", "PreSignUp", "PreTokenGeneration"}


def test_only_what_checks_passwords_has_the_secret_of_the_old_pool(
    template: dict[str, Value],
) -> None:
    stack = Stack(template, FROM_OLD_POOL)
    having = {
        function
        for function in stack.door_of
        if OLD_POOL["OldPoolClientSecretArn"] in stack.variables(function).values()
    }
    assert having == {"OldPoolMigration"}


def test_no_function_stays_that_needs_a_legacy_system(template: dict[str, Value]) -> None:
    made = Stack(template, FROM_OLD_POOL).resources
    assert {*Stack(template, FROM_OLD_POOL).door_of} == {*OLD_POOL_DOOR_OF}
    assert {*Stack(template).door_of} == {*DOOR_OF}
    assert [name for name in made if name.startswith(("Profile", "DeadLetter"))] == []
