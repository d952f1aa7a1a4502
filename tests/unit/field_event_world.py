"""Events in the shapes that the field shows: what they hold, and what tokens then say."""

from typing import Final

from authcore_lambda.user_migration import UserMigrationTrigger
from unit.account_linking_world import PROOFS
from unit.pre_token_generation_world import World
from unit.trigger_world import SUBJECT
from unit.user_migration_world import legacy_accounts, trigger_on


UID: Final = "custom:legacy_uid"
STATEMENT: Final = "custom:legacy_linked"
SUPPRESSED: Final = {"claimsToSuppress": [UID, STATEMENT]}
NAMED: Final = {"claimsToAddOrOverride": {UID: "1813"}, "claimsToSuppress": [STATEMENT]}
PROVEN: Final = {UID: "1813", STATEMENT: PROOFS.prove_link(SUBJECT, "1813")}
CONFIRMED: Final = "PostConfirmation_ConfirmSignUp"
AUTHENTICATED: Final = "PostAuthentication_Authentication"
UNREADABLE: Final = "event_unreadable"

SAML: Final = {
    "userId": "jane.doe@corp.example",
    "providerName": "Corp_SAML",
    "providerType": "SAML",
    "issuer": "http://www.okta.com/exk1a2b3c4d5e6f7g8h9",
    "primary": True,
    "dateCreated": 1661325432222,
}


def migration_trigger() -> UserMigrationTrigger:
    return trigger_on(legacy_accounts())


def unlink(world: World) -> World:
    """Leave the pool user without a link."""
    world.directory.set_attributes("elizabeth", {UID: "", STATEMENT: ""})
    return world
