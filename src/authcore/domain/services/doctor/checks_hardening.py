"""
Checks that security teams ask of any pool, under the ids that prowler gives them.

A stand-in on a developer's machine has none of these settings and is not asked.
"""

from collections.abc import Iterator
from functools import partial
from typing import Final

from authcore.domain.model.checks import Check, Detail
from authcore.domain.model.deployment import Deployment
from authcore.domain.services.doctor.mending import pool_edit


MIN_PASSWORD_LENGTH: Final = 14
MAX_TEMPORARY_DAYS: Final = 7
RISKS: Final = ("LowAction", "MediumAction", "HighAction")
_RISK_EDIT: Final = (
    "aws cognito-idp set-risk-configuration --region {region} --user-pool-id {pool} "
    "--cli-input-json file://risks.json"
)


def _unprotected(facts: Deployment) -> Iterator[str]:
    if not facts.pool.get().is_protected:
        yield "one call deletes the pool"


def _no_second_factor(facts: Deployment) -> Iterator[str]:
    mfa, is_moving = facts.pool.get().mfa, facts.plan.phase == "migration"
    if mfa == "OFF" or (mfa == "OPTIONAL" and not is_moving):
        yield f"MFA is {mfa}"


def _short_passwords(facts: Deployment) -> Iterator[str]:
    rules = facts.pool.get().password_rules
    if rules is None or rules.min_length < MIN_PASSWORD_LENGTH:
        length = rules.min_length if rules else "not limited"
        yield f"the minimum length is {length}"


def _lacks_class(name: str, facts: Deployment) -> Iterator[str]:
    rules = facts.pool.get().password_rules
    if rules is None or name not in rules.classes:
        yield f"a password needs no character of the class {name}"


def _long_temporary(facts: Deployment) -> Iterator[str]:
    rules = facts.pool.get().password_rules
    if rules and rules.temporary_days > MAX_TEMPORARY_DAYS:
        yield f"a temporary password is valid for {rules.temporary_days} days"


def _no_threat_protection(facts: Deployment) -> Iterator[str]:
    mode, is_moving = facts.pool.get().threat_mode, facts.plan.phase == "migration"
    if mode == "OFF" or (mode == "AUDIT" and not is_moving):
        yield f"threat protection is {mode}"


def _admits_compromised(facts: Deployment) -> Iterator[str]:
    is_moving = facts.plan.phase == "migration"
    if not facts.ask(facts.threats).blocks_compromised and not is_moving:
        yield "a password that is known to be stolen is accepted"


def _admits_takeover(facts: Deployment) -> Iterator[str]:
    actions = facts.ask(facts.threats).takeover_actions
    if facts.plan.phase == "migration":
        return
    for risk in RISKS:
        if actions.get(risk) != "BLOCK":
            yield f"{risk} is {actions.get(risk, 'not set')}"


def _no_web_acl(facts: Deployment) -> Iterator[Detail]:
    if not facts.ask(facts.web_acl):
        yield Detail("no web ACL is in front of the pool", pool_arn=facts.pool.get().arn)


def _recovers_by_sms(facts: Deployment) -> Iterator[str]:
    recovery = facts.pool.get().recovery
    if recovery and recovery[0] == "verified_phone_number":
        yield "a forgotten password is reset by a code in a text message first"


_LENGTH_EXCEPTION: Final = (
    "migrated passwords are not compared with the policy: AUTHCORE_MIGRATION_PASSWORD_POLICY does"
)

_CLASSES: Final = {
    "lower": ("lowercase", "Lowercase"),
    "number": ("number", "Numbers"),
    "symbol": ("symbol", "Symbols"),
    "upper": ("uppercase", "Uppercase"),
}
_CLASS_OF: Final = {"number": "digit"}

CLASS_CHECKS: Final = tuple(
    Check(
        id=f"cognito_user_pool_password_policy_{ending}",
        question=f"Does a password need a character of the class {_CLASS_OF.get(name, name)}?",
        severity="low",
        why="Users choose passwords that are guessed sooner.",
        mend=pool_edit(f".Policies.PasswordPolicy.Require{member}=true"),
        anchor="doctor.md#the-usual-checks",
        examine=partial(_lacks_class, _CLASS_OF.get(name, name)),
        during_migration=_LENGTH_EXCEPTION,
        on_stand_in=False,
    )
    for name, (ending, member) in _CLASSES.items()
)

CHECKS: Final = (
    Check(
        id="cognito_user_pool_deletion_protection_enabled",
        question="Is the pool protected from deletion?",
        severity="high",
        why="A deleted pool takes every user and every password with it.",
        mend=pool_edit('.DeletionProtection="ACTIVE"'),
        anchor="doctor.md#the-usual-checks",
        examine=_unprotected,
        on_stand_in=False,
    ),
    Check(
        id="cognito_user_pool_mfa_enabled",
        question="Can users protect their account by a second factor?",
        severity="medium",
        why="A stolen password is enough to get in.",
        mend="aws cognito-idp set-user-pool-mfa-config --region {region} --user-pool-id {pool} "
        "--mfa-configuration OPTIONAL --software-token-mfa-configuration Enabled=true",
        anchor="doctor.md#the-usual-checks",
        examine=_no_second_factor,
        during_migration="OPTIONAL is accepted: users who move have no second factor yet",
    ),
    Check(
        id="cognito_user_pool_password_policy_minimum_length_14",
        question="Must a password have 14 characters?",
        severity="low",
        why="Users choose passwords that are guessed sooner.",
        mend=pool_edit(".Policies.PasswordPolicy.MinimumLength=14"),
        anchor="doctor.md#the-usual-checks",
        examine=_short_passwords,
        during_migration=_LENGTH_EXCEPTION,
        on_stand_in=False,
    ),
    *CLASS_CHECKS,
    Check(
        id="cognito_user_pool_temporary_password_expiration",
        question="Do temporary passwords expire within seven days?",
        severity="low",
        why="A forgotten invitation stays a way into the account.",
        mend=pool_edit(".Policies.PasswordPolicy.TemporaryPasswordValidityDays=7"),
        anchor="doctor.md#the-usual-checks",
        examine=_long_temporary,
        on_stand_in=False,
    ),
    Check(
        id="cognito_user_pool_advanced_security_enabled",
        question="Does threat protection watch sign-ins?",
        severity="medium",
        why="Guessed and stolen passwords are neither noticed nor refused.",
        mend=pool_edit('.UserPoolTier="PLUS" | .UserPoolAddOns.AdvancedSecurityMode="AUDIT"'),
        anchor="doctor.md#the-usual-checks",
        examine=_no_threat_protection,
        during_migration="AUDIT is accepted: the service has not seen the users' habits yet",
        on_stand_in=False,
    ),
    Check(
        id="cognito_user_pool_blocks_compromised_credentials_sign_in_attempts",
        question="Are passwords refused that are known to be stolen?",
        severity="medium",
        why="Lists of stolen passwords are tried on every login.",
        mend=_RISK_EDIT,
        anchor="doctor.md#the-usual-checks",
        examine=_admits_compromised,
        during_migration="not asked: a user whose old password is refused cannot move",
        on_stand_in=False,
    ),
    Check(
        id="cognito_user_pool_blocks_potential_malicious_sign_in_attempts",
        question="Are sign-ins blocked that look like a takeover?",
        severity="medium",
        why="A sign-in from a strange place with a stolen password succeeds.",
        mend=_RISK_EDIT,
        anchor="doctor.md#the-usual-checks",
        examine=_admits_takeover,
        during_migration="not asked: every first sign-in looks new",
        on_stand_in=False,
    ),
    Check(
        id="cognito_user_pool_waf_acl_attached",
        question="Is a web ACL in front of the pool?",
        severity="low",
        why="Floods of sign-ins use up the quota of the users.",
        mend="aws wafv2 associate-web-acl --region {region} --web-acl-arn <ARN> --resource-arn "
        "{pool_arn}",
        anchor="doctor.md#the-usual-checks",
        examine=_no_web_acl,
        on_stand_in=False,
    ),
    Check(
        id="cognito_user_pool_account_recovery_sms_not_preferred",
        question="Is a forgotten password reset by mail before it is by text message?",
        severity="low",
        why="An attacker who persuades the telephone company takes the number over.",
        mend=pool_edit(
            '.AccountRecoverySetting.RecoveryMechanisms=[{"Name":"verified_email","Priority":1}]'
        ),
        anchor="doctor.md#the-usual-checks",
        examine=_recovers_by_sms,
        on_stand_in=False,
    ),
)
