"""The commands of findings name this deployment, and nothing that a shell would obey."""

from unit.doctor_old_pool import OLD_POOL_ID
from unit.doctor_plants import both, old, policy, variable, without
from unit.doctor_world import (
    CLIENT_ID,
    POOL_ARN,
    POOL_ID,
    World,
    arn_of,
)


def test_a_command_names_this_deployment() -> None:
    world = World()
    without("WriteAttributes")(world)

    (finding,) = world.report().findings

    assert f"--client-id {CLIENT_ID}" in finding.mend
    assert "{" + "pool}" not in finding.mend
    assert finding.severity == "critical"


def test_a_command_names_the_app_client_that_is_wrong_and_not_the_browsers() -> None:
    world = World()
    world.others.append(
        {
            "ClientId": "mobile",
            "PreventUserExistenceErrors": "ENABLED",
            "EnableTokenRevocation": True,
        }
    )

    (finding,) = world.report().findings

    assert finding.evidence.startswith("mobile ")
    assert "--client-id mobile " in finding.mend
    assert CLIENT_ID not in finding.mend


def test_a_command_allows_the_flow_that_the_settings_name() -> None:
    world = World()
    both(variable("PASSWORD_SIGN_IN", "on"), variable("PASSWORD_FLOW", "USER_SRP_AUTH"))(world)

    (finding,) = world.report().findings

    assert '+= ["ALLOW_USER_SRP_AUTH"]' in finding.mend


def test_a_command_names_the_function_and_the_pool() -> None:
    world = World()
    policy("user_migration", Condition=None)(world)

    (finding,) = world.report().findings

    assert arn_of("user_migration") in finding.mend
    assert POOL_ARN in finding.mend


def test_a_name_that_a_shell_would_obey_is_in_no_command() -> None:
    world = World()
    world.providers["Google"] |= {"ProviderName": "G'; rm -rf ~ #", "AttributeMapping": {}}

    mends = [each.mend for each in world.report().findings]

    assert mends
    assert not any("rm -rf" in each for each in mends)


def test_a_command_for_the_old_pool_names_it_and_its_region() -> None:
    world = World()
    old("application", WriteAttributes=None)(world)

    (finding,) = world.report().findings

    assert f"--region eu-central-1 --user-pool-id {OLD_POOL_ID} --client-id application " in (
        finding.mend
    )


def test_a_command_that_stops_sign_up_changes_the_pool_that_users_move_to() -> None:
    world = World()
    old("pool", UsernameConfiguration={"CaseSensitive": True})(world)

    (finding,) = world.report().findings

    assert f"--user-pool-id {POOL_ID} " in finding.mend
    assert OLD_POOL_ID not in finding.mend
