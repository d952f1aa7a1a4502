"""What is read about the table that processes share."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeVar

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings.parsers import matching, seconds
from authcore.settings.reader import load, setting


Group = TypeVar("Group", bound=attrs.AttrsInstance)


@attrs.frozen(kw_only=True, eq=False)
class StoreSettings:
    """The table of sessions, leases, recent refreshes and revocations, where they are shared."""

    table: str | None = setting(
        matching(r"[A-Za-z0-9_.-]{3,255}", "must be a DynamoDB table name"),
        "table name",
        "DynamoDB table for what processes share; needed for stored sessions",
        default=None,
    )
    region: str | None = setting(
        matching(r"[a-z]{2,4}(-[a-z]+)+-[0-9]", "must look like eu-west-1"),
        "region",
        "AWS region of the table; the pool's where none is given",
        default=None,
    )
    endpoint_url: ServiceUrl | None = setting(
        service_url, "URL", "where the table's API is, if not at the usual place", default=None
    )
    timeout: timedelta = setting(
        seconds(1, 10),
        "seconds, 1-10",
        "how long one question to the table may take",
        default=timedelta(seconds=2),
    )


def store_problems(environment: Mapping[str, str]) -> list[str]:
    """
    What other variables ask of the table and is not there.

    Judged by the variables as they stand, so that it is said whatever else is wrong.
    """
    is_needed = environment.get("AUTHCORE_COOKIE_FORMAT") == "stored"
    if is_needed and not environment.get("AUTHCORE_STORE_TABLE"):
        return [
            "AUTHCORE_STORE_TABLE is missing: AUTHCORE_COOKIE_FORMAT=stored keeps sessions there"
        ]
    return []


def load_with_store(group: type[Group], environment: Mapping[str, str]) -> Group:
    """
    ``load``, and ``store_problems`` with whatever else is wrong.

    Args:
        group: As for ``load``; one of its fields is a StoreSettings.

        environment: Variables by name.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    problems = store_problems(environment)
    try:
        loaded = load(group, environment)
    except ConfigurationError as error:
        raise ConfigurationError([*error.problems, *problems]) from None
    if problems:
        raise ConfigurationError(problems)
    return loaded
