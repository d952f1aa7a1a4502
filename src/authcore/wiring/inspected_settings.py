"""The settings of all entrypoints of a deployment, in terms of the domain."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

import attrs

from authcore.adapters.cookies.domain import is_shared_with_strangers
from authcore.adapters.secrets.file_source import FileSecretSource
from authcore.domain.errors import RedirectRejectedError, SecretUnavailableError
from authcore.domain.model.deployment import Reading
from authcore.domain.model.deployment_plan import (
    CookiePlan,
    GuardPlan,
    NamedSecret,
    Plan,
    SignInPlan,
)
from authcore.domain.model.pools import accepted_issuers
from authcore.domain.model.surroundings import OBSERVE
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.sign_in.redirects import RedirectAllowlist
from authcore.settings import load
from authcore.settings.cognito import CognitoSettings
from authcore.settings.cookie import CookieSettings
from authcore.settings.doctor import DoctorSettings
from authcore.settings.guard import GuardSettings
from authcore.settings.legacy import LegacyCallSettings
from authcore.settings.link_proof import LinkVoucherSettings
from authcore.settings.linking import LinkingSettings
from authcore.settings.migration import MigrationSettings
from authcore.settings.old_login import OldLoginSettings
from authcore.settings.old_pool import OldPoolSettings
from authcore.settings.password import PasswordSettings
from authcore.settings.secret_references import SecretReference
from authcore.settings.session import RefreshSettings
from authcore.settings.sign_in import SignInSettings, SignOutSettings
from authcore.settings.store import StoreSettings
from authcore.settings.sync import SyncSettings
from authcore.settings.url_parsers import CallerKey
from authcore.settings.verify import VerifySettings
from authcore.settings.webhook import WebhookSettings
from authcore.wiring.inspected_old_pool import old_pool_plan
from authcore.wiring.program_tokens import jwks_urls_of


ROOT: Final = "/"
Group = TypeVar("Group", bound=attrs.AttrsInstance)


@attrs.frozen(kw_only=True)
class AlwaysRead:
    """Groups that every deployment has, or whose variables all have defaults."""

    cognito: CognitoSettings
    doctor: DoctorSettings
    store: StoreSettings
    refresh: RefreshSettings
    password: PasswordSettings
    verify: VerifySettings
    old_login: OldLoginSettings
    webhook: WebhookSettings
    legacy: LegacyCallSettings
    link_proof: LinkVoucherSettings
    migration: MigrationSettings
    old_pool: OldPoolSettings
    linking: LinkingSettings
    sync: SyncSettings


@attrs.frozen(kw_only=True)
class OfTheSignIn:
    """Groups that are read where AUTHCORE_SIGN_IN_CALLBACK_URL is set."""

    sign_in: SignInSettings
    sign_out: SignOutSettings


@attrs.frozen(kw_only=True)
class OfTheCookies:
    """The group that is read where AUTHCORE_COOKIE_DOMAIN is set."""

    cookie: CookieSettings


@attrs.frozen(kw_only=True)
class OfTheGuard:
    """The group that is read where AUTHCORE_GUARD_APP_URL is set."""

    guard: GuardSettings


GROUPS: Final = (AlwaysRead, OfTheSignIn, OfTheCookies, OfTheGuard)


@attrs.frozen(kw_only=True)
class InspectedSettings:
    """The groups that a deployment has."""

    always: AlwaysRead
    sign_in: OfTheSignIn | None
    cookies: OfTheCookies | None
    guard: OfTheGuard | None
    has_migration: bool


def load_settings(environment: Mapping[str, str]) -> InspectedSettings:
    """
    Read the groups that a deployment has.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """

    def load_if(group: type[Group], name: str) -> Group | None:
        return load(group, environment) if environment.get(name) else None

    return InspectedSettings(
        always=load(AlwaysRead, environment),
        sign_in=load_if(OfTheSignIn, "AUTHCORE_SIGN_IN_CALLBACK_URL"),
        cookies=load_if(OfTheCookies, "AUTHCORE_COOKIE_DOMAIN"),
        guard=load_if(OfTheGuard, "AUTHCORE_GUARD_APP_URL"),
        has_migration=any(name.startswith("AUTHCORE_MIGRATION_") for name in environment),
    )


def plan_of(settings: InspectedSettings) -> Plan:
    """Return what *settings* say, in terms of the domain."""
    always = settings.always
    cognito, doctor, linking = always.cognito, always.doctor, always.linking
    is_stand_in = cognito.endpoint_url is not None and cognito.endpoint_url.startswith("http:")
    has_tables = not is_stand_in or always.store.endpoint_url is not None
    tables = (always.store.table, linking.table) if has_tables else ()
    return Plan(
        phase=doctor.phase,
        region=cognito.region,
        pool_id=cognito.user_pool_id,
        client_id=cognito.client_id,
        further_client_ids=cognito.further_client_ids,
        issuers=accepted_issuers(cognito.user_pool_id, cognito.issuer),
        jwks_url=jwks_urls_of(cognito)[0],
        leeway=cognito.leeway,
        is_stand_in=is_stand_in,
        has_api_of_lambda=not is_stand_in or doctor.endpoint_url is not None,
        sign_in=_sign_in_plan(settings),
        cookie=_cookie_plan(settings.cookies),
        guard=_guard_plan(settings),
        has_migration=settings.has_migration,
        pool_kind=always.migration.pool,
        is_case_sensitive=always.migration.case_sensitive == "on",
        migrated=tuple(always.migration.attributes),
        email_providers=linking.email_providers,
        provider_issuers=tuple(linking.issuers),
        tables=tuple(dict.fromkeys(filter(None, tables))),
        functions=doctor.functions,
        writes_per_second=always.sync.writes_per_second,
        old_pool=old_pool_plan(always.old_pool, always.migration),
    )


def _sign_in_plan(settings: InspectedSettings) -> SignInPlan | None:
    if settings.sign_in is None:
        return None
    given, password = settings.sign_in.sign_in, settings.always.password
    secret = given.client_secret
    reference = secret if isinstance(secret, SecretReference) else None
    targets = settings.sign_in.sign_out.targets or (given.default_redirect,)
    return SignInPlan(
        domain_url=given.domain_url,
        callback_url=given.callback_url,
        sign_out_urls=targets,
        default_redirect=given.default_redirect,
        scopes=given.scopes,
        providers=given.providers,
        secrets=() if isinstance(secret, SecretReference) else secret,
        secret_arn=reference.arn if reference else None,
        refresh_by=settings.always.refresh.by,
        password_flow=None if password.sign_in == "off" else password.flow,
        is_migrating=password.sign_in != "off" and password.migrating == "on",
    )


def _cookie_plan(cookies: OfTheCookies | None) -> CookiePlan | None:
    if cookies is None:
        return None
    return CookiePlan(
        domain=cookies.cookie.domain,
        is_public_suffix=is_shared_with_strangers(cookies.cookie.domain),
        lifetime=cookies.cookie.lifetime,
        is_stored=cookies.cookie.format == "stored",
    )


def _guard_plan(settings: InspectedSettings) -> GuardPlan | None:
    guard, cookies = settings.guard, settings.cookies
    if guard is None:
        return None
    is_stored = cookies is not None and cookies.cookie.format == "stored"
    sets_sessions = guard.guard.refresh != "off" and not is_stored
    return GuardPlan(
        app_url=guard.guard.app_url,
        signin_url=guard.guard.signin_url,
        has_public_root=ROOT in guard.guard.public_paths,
        response_budget=guard.guard.response_budget if sets_sessions else None,
        is_returned_to=_may_return(settings.sign_in, guard.guard.app_url),
        observes=guard.guard.mode == OBSERVE,
    )


def _may_return(sign_in: OfTheSignIn | None, app_url: ServiceUrl) -> bool:
    if sign_in is None:
        return True
    try:
        RedirectAllowlist(sign_in.sign_in.redirects).resolve(f"{app_url}/")
    except RedirectRejectedError:
        return False
    return True


def secrets_of(settings: InspectedSettings) -> Iterator[Reading[NamedSecret]]:
    """Yield what a variable or a file holds; what is in Secrets Manager is not read."""
    always = settings.always
    given: dict[str, Any] = {
        "COOKIE_KEYS": settings.cookies.cookie.keys if settings.cookies else (),
        "LINK_PROOF_KEYS": always.link_proof.keys,
        "VERIFY_CALLER_KEYS": always.verify.caller_keys,
        "OLD_LOGIN_CALLER_KEYS": always.old_login.caller_keys,
        "WEBHOOK_KEYS": always.webhook.keys,
        "LEGACY_API_KEY": always.legacy.api_key,
    }
    for name, value in given.items():
        if value and not (isinstance(value, SecretReference) and value.arn):
            yield _read_secret(f"AUTHCORE_{name}", value)


def _read_secret(variable: str, value: Any) -> Reading[NamedSecret]:
    try:
        found = _from_file(value) if isinstance(value, SecretReference) else value
    except (SecretUnavailableError, ValueError) as error:
        detail = getattr(error, "detail", None) or "content"
        return Reading(f"{variable}_FILE", failure=detail)
    return Reading(variable, NamedSecret(variable=variable, values=tuple(_octets(found))))


def _from_file(reference: SecretReference[Any]) -> Any:
    return reference.parse(FileSecretSource(reference.file or "").read()[0])


def _octets(value: Any) -> Iterator[bytes]:
    several: Iterable[Any] = value if isinstance(value, tuple) else (value,)
    for each in several:
        text = each.key if isinstance(each, CallerKey) else each
        yield text if isinstance(text, bytes) else text.encode()
