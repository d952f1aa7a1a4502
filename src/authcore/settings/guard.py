"""``AUTHCORE_GUARD_*``: who may use an application, and the guard in front of it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final

import attrs

from authcore.domain.model.groups import Requirement, names_problem
from authcore.domain.model.shadow import Mode
from authcore.domain.model.urls import ServiceUrl, service_url
from authcore.settings import url_parsers
from authcore.settings.parsers import caller_key, integer, one_of, seconds, words
from authcore.settings.reader import Check, setting
from authcore.settings.secret_references import SecretReference
from authcore.settings.url_parsers import REFRESH_PATH, SIGN_IN_PATH


def _lacks_caller_key(refresh: str, caller_key: object) -> str | None:
    if caller_key is not None or refresh != "service":
        return None
    return "AUTHCORE_GUARD_CALLER_KEY is missing: AUTHCORE_GUARD_REFRESH=service needs it"


def _lacks_verify_url(
    refresh: str, verify_url: ServiceUrl | None, signin_url: ServiceUrl
) -> str | None:
    if verify_url is not None or refresh != "service" or signin_url.endswith(SIGN_IN_PATH):
        return None
    return (
        "AUTHCORE_GUARD_VERIFY_URL is missing: AUTHCORE_GUARD_REFRESH=service calls it, and "
        f"AUTHCORE_GUARD_SIGNIN_URL does not end with {SIGN_IN_PATH}"
    )


def group_names(text: str) -> tuple[str, ...]:
    """Parse names of groups."""
    found = words(text)
    if problem := names_problem(found):
        raise ValueError(problem)
    return found


def _lacks_refresh_url(budget: int | None, signin_url: ServiceUrl) -> str | None:
    if budget is None or signin_url.endswith(SIGN_IN_PATH):
        return None
    return (
        "AUTHCORE_GUARD_SIGNIN_URL is wrong: AUTHCORE_GUARD_RESPONSE_BUDGET needs the auth "
        f"service's {REFRESH_PATH} beside it, and it does not end with {SIGN_IN_PATH}"
    )


def _unknown_roles(required: tuple[str, ...], given: Mapping[str, tuple[str, ...]]) -> str | None:
    known = {role for roles in given.values() for role in roles}
    if known.issuperset(required):
        return None
    return "AUTHCORE_GUARD_ROLES is wrong: it names roles that AUTHCORE_USER_ROLES gives no group"


ROLES_ARE_GIVEN: Final = Check(("guard.roles", "user.roles"), _unknown_roles)
"""A check for entrypoints that admit users: a role of no group would admit none of them."""


@attrs.frozen(kw_only=True, eq=False)
class AccessSettings:
    """Who may use an application: for guards, ``/auth/check`` and the authorizer."""

    groups: tuple[str, ...] = setting(
        group_names,
        "list of group names",
        "groups of the pool that users must be in; others get 403",
        default=(),
    )
    groups_match: str = setting(
        one_of("all", "any"),
        "all or any",
        "whether a user must be in all of AUTHCORE_GUARD_GROUPS, or in one of them",
        default="all",
    )
    roles: tuple[str, ...] = setting(
        group_names,
        "list of role names",
        "roles of AUTHCORE_USER_ROLES that users must have; others get 403",
        default=(),
    )
    roles_match: str = setting(
        one_of("all", "any"),
        "all or any",
        "whether a user must have all of AUTHCORE_GUARD_ROLES, or one of them",
        default="all",
    )

    @property
    def requirements(self) -> tuple[Requirement, ...]:
        """What every user needs: groups, roles, both or nothing."""
        groups, roles = self.groups, self.roles
        needed = [Requirement(names=groups, any_of=self.groups_match == "any")] if groups else []
        if roles:
            is_any = self.roles_match == "any"
            needed.append(Requirement(names=roles, any_of=is_any, among="roles"))
        return tuple(needed)


@attrs.frozen(kw_only=True, eq=False)
class GuardSettings(AccessSettings):
    """The guard in front of one application."""

    CHECKS: ClassVar = (
        Check(("refresh", "caller_key"), _lacks_caller_key),
        Check(("refresh", "verify_url", "signin_url"), _lacks_verify_url),
        Check(("response_budget", "signin_url"), _lacks_refresh_url),
    )

    mode: Mode = setting(
        one_of("enforce", "observe"),
        "enforce or observe",
        "observe: refuse no request, tell the application no user, and only count what would have "
        "been decided",
        default="enforce",
    )
    signin_url: ServiceUrl = setting(service_url, "URL", "the auth service's /auth/signin")
    app_url: ServiceUrl = setting(
        service_url, "URL", "this application as browsers see it; sign-ins return there"
    )
    public_paths: tuple[str, ...] = setting(
        url_parsers.public_paths,
        "list of path prefixes",
        "paths that need no sign-in",
        default=(),
    )
    mounted_at: str = setting(
        url_parsers.mount_path,
        "path",
        "prefix that the server or a mount cuts off this application's paths (root_path, "
        "SCRIPT_NAME); with any other prefix no path is public",
        default="",
    )
    preflight_origins: tuple[str, ...] = setting(
        url_parsers.web_origins,
        "list of origins",
        "origins whose preflights the guard answers, and whose scripts may read its refusals",
        default=(),
    )
    refresh: str = setting(
        one_of("off", "service", "direct"),
        "off, service or direct",
        "which process refreshes sessions: none for this application, the auth service at this "
        "application's request, or this application itself with the client secret",
        default="off",
    )
    verify_url: ServiceUrl | None = setting(
        url_parsers.verify_url,
        "URL",
        "the auth service's /auth/verify for server calls; beside its /auth/signin",
        default=None,
    )
    caller_key: str | SecretReference[str] | None = setting(
        caller_key,
        "text, 32 characters or more",
        "the key that authenticates this application at the auth service, without its name",
        default=None,
        reread=True,
    )
    open_check: timedelta = setting(
        seconds(1, 3600),
        "seconds, 1-3600",
        "how often the session of an open WebSocket or stream is judged again; one that ended is "
        "closed then",
        default=timedelta(seconds=60),
    )
    timeout: timedelta = setting(
        seconds(1, 30),
        "seconds, 1-30",
        "total time of one call to the auth service",
        default=timedelta(seconds=5),
    )
    response_budget: int | None = setting(
        integer(2_048, 65_536),
        "bytes, 2048-65536",
        "largest head of a response that the proxy in front of this application passes on; a "
        "session that does not fit is refreshed at the auth service, after a redirect",
        default=None,
    )
