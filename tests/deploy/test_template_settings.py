"""Functions and outputs of the template have the settings that authcore takes."""

import re
from typing import Final

import attrs
import pytest

from authcore.settings import describe_variables, load
from authcore.wiring.inspected_settings import AlwaysRead
from authcore_cli.entrypoints import DOORS
from deploy.parameters import (
    FROM_OLD_POOL,
    LEGACY,
    OLD_POOL,
    PROVIDERS,
    REQUIRED,
)
from deploy.stack import TEMPLATE, Stack, Value


MODES: Final = {"legacy system": REQUIRED, "old pool": FROM_OLD_POOL}


GIVEN: Final[dict[str, dict[str, str]]] = {
    "usual": {},
    "old pool": {**dict.fromkeys(LEGACY, ""), **OLD_POOL, "OldPoolKind": "alias"},
    "providers": PROVIDERS,
    "own login host": {
        "LoginHost": "login.example.com",
        "LoginCertificateArn": REQUIRED["AuthCertificateArn"].replace("eu-west-1", "us-east-1"),
    },
    "leases": {"LinkingCreation": "lease", "LinkingEmailProviders": "Google Cognito"},
    "managed secret": {"ManagedClientSecretArn": PROVIDERS["GoogleSecretArn"]},
    "callers": {"CallerKeysSecretArn": PROVIDERS["GoogleSecretArn"]},
    "both logins": {"LegacySessionsCookie": "session", "MigrationResets": "legacy"},
}
"""Parameters beside the required ones."""


@pytest.mark.parametrize("given", GIVEN)
def test_each_function_starts_with_the_settings_of_the_template(
    template: dict[str, Value], given: str
) -> None:
    stack = Stack(template, {**REQUIRED, **GIVEN[given]})
    keys = "A" * 43 + "="
    for function, door in stack.door_of.items():
        resolved = {
            name: keys if value.startswith("{{resolve:secretsmanager:") else value
            for name, value in stack.variables(function).items()
        }
        load(DOORS[door]().settings, resolved)


@pytest.mark.parametrize("given", MODES)
def test_each_variable_of_a_function_is_one_that_it_reads(
    template: dict[str, Value], given: str
) -> None:
    stack = Stack(template, MODES[given])
    for function, door in stack.door_of.items():
        settings = describe_variables(DOORS[door]().settings)
        read = {each for name, about, _ in settings for each in about.names(name)}
        assert {*stack.variables(function)} <= read, function


@pytest.mark.parametrize("given", GIVEN)
def test_outputs_are_the_settings_of_auth_service_guards_and_doctor(
    template: dict[str, Value], given: str
) -> None:
    outputs = Stack(template, {**REQUIRED, **GIVEN[given]}).outputs
    settings = {name: text for name, text in outputs.items() if name.startswith("AUTHCORE_")}
    load(DOORS["web"]().settings, settings)
    load(AlwaysRead, settings)
    load(
        DOORS["guard"]().settings,
        {**settings, "AUTHCORE_GUARD_APP_URL": "https://cms.example.com"},
    )


def test_each_output_of_a_setting_is_read_by_one_of_them(
    template: dict[str, Value],
) -> None:
    groups = [DOORS["web"]().settings, DOORS["guard"]().settings, AlwaysRead]
    read = {
        each
        for settings in groups
        for name, about, _ in describe_variables(settings)
        for each in about.names(name)
    }
    for given in ({**REQUIRED, **GIVEN["leases"], **GIVEN["both logins"]}, FROM_OLD_POOL):
        outputs = Stack(template, given).outputs
        assert {name for name in outputs if name.startswith("AUTHCORE_")} <= read
    described = [each["Description"] for each in template["Outputs"].values()]
    assert len(described) == len({*described})


def test_no_output_says_a_secret(template: dict[str, Value]) -> None:
    for door in ("web", "guard"):
        settings = DOORS[door]().settings
        secret = {name for name, about, _ in describe_variables(settings) if about.secret}
        assert not secret & {*Stack(template).outputs}


def test_required_settings_have_no_default(template: dict[str, Value]) -> None:
    for door in ("web", "guard"):
        required = {
            name
            for name, _, default in describe_variables(DOORS[door]().settings)
            if default is attrs.NOTHING
        }
        given = {name.removesuffix("_ARN") for name in Stack(template).outputs}
        assert required - given <= {"AUTHCORE_GUARD_APP_URL"}


def test_terraform_gives_functions_the_variables_of_the_template(
    template: dict[str, Value],
) -> None:
    text = "".join(path.read_text() for path in TEMPLATE.parent.glob("terraform/*.tf"))
    given = {
        name
        for stack in (Stack(template), Stack(template, FROM_OLD_POOL))
        for function in stack.door_of
        for name in stack.variables(function)
    }
    named = {*re.findall(r"AUTHCORE_\w+", text)} - {"AUTHCORE_GUARD_SIGNIN_URL"}
    assert given - named == {
        "AUTHCORE_VERIFY_CALLER_KEYS_ARN",
        "AUTHCORE_SYNC_FIELDS",  # of inbound federation, which the module does not attach
    }
    assert named - given == {
        "AUTHCORE_COOKIE_KEYS",  # in a description
        "AUTHCORE_LEGACY_API_KEY",
        "AUTHCORE_DOCTOR_FUNCTIONS",
    }
