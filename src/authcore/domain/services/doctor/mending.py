"""
The commands of findings.

``update-user-pool`` and ``update-user-pool-client`` reset what a call leaves out, so that each
command describes, changes one thing and writes all of it back.
"""

import re
from collections.abc import Mapping
from typing import Final

from authcore.domain.model.deployment_plan import Plan


UNKNOWN: Final = "..."
"""In a command, where the settings do not name it, or a shell would read more than a name in it."""

_SAFE: Final = re.compile(r"[A-Za-z0-9_.:/@+=,~%-]{1,1024}")

CLIENT_ANSWERS: Final = ("ClientSecret", "ClientSecretArn", "ClientType")
POOL_ANSWERS: Final = (
    *("Id", "Name", "Arn", "Status", "Domain", "CustomDomain", "SchemaAttributes"),
    *("AliasAttributes", "UsernameAttributes", "UsernameConfiguration", "EstimatedNumberOfUsers"),
    *("EmailConfigurationFailure", "SmsConfigurationFailure"),
)
_DATES: Final = ("CreationDate", "LastModifiedDate")
"""Members that the describing call answers and the updating call does not take."""


def client_edit(change: str) -> str:
    """Return a command that applies *change*, in the language of jq, to the app client."""
    return _edit(
        "user-pool-client",
        "--user-pool-id {pool} --client-id {client} --query UserPoolClient",
        f"{_without(CLIENT_ANSWERS)} | {change}",
    )


def pool_edit(change: str) -> str:
    """Return a command that applies *change*, in the language of jq, to the pool."""
    return _edit(
        "user-pool",
        "--user-pool-id {pool} --query UserPool",
        f'{_without(POOL_ANSWERS)} | .UserPoolId="{{pool}}" | '
        f"del(.AdminCreateUserConfig.UnusedAccountValidityDays) | {change}",
    )


def trigger_edit(trigger: str) -> str:
    """Return a command that attaches a function to *trigger*, as ``LambdaConfig`` calls it."""
    return pool_edit(f'.LambdaConfig.{trigger}="<ARN of the function>"')


def placeholders(plan: Plan) -> Mapping[str, str]:
    """Return what stands for each ``{name}`` of a command."""
    sign_in, cookie, guard = plan.sign_in, plan.cookie, plan.guard
    return {
        "region": plan.region,
        "pool": plan.pool_id,
        "client": plan.client_id,
        "callback": sign_in.callback_url if sign_in else UNKNOWN,
        "domain": sign_in.domain_url if sign_in else UNKNOWN,
        "cookie": cookie.domain if cookie else UNKNOWN,
        "app": guard.app_url if guard else UNKNOWN,
        "table": plan.tables[0] if plan.tables else UNKNOWN,
    }


def fill(mend: str, plan: Plan, names: Mapping[str, str]) -> str:
    """Return *mend* with *names*, and then those of *plan*, in place of its ``{names}``."""
    for name, value in {**placeholders(plan), **names}.items():
        mend = mend.replace(f"{{{name}}}", value if _SAFE.fullmatch(value) else UNKNOWN)
    return mend


def _edit(thing: str, selected: str, change: str) -> str:
    file = f"{thing}.json"
    return (
        f"aws cognito-idp describe-{thing} --region {{region}} {selected} | jq '{change}' > {file} "
        f"&& aws cognito-idp update-{thing} --region {{region}} --cli-input-json file://{file}"
    )


def _without(names: tuple[str, ...]) -> str:
    return f"del({', '.join(f'.{name}' for name in (*names, *_DATES))})"
