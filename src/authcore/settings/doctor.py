"""``AUTHCORE_DOCTOR_*``: what ``authcore doctor`` cannot find out by itself."""

import re
from collections.abc import Mapping
from typing import Final, get_args

import attrs

from authcore.domain.model.deployment_plan import Phase
from authcore.domain.model.pool_settings import HANDLERS
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings.parsers import one_of, pairs
from authcore.settings.reader import setting


_ARN: Final = re.compile(
    r"arn:aws[a-z-]{0,16}:lambda:[a-z0-9-]{1,40}:[0-9]{12}:function:[!-~]{1,140}"
)


def function_arns(text: str) -> Mapping[str, str]:
    """Parse ``trigger=ARN`` pairs."""
    found = pairs(text)
    if not found.keys() <= HANDLERS.keys() or not all(map(_ARN.fullmatch, found.values())):
        raise ValueError(f"must be pairs of one of {', '.join(HANDLERS)} and the ARN of a function")
    return found


@attrs.frozen(kw_only=True, eq=False)
class DoctorSettings:
    """The command ``authcore doctor``."""

    phase: Phase = setting(
        one_of(*get_args(Phase)),
        "migration or moved",
        "whether users still move to the pool: some checks are stricter afterwards",
        default="migration",
    )
    functions: Mapping[str, str] = setting(
        function_arns,
        "list of trigger=ARN pairs",
        "functions that the triggers must be attached to, so that a trigger that was attached to "
        "another one is noticed; triggers: user_migration, pre_sign_up, post_confirmation, "
        "post_authentication, pre_token_generation, inbound_federation",
        default={},
    )
    endpoint_url: ServiceUrl | None = setting(
        service_url, "URL", "URL of Lambda's API, if it is not Amazon's", default=None
    )
