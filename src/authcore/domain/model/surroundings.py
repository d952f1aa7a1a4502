"""What is around a user pool: functions, tables and sites."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from typing import Final

import attrs


POOL_ID: Final = "AUTHCORE_COGNITO_USER_POOL_ID"
POOL_KIND: Final = "AUTHCORE_MIGRATION_POOL"
CASE_SENSITIVE: Final = "AUTHCORE_MIGRATION_CASE_SENSITIVE"
RESETS: Final = "AUTHCORE_MIGRATION_RESETS"
OLD_POOL_KIND: Final = "AUTHCORE_OLD_POOL_KIND"
OLD_POOL_MFA: Final = "AUTHCORE_OLD_POOL_MFA"

MODES: Final[Mapping[str, str]] = {
    "user_migration": "AUTHCORE_MIGRATION_MODE",
    "pre_sign_up": "AUTHCORE_PRE_SIGN_UP_MODE",
    "post_confirmation": "AUTHCORE_LINKING_MODE",
    "post_authentication": "AUTHCORE_LINKING_MODE",
    "pre_token_generation": "AUTHCORE_LINKING_MODE",
}
"""The variable by which the function of a trigger only watches, where it is OBSERVE."""

OBSERVE: Final = "observe"

KEPT_VARIABLES: Final = (
    *(POOL_ID, POOL_KIND, CASE_SENSITIVE, RESETS, OLD_POOL_KIND, OLD_POOL_MFA),
    *sorted({*MODES.values()}),
)
"""Variables of a function that are read; others may hold keys."""


@attrs.frozen(kw_only=True)
class Permission:
    """
    A statement of a function's policy that allows Cognito to invoke it.

    Attributes:
        source_arns: Patterns, of ``fnmatch``, of the pools that may; none where every pool may.
        source_accounts: Accounts whose pools may; none, the default, where those of every account
            may.
    """

    source_arns: tuple[str, ...]
    source_accounts: tuple[str, ...] = ()

    def admits(self, pool_arn: str) -> bool:
        """Whether the pool may invoke the function."""
        of_account = any(f":{each}:" in pool_arn for each in self.source_accounts)
        is_of_account = not self.source_accounts or of_account
        return is_of_account and (
            not self.source_arns or any(fnmatchcase(pool_arn, each) for each in self.source_arns)
        )


@attrs.frozen(kw_only=True)
class FunctionSettings:
    """
    A Lambda function.

    Attributes:
        handler: E.g. ``authcore_lambda.user_migration.handler``; empty for a container image.
        timeout: After which Lambda stops an invocation.
        state: ``Active`` where it can be invoked; empty where Lambda does not say.
        update: ``Successful`` where the last deployment is in use; empty where Lambda does not say.
        role: ARN of the role that it runs with; empty where Lambda does not say.
        variables: Those of KEPT_VARIABLES that the function has.
        permissions: That allow Cognito to invoke it.
    """

    handler: str
    timeout: timedelta
    state: str
    update: str
    role: str
    variables: Mapping[str, str]
    permissions: tuple[Permission, ...]


@attrs.frozen(kw_only=True)
class TableSettings:
    """
    A DynamoDB table.

    Attributes:
        status: ``ACTIVE`` where it can be used.
        keys: Kind (``HASH``, ``RANGE``) by name of the attribute.
        key_types: Type, ``S`` for text, by name of the attribute.
        ttl_attribute: The attribute of the time to live; None where that is switched off.
    """

    status: str
    keys: Mapping[str, str]
    key_types: Mapping[str, str]
    ttl_attribute: str | None


@attrs.frozen(kw_only=True)
class SiteAnswer:
    """
    What a web server answers to one request.

    Attributes:
        status: HTTP status code.
        headers: By name in lower case; the first one where a name is repeated.
        body: At most as long as the reader allows.
        asked_at: When the request was sent.
        answered_at: When the answer was complete.
        dated: The ``Date`` header; None where there is none that can be read.
    """

    status: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    body: bytes = attrs.field(repr=False)
    asked_at: datetime
    answered_at: datetime
    dated: datetime | None

    def header(self, name: str) -> str:
        """Value of the header *name* in lower case; empty where there is none."""
        return self.headers.get(name, "")
