"""
A parameter that is missing or wrong ends a deployment by its name, before anything is made.

``make deploy-check`` shows it with an emulator.
"""

import json
import re
from pathlib import Path
from typing import Final

import pytest

from deploy.parameters import FROM_OLD_POOL, OLD_POOL, REQUIRED, WITHOUT_DEFAULT
from deploy.parameters_check import main, problems
from deploy.stack import TEMPLATE, Stack, Value


KNOWN: Final = {**REQUIRED, **OLD_POOL}


def test_no_parameter_takes_a_secret(template: dict[str, Value]) -> None:
    named = [each for each in template["Parameters"] if re.search("Secret|Key", each)]
    allowed = {"LinkProofKeysVersion"}
    assert all(each.endswith("Arn") or each in allowed for each in named)


def test_a_parameter_without_default_is_missed_by_its_name(template: dict[str, Value]) -> None:
    declared = template["Parameters"]
    assert {name for name in declared if "Default" not in declared[name]} == {*WITHOUT_DEFAULT}


def test_each_parameter_says_its_name_when_it_is_wrong(template: dict[str, Value]) -> None:
    for name, declared in template["Parameters"].items():
        assert declared["ConstraintDescription"].startswith(f"{name} must be ")
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & {*declared}


def test_the_example_has_every_parameter_that_must_be_given(template: dict[str, Value]) -> None:
    example = json.loads(TEMPLATE.with_name("parameters.json").read_text())["Parameters"]
    assert {*WITHOUT_DEFAULT} <= {*example} <= {*template["Parameters"]}
    for name, text in example.items():
        declared = template["Parameters"][name]
        pattern = declared.get("AllowedPattern") or "|".join(declared["AllowedValues"])
        assert all(re.fullmatch(pattern, each) for each in text.split(",")), name


WRONG: Final = [
    ("AuthHost", ("", "https://auth-api.example.com", "localhost", "Auth-Api.example.com")),
    ("AuthCertificateArn", ("", "arn:aws:iam::123456789012:server-certificate/x")),
    ("CookieDomain", ("", ".example.com", "com", "example.com/")),
    ("Redirects", ("", "http://cms.example.com", "https://cms.example.com/", "https://a..b", "*")),
    ("DefaultRedirect", ("", "https://cms.example.com", "http://cms.example.com/", "/articles")),
    ("DefaultRedirect", ("https://cms.example.com/\\x", "https://cms.example.com/\u00e9")),
    (
        "SignOutTargets",
        ("", "https://cms.example.com", "javascript:alert(1)", "https://a.example.com/#b"),
    ),
    ("DomainPrefix", ("", "my-cognito-login", "Upper", "-a", "a" * 64)),
    ("CookieKeysSecretArn", ("", "cookie-keys", "A" * 43 + "=")),
    ("LinkProofKeysSecretArn", ("", "arn:aws:ssm:eu-west-1:123456789012:parameter/x")),
    ("LegacyApiKeySecretArn", ("a-key-in-plain-text",)),
    ("OldPoolId", ("Ab12Cd34", "eu-west-1", "eu-west-1_Ab/12")),
    ("OldPoolClientId", ("a client",)),
    ("OldPoolClientSecretArn", ("a-secret-in-plain-text",)),
    ("LegacyUrl", ("http://cms.example.com", "cms.example.com", "https://a.example.com?b=c")),
    ("GoogleSecretArn", ("GOCSPX-secret",)),
    ("LinkingEmailProviders", ("Google,Facebook", " ")),
    ("LegacySessionsCookie", ("a cookie",)),
]


@pytest.mark.parametrize(("name", "values"), WRONG)
def test_a_wrong_parameter_is_refused_before_anything_is_made(
    template: dict[str, Value], name: str, values: tuple[str, ...]
) -> None:
    pattern = template["Parameters"][name]["AllowedPattern"]
    assert not [each for each in values if re.fullmatch(pattern, each)]
    assert all(re.fullmatch(pattern, each) for each in KNOWN.get(name, "").split(","))


TOGETHER: Final = [
    ("AuthHost", "auth-api.example.org", "does not cover the host"),
    ("CookieDomain", "co.uk", "public suffix"),
    ("DefaultRedirect", "https://elsewhere.example.org/", "allowed by AUTHCORE_SIGN_IN_REDIRECTS"),
    ("Redirects", "https://cms.example.com:99999", "there is no such port"),
    ("LegacyUrl", "https://cms.example.com:99999", "AUTHCORE_LEGACY_URL is wrong"),
    ("LinkingEmailProviders", "Google google", "name each provider once"),
    ("LogDays", "31", "LogDays must be a retention"),
    ("PasswordMinimumLength", "7", "PasswordMinimumLength must be 8 to 99"),
    ("AuthHost", "localhost", "AuthHost must be a host"),
    ("CookieDomian", "example.com", "CookieDomian is not a parameter"),
]
"""What CloudFormation takes but no function starts with, and what CloudFormation refuses too."""


@pytest.mark.parametrize(("name", "text", "said"), TOGETHER)
def test_parameters_that_do_not_fit_together_are_named_before_a_deployment(
    template: dict[str, Value], name: str, text: str, said: str
) -> None:
    (problem,) = problems(template, {**REQUIRED, name: text})
    assert said in problem


def test_a_missing_parameter_is_named(template: dict[str, Value]) -> None:
    given = {name: REQUIRED[name] for name in REQUIRED if name != "DomainPrefix"}
    assert problems(template, given) == ["DomainPrefix must have a value"]


ONE_SIDE: Final = [
    (WITHOUT_DEFAULT, "LegacyUrl must be given, or OldPoolId"),
    ({**REQUIRED, **OLD_POOL}, "LegacyUrl and OldPoolId must not be given together"),
    ({**REQUIRED, "LegacyApiKeySecretArn": ""}, "LegacyApiKeySecretArn must be given with"),
    ({**FROM_OLD_POOL, "OldPoolClientId": ""}, "OldPoolClientId must be given with OldPoolId"),
    ({**FROM_OLD_POOL, "OldPoolClientSecretArn": ""}, "OldPoolClientSecretArn must be given with"),
    ({**FROM_OLD_POOL, "LegacySessionsCookie": "session"}, "LegacySessionsCookie must be empty"),
    (
        {**FROM_OLD_POOL, "ProfileSenderArn": "arn:aws:iam::123456789012:role/legacy"},
        "ProfileSenderArn must be empty",
    ),
]
"""What users come from is one of two, and whole."""


@pytest.mark.parametrize(("given", "said"), ONE_SIDE)
def test_a_rule_names_what_users_do_not_come_from(
    template: dict[str, Value], given: dict[str, str], said: str
) -> None:
    (problem,) = problems(template, given)
    assert problem.startswith(said)


@pytest.mark.parametrize("given", [REQUIRED, FROM_OLD_POOL], ids=["legacy system", "old pool"])
def test_either_side_alone_breaks_no_rule(
    template: dict[str, Value], given: dict[str, str]
) -> None:
    assert Stack(template, given).broken_rules == []
    assert problems(template, given) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        ("{", "is no JSON"),
        ("[]", 'has no member "Parameters"'),
        ('{"Parameters": []}', 'has no member "Parameters"'),
        ('{"Parameters": {"PoolKind": 1}}', "PoolKind must be a text"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str | None, says: str
) -> None:
    file = tmp_path / "authcore.json"
    if content is not None:
        file.write_text(content)

    assert main(str(file)) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"{file}: ")
    assert says in told


def test_the_example_can_be_deployed() -> None:
    assert main(str(TEMPLATE.with_name("parameters.json"))) == 0
