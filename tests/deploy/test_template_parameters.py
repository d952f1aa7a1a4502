"""
A parameter that is missing or wrong ends a deployment by its name, before anything is made.

``make deploy-check`` shows it with an emulator.
"""

import json
import re
from typing import Final

import pytest

from deploy.stack import REQUIRED, TEMPLATE, Value


def test_no_parameter_takes_a_secret(template: dict[str, Value]) -> None:
    named = [each for each in template["Parameters"] if re.search("Secret|Key", each)]
    allowed = {"LinkProofKeysVersion"}
    assert all(each.endswith("Arn") or each in allowed for each in named)


def test_a_parameter_without_default_is_missed_by_its_name(template: dict[str, Value]) -> None:
    declared = template["Parameters"]
    assert {name for name in declared if "Default" not in declared[name]} == {*REQUIRED}


def test_each_parameter_says_its_name_when_it_is_wrong(template: dict[str, Value]) -> None:
    for name, declared in template["Parameters"].items():
        assert declared["ConstraintDescription"].startswith(f"{name} must be ")
        assert {"AllowedPattern", "AllowedValues", "MinValue"} & {*declared}


def test_the_example_has_every_parameter_that_must_be_given(template: dict[str, Value]) -> None:
    example = json.loads(TEMPLATE.with_name("parameters.json").read_text())["Parameters"]
    assert {*REQUIRED} <= {*example} <= {*template["Parameters"]}
    for name, text in example.items():
        declared = template["Parameters"][name]
        pattern = declared.get("AllowedPattern") or "|".join(declared["AllowedValues"])
        assert all(re.fullmatch(pattern, each) for each in text.split(",")), name


WRONG: Final = [
    ("AuthHost", ("", "https://auth-api.example.com", "localhost", "Auth-Api.example.com")),
    ("AuthCertificateArn", ("", "arn:aws:iam::123456789012:server-certificate/x")),
    ("CookieDomain", ("", ".example.com", "com", "example.com/")),
    ("Redirects", ("", "http://cms.example.com", "https://cms.example.com/", "*")),
    ("DefaultRedirect", ("", "https://cms.example.com", "http://cms.example.com/", "/articles")),
    ("SignOutTargets", ("", "https://cms.example.com", "javascript:alert(1)")),
    ("DomainPrefix", ("", "my-cognito-login", "Upper", "-a", "a" * 64)),
    ("CookieKeysSecretArn", ("", "cookie-keys", "A" * 43 + "=")),
    ("LinkProofKeysSecretArn", ("", "arn:aws:ssm:eu-west-1:123456789012:parameter/x")),
    ("LegacyApiKeySecretArn", ("", "a-key-in-plain-text")),
    ("LegacyUrl", ("", "http://cms.example.com", "cms.example.com")),
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
    assert all(re.fullmatch(pattern, each) for each in REQUIRED.get(name, "").split(","))
