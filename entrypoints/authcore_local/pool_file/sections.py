"""How the sections of the file are read."""

import importlib
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, get_args

import attrs

from authcore.domain.model.urls import service_url
from authcore_local.cognito import MachineClient, SchemaAttribute, Triggers
from authcore_local.cognito.config import (
    LONGEST_AUTH_SESSION,
    LONGEST_GRACE,
    LONGEST_REFRESH_LIFETIME,
    LONGEST_TOKEN_LIFETIME,
    MAX_ATTRIBUTE_LENGTH,
    SHORTEST_AUTH_SESSION,
    SHORTEST_REFRESH_LIFETIME,
    SHORTEST_TOKEN_LIFETIME,
    AuthFlow,
    FirstFactor,
    SignInName,
)
from authcore_local.cognito.user_pool.pool_user import UserStatus
from authcore_local.pool_file.members import Member


TRIGGERS: Final = (
    "user_migration",
    "inbound_federation",
    "pre_sign_up",
    "post_confirmation",
    "pre_authentication",
    "post_authentication",
    "pre_token_generation",
)

_POOL_ID: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]_[A-Za-z0-9]{1,55}")
_HANDLER: Final = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)")
_FLAG: Final = Member.flag
_SECOND: Final = timedelta(seconds=1)


@attrs.frozen(kw_only=True)
class User:
    """
    A user who is in the pool from the start.

    Attributes:
        member: Of the file, for errors.
    """

    member: Member = attrs.field(repr=False)
    username: str
    password: str | None = attrs.field(repr=False)
    status: UserStatus
    attributes: Mapping[str, str] = attrs.field(repr=False)
    groups: tuple[str, ...] = ()


Read = Callable[[Member], Any]
Section = Mapping[str, tuple[str, Read]]


def read_section(section: Member, known: Section) -> dict[str, Any]:
    """Return the values of *section* by the names of the fields that take them."""
    found = section.members(known)
    return {known[name][0]: known[name][1](member) for name, member in found.items()}


def members_by_field(section: Member, known: Section) -> dict[str, Member]:
    """Return the members of *section* by the names of the fields that take them."""
    return {known[name][0]: member for name, member in section.members(known).items()}


def _pool_id(member: Member) -> str:
    text = member.text()
    if not _POOL_ID.fullmatch(text):
        member.fail("must be a region, _ and a name of letters and digits")
    return text


def _url(member: Member) -> str:
    return member.parse(service_url)


def _urls(member: Member) -> tuple[str, ...]:
    return tuple(item.parse(_exact_url) for item in member.items())


def _exact_url(text: str) -> str:
    service_url(text)
    return text


def _port(member: Member) -> int:
    return member.number(0, 65535)


def _tokens(member: Member) -> timedelta:
    return member.duration(SHORTEST_TOKEN_LIFETIME, LONGEST_TOKEN_LIFETIME)


def _short(member: Member) -> timedelta:
    return member.duration(_SECOND, LONGEST_TOKEN_LIFETIME)


def _attributes(member: Member) -> tuple[SchemaAttribute, ...]:
    return tuple(map(_attribute, member.items()))


def _attribute(member: Member) -> SchemaAttribute:
    given = member.members(("name", "mutable", "max_length"))
    if "name" not in given:
        member.fail("must have a name")
    longest = given.get("max_length")
    return SchemaAttribute(
        name=given["name"].text(),
        mutable=given["mutable"].flag() if "mutable" in given else True,
        max_length=longest.number(1, MAX_ATTRIBUTE_LENGTH) if longest else MAX_ATTRIBUTE_LENGTH,
    )


def read_machine_client(member: Member) -> MachineClient:
    """Read an item of ``machine_clients``."""
    given = member.members(("id", "secrets", "scopes"))
    for name in ("id", "secrets", "scopes"):
        if name not in given:
            member.fail(f"must have {name}")
    try:
        return MachineClient(
            client_id=given["id"].text(),
            client_secrets=given["secrets"].texts(),
            scopes=given["scopes"].texts(),
        )
    except ValueError as error:
        member.fail(str(error.args[0]))


def read_user(member: Member) -> User:
    """Read an item of ``users``."""
    given = member.members(("username", "password", "status", "attributes", "groups"))
    if "username" not in given:
        member.fail("must have a username")
    status: UserStatus = "CONFIRMED"
    if "status" in given:
        status = given["status"].one_of(get_args(UserStatus))
    attributes = given["attributes"].members() if "attributes" in given else {}
    return User(
        member=member,
        username=given["username"].text(),
        password=given["password"].text() if "password" in given else None,
        status=status,
        attributes={name: value.text() for name, value in attributes.items()},
        groups=given["groups"].texts() if "groups" in given else (),
    )


def read_triggers(member: Member) -> Triggers:
    """Import the functions of ``triggers``."""
    given = member.members((*TRIGGERS, "pre_token_version"))
    versions = ("V1_0", "V2_0")
    chosen = given["pre_token_version"].one_of(versions) if "pre_token_version" in given else "V1_0"
    handlers = {name: _handler(given[name]) for name in TRIGGERS if name in given}
    return Triggers(pre_token_version="V2_0" if chosen == "V2_0" else "V1_0", **handlers)


def _handler(member: Member) -> Any:
    """Import ``module:function``."""
    shape = _HANDLER.fullmatch(member.text())
    if shape is None:
        member.fail("must be module:function, or none")
    try:
        found = getattr(importlib.import_module(shape[1]), shape[2], None)
    except Exception as error:  # noqa: BLE001 - an application's module may raise anything
        member.fail(f"cannot be imported: {type(error).__name__}")
    if not callable(found):
        member.fail("has no such function")
    return found


SECTIONS: Final[Mapping[str, Section]] = {
    "ports": {"pool": ("port", _port), "replica": ("replica", _port)},
    "pool": {
        "id": ("pool_id", _pool_id),
        "domain": ("domain", _url),
        "relying_party_id": ("relying_party_id", Member.text),
        "mfa": ("mfa", lambda member: member.one_of(("OFF", "OPTIONAL", "ON"))),
        "first_factors": (
            "first_factors",
            lambda member: frozenset(member.some_of(get_args(FirstFactor))),
        ),
        "sign_in_names": (
            "sign_in_names",
            lambda member: member.one_of(get_args(SignInName)),
        ),
        "self_sign_up": ("self_sign_up", _FLAG),
        "case_sensitive": ("case_sensitive", _FLAG),
        "custom_attributes": ("custom_attributes", _attributes),
        "post_authentication_in_managed_login": ("post_authentication_in_managed_login", _FLAG),
    },
    "client": {
        "id": ("client_id", Member.text),
        "secrets": ("client_secrets", Member.texts),
        "callback_urls": ("callback_urls", _urls),
        "logout_urls": ("logout_urls", _urls),
        "scopes": ("scopes", Member.texts),
        "auth_flows": (
            "auth_flows",
            lambda member: frozenset(member.some_of(get_args(AuthFlow))),
        ),
        "prevent_user_existence_errors": (
            "prevent_user_existence_errors",
            lambda member: member.one_of(("ENABLED", "LEGACY")),
        ),
        "write_attributes": (
            "write_attributes",
            lambda member: frozenset(member.texts()),
        ),
    },
    "lifetimes": {
        "access_token": ("access_token_lifetime", _tokens),
        "id_token": ("id_token_lifetime", _tokens),
        "refresh_token": (
            "refresh_token_lifetime",
            lambda member: member.duration(SHORTEST_REFRESH_LIFETIME, LONGEST_REFRESH_LIFETIME),
        ),
        "rotation": ("refresh_token_rotation", _FLAG),
        "grace": ("retry_grace_period", lambda m: m.duration(timedelta(0), LONGEST_GRACE)),
        "challenge": (
            "auth_session_validity",
            lambda member: member.duration(SHORTEST_AUTH_SESSION, LONGEST_AUTH_SESSION),
        ),
        "code": ("code_lifetime", _short),
        "browser_session": ("session_lifetime", _short),
    },
    "providers": {},
    "machine_clients": {},
    "users": {},
    "triggers": {},
}
"""Members of the file: the field of PoolConfig, or PoolFile, and how it is read."""
