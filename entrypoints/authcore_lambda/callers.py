"""The callers of an API, as an authorizer describes them to the application behind it."""

import json
from collections.abc import Mapping
from typing import Final

import attrs

from authcore.domain.model.session import User
from authcore.domain.model.tokens import AccessClaims
from authcore.domain.model.user_mapping import UserMapping


@attrs.frozen
class Allowed:
    """
    A caller who is admitted.

    Attributes:
        principal: For policies.
        context: What the application behind the gateway gets: texts.
    """

    principal: str
    context: Mapping[str, str]


@attrs.frozen
class Denied:
    """
    A caller who is refused.

    Attributes:
        reason: Why.
        is_signed_in: Whether a sign-in would not help; by default it would.
    """

    reason: str
    is_signed_in: bool = False


MACHINE: Final = User(
    subject=None,
    username=None,
    name=None,
    email=None,
    email_verified=False,
    legacy_uid=None,
    groups=(),
)
"""In place of the user of an app client that acts for itself: without groups, roles and claims."""


def context_of(user: User) -> Mapping[str, str | None]:
    """Describe *user* as texts, which is all that a context of a REST API may hold."""
    return {
        "subject": user.subject,
        "username": user.username,
        "legacy_uid": user.legacy_uid,
        "groups": " ".join(user.groups),
        "roles": " ".join(user.roles),
        "claims": json.dumps(dict(user.claims)) if user.claims else None,
        "login": user.login,
        "actor": user.actor,
    }


def user_of(access: AccessClaims, users: UserMapping) -> User:
    """Describe the user of an access token, which holds neither name nor address."""
    groups = access.groups
    return User(
        subject=access.subject,
        username=access.username,
        name=None,
        email=None,
        email_verified=False,
        legacy_uid=None,
        groups=groups,
        roles=() if users.is_foreign(access.pool_id) else users.roles_of(groups),
        claims=users.claims_of(access.claims),
        pool=access.pool_id,
        stated_at=access.stated_at,
        actor=access.actor.name if access.actor else None,
    )
