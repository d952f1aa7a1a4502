"""``AUTHCORE_MIGRATION_*``: the user migration trigger."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar

import attrs

from authcore.domain.model.account_attributes import email_problem, mapping_problems
from authcore.domain.model.accounts import PoolKind
from authcore.domain.model.passwords import PasswordPolicy
from authcore.domain.model.usernames import LEGACY_UID
from authcore.settings.parsers import one_of, pairs, password_policy, seconds
from authcore.settings.reader import Check, setting


def attribute_mapping(text: str) -> Mapping[str, str]:
    """Parse which Cognito attributes are filled from which legacy fields."""
    mapping = pairs(text)
    if problems := mapping_problems(mapping):
        raise ValueError("; ".join(problems))
    return mapping


def _no_email(attributes: Mapping[str, str], pool: PoolKind) -> str | None:
    problem = email_problem(attributes, pool)
    return problem and f"AUTHCORE_MIGRATION_ATTRIBUTES is wrong: {problem}"


@attrs.frozen(kw_only=True, eq=False)
class MigrationSettings:
    """The user migration trigger."""

    CHECKS: ClassVar = (Check(("attributes", "pool"), _no_email),)

    mode: str = setting(
        one_of("move", "observe"),
        "move or observe",
        "observe: authenticate at the legacy system, record what would be done, and create no user",
        default="move",
    )
    attributes: Mapping[str, str] = setting(
        attribute_mapping,
        "attribute=field pairs",
        "which legacy fields become which Cognito attributes",
        default={"email": "email", "name": "display_name", LEGACY_UID: "legacy_uid"},
    )
    pool: PoolKind = setting(
        one_of("username", "email", "alias"),
        "username, email or alias",
        "what users of the pool sign in with",
        default="username",
    )
    case_sensitive: str = setting(
        one_of("on", "off"),
        "on or off",
        "whether the pool distinguishes letter case in user names",
        default="on",
    )
    password_policy: PasswordPolicy | None = setting(
        password_policy,
        "length and classes",
        "legacy passwords below it must be reset, e.g. `8 lower upper digit symbol`",
        default=None,
    )
    resets: str = setting(
        one_of("pool", "legacy"),
        "pool or legacy",
        "which system resets the passwords of users who have not moved yet",
        default="pool",
    )
    budget: timedelta = setting(
        seconds(1, 4), "seconds, 1-4", "total time of one trigger", default=timedelta(seconds=4)
    )
