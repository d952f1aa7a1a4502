"""
Settings, in groups, from ``AUTHCORE_*`` variables.

A door declares an attrs class whose fields are the groups it needs and calls ``load`` with the
environment; field names become variable names (``cognito.client_id`` is
``AUTHCORE_COGNITO_CLIENT_ID``).  Every missing or wrong value is reported at once, secrets are
never echoed.  See docs/adr/0004-settings-reader.md for why this is not a library.
"""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final, TypeVar

import attrs

from authcore.domain.errors import ConfigurationError
from authcore.domain.model.urls import ServiceUrl, service_url


PREFIX: Final = "AUTHCORE"

Parsed = TypeVar("Parsed")
Group = TypeVar("Group", bound=attrs.AttrsInstance)
Parser = Callable[[str], Parsed]


@attrs.frozen
class Setting:
    """
    How one variable is read and documented.

    Attributes:
        parse: Makes the value, or raises ValueError with a sentence that says what is wrong.
        kind: Type and unit, for people.
        purpose: What it is for, one line.
        secret: Whether its text must never be shown.
    """

    parse: Parser[Any]
    kind: str
    purpose: str
    secret: bool = False


def setting(
    parse: Parser[Parsed],
    kind: str,
    purpose: str,
    *,
    default: Any = attrs.NOTHING,
    secret: bool = False,
) -> Any:
    """An attrs field that ``load`` reads from one variable; required unless it has a *default*."""
    about = Setting(parse, kind, purpose, secret)
    return attrs.field(default=default, repr=not secret, metadata={"setting": about})


def variable_name(path: tuple[str, ...]) -> str:
    """The variable behind the field at *path*."""
    return "_".join((PREFIX, *path)).upper()


def described(group: type[attrs.AttrsInstance]) -> list[tuple[str, Setting, object]]:
    """Name, description and default (``attrs.NOTHING``: required) of every variable of *group*."""
    rows: list[tuple[str, Setting, object]] = []

    def visit(cls: type[attrs.AttrsInstance], path: tuple[str, ...]) -> None:
        for field in attrs.fields(attrs.resolve_types(cls)):
            here = (*path, field.name)
            if attrs.has(field.type):
                visit(field.type, here)
            else:
                rows.append((variable_name(here), field.metadata["setting"], field.default))

    visit(group, ())
    return rows


def load(group: type[Group], environment: Mapping[str, str]) -> Group:
    """
    Read *group* and all groups inside it.

    Args:
        group: An attrs class of ``setting`` fields and of further groups.

        environment: Variables by name.  An empty text counts as missing.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    problems: list[str] = []
    loaded = _read(group, (), environment, problems)
    if loaded is None:
        raise ConfigurationError(problems)
    return loaded


def _read(
    group: type[Group], path: tuple[str, ...], environment: Mapping[str, str], problems: list[str]
) -> Group | None:
    before = len(problems)
    values: dict[str, Any] = {}
    for field in attrs.fields(attrs.resolve_types(group)):
        here = (*path, field.name)
        if attrs.has(field.type):
            values[field.name] = _read(field.type, here, environment, problems)
        else:
            values[field.name] = _value(field, variable_name(here), environment, problems)
    if len(problems) > before:
        return None
    try:
        return group(**values)
    except ValueError as error:
        problems.append(str(error))
        return None


def _value(
    field: "attrs.Attribute[Any]", name: str, environment: Mapping[str, str], problems: list[str]
) -> Any:
    about: Setting = field.metadata["setting"]
    text = environment.get(name, "")
    if not text:
        if field.default is attrs.NOTHING:
            problems.append(f"{name} is missing: {about.purpose}")
        return field.default
    try:
        return about.parse(text)
    except ValueError as error:
        shown = "(secret)" if about.secret else repr(text[:80])
        problems.append(f"{name} is wrong: {error}; it is {shown}")
        return None


# --- parsers ---------------------------------------------------------------------------------


def words(text: str) -> tuple[str, ...]:
    """*text* split at white space and commas."""
    found = tuple(re.split(r"[\s,]+", text.strip(" \t\r\n,")))
    if found == ("",):
        raise ValueError("must hold at least one word")
    return found


def matching(pattern: str, sentence: str) -> Parser[str]:
    """A parser that takes what matches *pattern* in full."""
    compiled = re.compile(pattern)

    def parse(text: str) -> str:
        if not compiled.fullmatch(text):
            raise ValueError(sentence)
        return text

    return parse


def seconds(lowest: int, highest: int) -> Parser[timedelta]:
    """A parser of whole seconds from *lowest* to *highest*."""
    whole = integer(lowest, highest)
    return lambda text: timedelta(seconds=whole(text))


def integer(lowest: int, highest: int) -> Parser[int]:
    """A parser of integers from *lowest* to *highest*."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not lowest <= int(text) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return int(text)

    return parse


def one_of(*choices: str) -> Parser[str]:
    """A parser that takes one of *choices*."""
    return matching("|".join(map(re.escape, choices)), f"must be one of {', '.join(choices)}")


def key_ring(text: str) -> tuple[bytes, ...]:
    """AES-256 keys: 32 bytes each in base64url or base64, the first one writes, all read."""
    return tuple(_key(word) for word in words(text))


def _key(word: str) -> bytes:
    try:
        key = base64.b64decode(word.replace("-", "+").replace("_", "/") + "=" * (-len(word) % 4))
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise ValueError("every key must be 32 bytes in base64")
    return key


def pairs(text: str) -> Mapping[str, str]:
    """``to=from`` pairs split at white space and commas."""
    found = [word.partition("=") for word in words(text)]
    if not all(left and right for left, _, right in found):
        raise ValueError("must be pairs like name=display_name")
    return {left: right for left, _, right in found}


secret_text = matching(r"[\x21-\x7e]{1,512}", "must be 1 to 512 printable ASCII characters")


# --- groups ----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class CognitoSettings:
    """Which pool, and which app client of it."""

    region: str = setting(
        matching(r"[a-z]{2,4}(-[a-z]+)+-[0-9]", "must look like eu-west-1"),
        "region",
        "AWS region of the user pool",
    )
    user_pool_id: str = setting(
        matching(r"[a-z0-9-]+_[A-Za-z0-9]{1,55}", "must look like eu-west-1_Ab12Cd34"),
        "pool id",
        "id of the user pool",
    )
    client_id: str = setting(
        matching(r"[A-Za-z0-9_+]{1,128}", "must be an app client id"),
        "text",
        "id of the app client",
    )
    issuer: ServiceUrl | None = setting(
        service_url, "URL", "the `iss` of the pool, where it is not the usual one", default=None
    )
    jwks_url: ServiceUrl | None = setting(
        service_url, "URL", "where the pool publishes its keys; from the issuer", default=None
    )


@attrs.frozen(kw_only=True)
class SignInSettings:
    """How browsers are sent to Cognito and come back."""

    domain_url: ServiceUrl = setting(
        service_url, "URL", "the pool's domain: https://<prefix>.auth.<region>.amazoncognito.com"
    )
    token_url: ServiceUrl | None = setting(
        service_url, "URL", "base for server calls to the domain, where names differ", default=None
    )
    client_secret: str = setting(secret_text, "text", "the app client's secret", secret=True)
    callback_url: ServiceUrl = setting(
        service_url, "URL", "this service's /auth/signin/callback, as registered with Cognito"
    )
    scopes: tuple[str, ...] = setting(
        words, "list", "OAuth scopes to ask for", default=("openid", "email", "profile")
    )
    redirects: tuple[str, ...] = setting(
        words, "list of origins", "where browsers may be sent after sign-in"
    )
    default_redirect: str = setting(str, "URL", "where to go when no redirect was asked for")
    attempt_lifetime: timedelta = setting(
        seconds(60, 600),
        "seconds, 60-600",
        "how long a begun sign-in may take",
        default=timedelta(minutes=10),
    )
    timeout: timedelta = setting(
        seconds(1, 30),
        "seconds, 1-30",
        "total time of one token endpoint call",
        default=timedelta(seconds=5),
    )


@attrs.frozen(kw_only=True)
class CookieSettings:
    """The session cookies on the shared domain."""

    domain: str = setting(
        matching(
            r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}",
            "must be a lower-case domain without a leading dot",
        ),
        "domain",
        "the domain that auth service and guarded apps share",
    )
    keys: tuple[bytes, ...] = setting(
        key_ring, "list of base64 keys", "AES-256 key ring: the first writes, all read", secret=True
    )
    format: str = setting(
        one_of("sealed", "plain"),
        "sealed or plain",
        "plain leaves the JWTs readable for services in other languages",
        default="sealed",
    )
    lifetime: timedelta = setting(
        seconds(3600, 400 * 86400),
        "seconds, 3600-34560000",
        "how long browsers keep the session; not longer than the refresh token lives",
        default=timedelta(days=30),
    )


@attrs.frozen(kw_only=True)
class LegacySettings:
    """The legacy system's HTTP API."""

    url: ServiceUrl = setting(service_url, "URL", "base URL of the legacy HTTP API")
    api_key: str = setting(secret_text, "text", "the key that authenticates our calls", secret=True)


@attrs.frozen(kw_only=True)
class MigrationSettings:
    """What the migration trigger does."""

    attributes: Mapping[str, str] = setting(
        pairs,
        "attribute=field pairs",
        "which legacy fields become which Cognito attributes",
        default={"email": "email", "name": "display_name", "custom:legacy_uid": "legacy_uid"},
    )
    budget: timedelta = setting(
        seconds(1, 4), "seconds, 1-4", "total time of one trigger", default=timedelta(seconds=4)
    )


@attrs.frozen(kw_only=True)
class GuardSettings:
    """What stands in front of a guarded application."""

    signin_url: ServiceUrl = setting(service_url, "URL", "the auth service's /auth/signin")
    app_url: ServiceUrl = setting(
        service_url, "URL", "this application as browsers see it, for the way back"
    )
    public_paths: tuple[str, ...] = setting(
        words, "list of path prefixes", "paths that need no sign-in", default=()
    )
