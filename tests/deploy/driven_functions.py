"""Every Lambda function but the auth service, driven through all that it calls AWS for."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, Final

import attrs
import pytest

from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.directory import ExternalIdentity
from authcore.settings import load
from authcore.testing.fakes.system import FrozenClock
from authcore_lambda import (
    account_linking,
    inbound_federation,
    pre_sign_up,
    pre_token_generation,
    profile_sync,
    user_migration,
)
from authcore_lambda.events.types import Event
from authcore_lambda.link_failures import LinkingFailedError
from authcore_local.cognito.user_pool.identities import Identity
from deploy.account import PASSWORD, POOL_ID, PROOFS, TABLE_NAME, Account
from support.gate import AMPLE
from support.unhurried import Unhurried
from unit.trigger_world import trigger_event


GOOGLE: Final = ExternalIdentity("Google", "109511962726719553612")
FACEBOOK: Final = ExternalIdentity("Facebook", "1234567890")
GONE: Final = LegacyAccount(
    legacy_uid="99",
    username="gone",
    email="gone@example.org",
    email_verified=True,
    display_name=None,
)
LEGACY_KEY: Final = "AUTHCORE_LEGACY_API_KEY"
SYNC_POLICY: Final = {
    "AUTHCORE_STORE_TABLE": TABLE_NAME,
    "AUTHCORE_SYNC_ON_LOCK": "follow",
    "AUTHCORE_SYNC_ON_DELETION": "delete",
}
"""With which the sync does everything that it can do."""


def drive_user_migration(account: Account) -> None:
    """Migrate a user, with the API key in Secrets Manager."""
    variables = {**account.variables, **_key_in_secrets_manager(account)}
    trigger = Unhurried(user_migration.build_handler(variables, http=account.http))
    event = trigger_event("UserMigration_Authentication", {}, username="anna", password="wrong")
    trigger(event)
    enrol_in_old_pool(account)
    with _unhurried(user_migration):
        trigger = Unhurried(user_migration.build_handler(account.from_old_pool()))
        address = {"username": "anna@example.org", "password": PASSWORD}
        trigger(trigger_event("UserMigration_Authentication", {}, **address))


def enrol_in_old_pool(account: Account) -> LegacyAccount:
    """Create anna in the old pool, and give the account that she is."""
    attributes = {"email": "anna@example.org", "email_verified": "true"}
    user = account.old_pool.users.create(
        "anna", PASSWORD, status="CONFIRMED", attributes=attributes
    )
    return LegacyAccount(
        legacy_uid=user.subject,
        username="anna",
        email="anna@example.org",
        email_verified=True,
        display_name=None,
    )


def drive_account_linking(account: Account) -> None:
    """Link, create and refuse users, and delete one whose account is gone."""
    _drive_linking(account, account_linking, "PostAuthentication_Authentication")


def drive_pre_token_generation(account: Account) -> None:
    """The same: users whom no other trigger has linked."""
    _drive_linking(account, pre_token_generation, "TokenGeneration_Authentication", version="2")


def _drive_linking(account: Account, module: Any, source: str, version: str = "1") -> None:
    named = {"AUTHCORE_LINKING_TABLE": TABLE_NAME, **_key_in_secrets_manager(account)}
    for creation in ("lease", "once"):
        variables = {**account.variables, **named, "AUTHCORE_LINKING_CREATION": creation}
        with _unhurried(module):
            trigger = Unhurried(module.build_handler(variables, http=account.http))
            for name, attributes in _users_to_link().items():
                subject = account.enrol(f"{name}-{creation}", **attributes)
                given = account.pool.users.find(f"{name}-{creation}")
                assert given is not None
                shown = {"sub": subject, "cognito:user_status": "CONFIRMED", **given.attributes}
                event = trigger_event(source, shown, username=f"{name}-{creation}", version=version)
                _try(trigger, _at_the_pool(event))
    _drive_linking_with_old_pool(account, module, source, version)


def _drive_linking_with_old_pool(account: Account, module: Any, source: str, version: str) -> None:
    statement = PROOFS.vouch(enrol_in_old_pool(account))
    subject = account.enrol("moved", **{"custom:legacy_linked": statement})
    shown = {"sub": subject, "cognito:user_status": "CONFIRMED", "custom:legacy_linked": statement}
    with _unhurried(module):
        trigger = Unhurried(module.build_handler(account.from_old_pool()))
        _try(trigger, _at_the_pool(trigger_event(source, shown, username="moved", version=version)))


def _users_to_link() -> Mapping[str, Mapping[str, str]]:
    return {
        "new": {},
        "unproven": {"custom:legacy_uid": "98"},
        "stale": {
            "email": GONE.email or "",
            "custom:legacy_uid": GONE.legacy_uid,
            "custom:legacy_linked": PROOFS.vouch(GONE),
        },
    }


def drive_pre_sign_up(account: Account) -> None:
    """Link identities to the native user with the address: one is new, one another user's."""
    variables = {
        **account.variables,
        **_key_in_secrets_manager(account),
        "AUTHCORE_LINKING_EMAIL_PROVIDERS": "Google Facebook",
    }
    account.enrol("anna")
    federate(account, FACEBOOK)
    with _unhurried(pre_sign_up):
        trigger = Unhurried(pre_sign_up.build_handler(variables, http=account.http))
        for identity in (GOOGLE, FACEBOOK):
            username = f"{identity.provider_name}_{identity.user_id}"
            attributes = {"email": "anna@example.org", "email_verified": "true"}
            event = trigger_event("PreSignUp_ExternalProvider", attributes, username=username)
            trigger(_at_the_pool(event))
    event = trigger_event("PreSignUp_SignUp", {"email": "new@example.org"}, username="new")
    trigger(_at_the_pool(event))
    with _unhurried(pre_sign_up):
        Unhurried(pre_sign_up.build_handler(account.from_old_pool()))(_at_the_pool(event))


def drive_profile_sync(account: Account) -> None:
    """Bring users in step whose accounts were changed, locked, unlocked and deleted."""
    variables = {
        **account.variables,
        **_key_in_secrets_manager(account),
        **SYNC_POLICY,
    }
    prepare_sync(account)
    function = profile_sync.build_handler(variables, http=account.http)
    for uid in ("1", "2", "3", "4", "5"):
        records = [{"messageId": uid, "body": json.dumps({"legacy_uid": uid})}]
        assert function({"Records": records}, None) == {"batchItemFailures": []}, uid


def prepare_sync(account: Account) -> None:
    """
    Link five users.

    One's address was changed, one's account was locked, one's unlocked, one's deleted, and one
    exists only through a provider.
    """
    for uid, name in (("1", "anna"), ("2", "bob"), ("3", "carl"), ("4", "dora")):
        account.legacy.link(uid, account.enrol(name, **{"custom:legacy_uid": uid}))
    token = account.legacy.request_email_change("1", "else@example.org")
    assert account.legacy.confirm_email_change(token)
    account.legacy.set_locked("2", locked=True)
    account.pool.users.change("carl", lambda user: attrs.evolve(user, enabled=False))
    account.legacy.delete_account("4")
    external = federate(account, GOOGLE, **{"custom:legacy_uid": "5"})
    account.legacy.link("5", external)


def drive_inbound_federation(account: Account) -> None:
    """Keep what the legacy system owns."""
    event = trigger_event(
        "InboundFederation_ExternalProvider",
        {},
        username=f"Google_{GOOGLE.user_id}",
        providerName="Google",
        providerType="Google",
    )
    event["request"]["attributes"] = {"userInfo": {"sub": GOOGLE.user_id, "name": "Else"}}
    with _unhurried(inbound_federation):
        Unhurried(inbound_federation.build_handler(account.variables))(_at_the_pool(event))


def _at_the_pool(event: Event) -> Event:
    return {**event, "userPoolId": POOL_ID}


def _key_in_secrets_manager(account: Account) -> Mapping[str, str]:
    return account.with_secrets(LEGACY_KEY)


def federate(account: Account, identity: ExternalIdentity, **attributes: str) -> str:
    """Create the external user of *identity*, and return the ``sub``."""
    held = Identity(
        identity.provider_name, identity.user_id, primary=True, created_at=FrozenClock().now()
    )
    user = account.pool.users.create(
        f"{identity.provider_name}_{identity.user_id}",
        None,
        status="EXTERNAL_PROVIDER",
        attributes=attributes,
        identities=(held,),
    )
    return user.subject


def _try(trigger: Unhurried, event: Event) -> None:
    """Answer *event*; a user who is kept out made calls too."""
    with suppress(LinkingFailedError):
        trigger(event)


@contextmanager
def _unhurried(module: Any) -> Iterator[None]:
    """Give the functions of *module* all the time there is."""

    def load_unhurried(group: Any, variables: Mapping[str, str]) -> Any:
        settings = load(group, variables)
        groups = {name: getattr(settings, name, None) for name in ("linking", "migration")}
        unhurried = {
            name: attrs.evolve(group, budget=AMPLE) for name, group in groups.items() if group
        }
        return attrs.evolve(settings, **unhurried)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "load", load_unhurried)
        for name in ("BUDGET", "LATE_BUDGET"):
            patch.setattr(module, name, AMPLE, raising=False)
        yield
