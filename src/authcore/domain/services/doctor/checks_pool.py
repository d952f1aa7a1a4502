"""Checks of the pool: attributes, names, issuer and sign-up."""

from collections.abc import Iterator
from typing import Final

from authcore.domain.model.checks import Check
from authcore.domain.model.deployment import Deployment, NothingToAskError
from authcore.domain.model.pool_settings import HANDLERS
from authcore.domain.model.surroundings import CASE_SENSITIVE, POOL_KIND
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.doctor.mending import pool_edit


OURS: Final = (LEGACY_UID, LEGACY_LINKED)
MIN_LENGTH: Final = 256
"""Characters that a custom attribute of ours must hold: a legacy id, or a proof with an id."""

ISSUER_PATHS: Final = {"ORIGINAL": "cognito-idp", "UPDATED": "issuer-cognito-idp"}
_ADD: Final = (
    "aws cognito-idp add-custom-attributes --region {region} --user-pool-id {pool} "
    "--custom-attributes Name=legacy_uid,AttributeDataType=String,Mutable=true "
    "Name=legacy_linked,AttributeDataType=String,Mutable=true"
)
_ANOTHER_POOL: Final = (
    "an attribute of a pool cannot be changed: make a pool with deploy/template.yaml and move to "
    "it before the first user does"
)


def _lacks_attributes(facts: Deployment) -> Iterator[str]:
    found = facts.pool.get().attributes
    yield from (f"the pool has no attribute {name}" for name in OURS if name not in found)


def _immutable_attributes(facts: Deployment) -> Iterator[str]:
    found = facts.pool.get().attributes
    for name in OURS:
        if name in found and not found[name].is_mutable:
            yield f"{name} cannot be changed after the user was created"


def _short_attributes(facts: Deployment) -> Iterator[str]:
    found = facts.pool.get().attributes
    for name in OURS:
        if name in found and found[name].max_length < MIN_LENGTH:
            yield f"{name} holds {found[name].max_length} characters, fewer than {MIN_LENGTH}"


def _lacks_migrated(facts: Deployment) -> Iterator[str]:
    found = facts.pool.get().attributes
    if not facts.plan.has_migration:
        raise NothingToAskError
    for name in facts.plan.migrated:
        if name not in found and name not in OURS:
            yield f"AUTHCORE_MIGRATION_ATTRIBUTES names {name}, which the pool does not have"


def variable_of_migration(facts: Deployment, variable: str, default: str) -> str | None:
    """
    Return what the migration function reads; None where only the settings are known.

    Raises:
        UnreadPartError: The pool or the function could not be read.
    """
    arn = facts.pool.get().triggers.get("user_migration", "")
    function = facts.functions[arn].get() if arn in facts.functions else None
    if function and function.handler == HANDLERS["user_migration"] and function.variables:
        return function.variables.get(variable, default)
    return None


def _migration_setting(facts: Deployment, variable: str, default: str, own: str) -> str:
    found = variable_of_migration(facts, variable, default)
    if found is None and not facts.plan.has_migration:
        raise NothingToAskError
    return own if found is None else found


def _another_kind(facts: Deployment) -> Iterator[str]:
    pool = facts.pool.get()
    kind = _migration_setting(facts, POOL_KIND, "username", facts.plan.pool_kind)
    if pool.kind != kind:
        yield f"AUTHCORE_MIGRATION_POOL is {kind}, and the pool is of the kind {pool.kind}"


def _another_case(facts: Deployment) -> Iterator[str]:
    pool, own = facts.pool.get(), "on" if facts.plan.is_case_sensitive else "off"
    setting = _migration_setting(facts, CASE_SENSITIVE, "on", own)
    if pool.is_case_sensitive != (setting == "on"):
        found = "distinguishes" if pool.is_case_sensitive else "ignores"
        yield f"the pool {found} letter case, and AUTHCORE_MIGRATION_CASE_SENSITIVE says otherwise"


def _foreign_issuer(facts: Deployment) -> Iterator[str]:
    plan = facts.plan
    if plan.is_stand_in:
        return
    path = ISSUER_PATHS.get(facts.pool.get().issuer_type)
    issuers = [each for each in plan.issuers if each.startswith(f"https://{path}.")]
    if not issuers:
        kind = facts.pool.get().issuer_type
        yield f"the pool writes issuers of the type {kind}, not in AUTHCORE_COGNITO_ISSUER"


def _unguarded_sign_up(facts: Deployment) -> Iterator[str]:
    pool = facts.pool.get()
    is_guarded = facts.plan.phase == "moved" or "pre_sign_up" in pool.triggers
    if pool.has_open_sign_up and not is_guarded:
        yield "users may sign up themselves, and no pre sign-up trigger refuses legacy addresses"


def _unverified_changes(facts: Deployment) -> Iterator[str]:
    pool = facts.pool.get()
    if "email" in pool.aliases | pool.sign_in_names and "email" not in pool.verified_first:
        yield "an address that names the user can be replaced before the new one is verified"


def _remembered_devices(facts: Deployment) -> Iterator[str]:
    sign_in = facts.sign_in
    needs_none = sign_in.password_flow is None and sign_in.refresh_by == "token_endpoint"
    if facts.pool.get().remembers_devices and not needs_none:
        yield "the pool remembers devices, and a refresh by authcore names none"


CHECKS: Final = (
    Check(
        id="custom_attributes_present",
        question="Does the pool have the custom attributes of authcore?",
        severity="high",
        why="Migration and linking write both in one call, which Cognito refuses.",
        mend=_ADD,
        anchor="linking.md#deploy-it",
        examine=_lacks_attributes,
    ),
    Check(
        id="custom_attributes_mutable",
        question="Can the custom attributes of authcore be changed?",
        severity="high",
        why="A link can be written once only, and never be repaired or taken back.",
        mend=_ANOTHER_POOL,
        anchor="linking.md#deploy-it",
        examine=_immutable_attributes,
    ),
    Check(
        id="custom_attributes_long",
        question="Are the custom attributes of authcore long enough?",
        severity="high",
        why="A proof of a link is longer, and Cognito refuses it.",
        mend=_ANOTHER_POOL,
        anchor="linking.md#deploy-it",
        examine=_short_attributes,
    ),
    Check(
        id="migrated_attributes_present",
        question="Does the pool have every attribute that the migration function fills?",
        severity="high",
        why="Cognito refuses the whole user, who cannot move.",
        mend=(
            "aws cognito-idp add-custom-attributes --region {region} --user-pool-id {pool} "
            "--custom-attributes Name=<name>,AttributeDataType=String,Mutable=true; or correct "
            "AUTHCORE_MIGRATION_ATTRIBUTES"
        ),
        anchor="migration.md#deploy-it",
        examine=_lacks_migrated,
    ),
    Check(
        id="pool_kind",
        question="Do users sign in with what the migration function expects?",
        severity="high",
        why="Users are migrated under a name that Cognito refuses, or do not type.",
        mend="set AUTHCORE_MIGRATION_POOL to the kind of the pool",
        anchor="migration.md#under-which-name-users-move",
        examine=_another_kind,
    ),
    Check(
        id="letter_case",
        question="Do the pool and the migration function agree on letter case?",
        severity="critical",
        why="One person could become two pool users, or cannot move.",
        mend="set AUTHCORE_MIGRATION_CASE_SENSITIVE to what the pool does",
        anchor="migration.md#under-which-name-users-move",
        examine=_another_case,
    ),
    Check(
        id="issuer_accepted",
        question="Is the issuer that the pool writes accepted?",
        severity="high",
        why="Every token is refused.",
        mend="remove AUTHCORE_COGNITO_ISSUER: by default both types of issuers are accepted",
        anchor="operating.md#issuers-regions-and-a-replica",
        examine=_foreign_issuer,
    ),
    Check(
        id="cognito_user_pool_self_registration_disabled",
        question="Can no stranger sign up with the address of a user who has not moved?",
        severity="critical",
        why="The stranger's user exists before the owner moves, who then is locked out of it.",
        mend=pool_edit(".AdminCreateUserConfig.AllowAdminCreateUserOnly=true"),
        anchor="linking.md#deploy-it",
        examine=_unguarded_sign_up,
        during_migration="open sign-up is accepted where the pre sign-up trigger is attached",
    ),
    Check(
        id="address_verified_before_change",
        question="Is a new address verified before it replaces one that names the user?",
        severity="medium",
        why="A user with a typing error in the new address cannot sign in with either.",
        mend=pool_edit(
            '.UserAttributeUpdateSettings.AttributesRequireVerificationBeforeUpdate=["email"]'
        ),
        anchor="profile-sync.md",
        examine=_unverified_changes,
    ),
    Check(
        id="devices_not_remembered",
        question="Do refresh tokens belong to no device?",
        severity="high",
        why="Cognito refuses the refresh, and the session ends with its first access token.",
        mend=pool_edit("del(.DeviceConfiguration)"),
        anchor="password-sign-in.md#on-the-auth-services-page",
        examine=_remembered_devices,
    ),
)
