"""Reads a deployment, part by part."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

import attrs

from authcore.domain.errors import UnavailableError
from authcore.domain.model.deployment import Deployment, Reading
from authcore.domain.model.deployment_plan import NamedSecret, Plan, SignInPlan
from authcore.domain.model.pool_settings import DomainSettings
from authcore.domain.model.pools import dns_suffix
from authcore.domain.model.surroundings import FunctionSettings, SiteAnswer, TableSettings
from authcore.domain.model.urls import host_of
from authcore.domain.services.doctor import checks_sites as sites
from authcore.ports.inspection import (
    FunctionInspection,
    PoolInspection,
    SiteInspection,
    TableInspection,
)
from authcore.ports.system import Clock
from authcore.ports.user_directory import ProvisionedLimits


Found = TypeVar("Found")
OnPart = Callable[[str], None]
Limit = Callable[[timedelta, Callable[[], Any]], Any]
"""Returns what the function returns, or raises UnavailableError after the time."""

Questions: TypeAlias = Mapping[str, tuple[str, Mapping[str, str]]]
"""URL and headers of a request, by name of the question."""

MAX_TABLES: Final = 8
MAX_DURATION: Final = timedelta(minutes=2)
"""After which the parts that are not read count as unread."""

MAX_PART: Final = timedelta(seconds=65)
"""Of one part: a list takes a minute at most."""

OUT_OF_TIME: Final = "out of time"
CALLBACK: Final = "/auth/signin/callback"
HTML: Final = {"accept": "text/html", "sec-fetch-mode": "navigate"}
"""Headers of a navigation, by which a guard tells browsers from programs."""


@attrs.frozen(kw_only=True, repr=False)
class DeploymentReader:
    """
    Reads one deployment, once.

    Attributes:
        plan: What the settings say.
        secrets: Keys and secrets of the settings.
        pool: Reads the user pool.
        old_pool: Reads the pool that users move from; None where there is none.
        limits: Reads Amazon's limits.
        functions: Reads Lambda functions.
        tables: Reads tables.
        sites: Reads web servers.
        clock: Tells when the time is over.
        on_part: Told the name of each part before it is read; by default nothing is.
        limit: Gives up a part that takes too long; by default nothing does.
        ends_at: MAX_DURATION from the making of the reader.
    """

    plan: Plan
    secrets: tuple[Reading[NamedSecret], ...] = ()
    pool: PoolInspection
    old_pool: PoolInspection | None = None
    limits: ProvisionedLimits
    functions: FunctionInspection
    tables: TableInspection
    sites: SiteInspection
    clock: Clock
    on_part: OnPart = lambda _: None
    limit: Limit = lambda _, read: read()
    ends_at: datetime = attrs.field(
        default=attrs.Factory(lambda self: self.clock.now() + MAX_DURATION, takes_self=True)
    )

    def read(self) -> Deployment:
        """Read every part that the settings give a reason to read."""
        pool = self._reading("pool", self.pool.pool)
        arns = pool.get().triggers.values() if pool.is_read else ()
        old, is_amazons = self._old_pool(), not self.plan.is_stand_in
        return Deployment(
            plan=self.plan,
            secrets=self.secrets,
            pool=pool,
            clients=self._reading("app clients", self.pool.clients),
            domain=self._domain(),
            providers=self._reading("identity providers", self.pool.providers),
            threats=self._reading("threat protection", self.pool.threats) if is_amazons else None,
            web_acl=self._web_acl(pool.get().arn) if is_amazons and pool.is_read else None,
            user_updates=self._reading("quota", lambda: self.limits.per_second("UserUpdate")),
            old_pool=self._reading("old pool", old.pool) if old else None,
            old_clients=self._reading("app clients of the old pool", old.clients) if old else None,
            functions=self._functions([*arns]) if self.plan.has_api_of_lambda else {},
            tables=self._tables(),
            keys=self._look("keys of the pool", self.plan.jwks_url),
            sites=self._answers(self._questions()),
            probes=self._answers(self._probes()),
        )

    def _reading(self, name: str, read: Callable[[], Found]) -> Reading[Found]:
        self.on_part(name)
        left = self.ends_at - self.clock.now()
        if left < timedelta(0):
            return Reading(name, failure=OUT_OF_TIME)
        try:
            return Reading(name, self.limit(min(left, MAX_PART), read))
        except UnavailableError as error:
            return Reading(name, failure=error.detail or error.code)

    def _old_pool(self) -> PoolInspection | None:
        return self.old_pool if self.plan.has_another_pool else None

    def _domain(self) -> Reading[DomainSettings | None] | None:
        if self.plan.sign_in is None:
            return None
        host = host_of(self.plan.sign_in.domain_url)
        region = self.plan.region
        prefix = host.removesuffix(f".auth.{region}.{_cognito_suffix(region)}")
        return self._reading(f"domain {host}", lambda: self.pool.domain(prefix))

    def _web_acl(self, arn: str) -> Reading[bool]:
        return self._reading("web ACL", lambda: self.pool.has_web_acl(arn))

    def _functions(self, arns: Collection[str]) -> Mapping[str, Reading[FunctionSettings | None]]:
        return {arn: self._function(arn) for arn in dict.fromkeys(arns)}

    def _function(self, arn: str) -> Reading[FunctionSettings | None]:
        return self._reading(f"function {arn}", lambda: self.functions.function(arn))

    def _tables(self) -> Mapping[str, Reading[TableSettings | None]]:
        return {name: self._table(name) for name in self.plan.tables[:MAX_TABLES]}

    def _table(self, name: str) -> Reading[TableSettings | None]:
        return self._reading(f"table {name}", lambda: self.tables.table(name))

    def _look(
        self, name: str, url: str, headers: Mapping[str, str] | None = None
    ) -> Reading[SiteAnswer]:
        return self._reading(name, lambda: self.sites.look(url, headers))

    def _answers(self, asked: Questions) -> Mapping[str, Reading[SiteAnswer]]:
        return {name: self._look(name, url, headers) for name, (url, headers) in asked.items()}

    def _questions(self) -> Questions:
        asked: dict[str, tuple[str, Mapping[str, str]]] = {}
        if self.plan.sign_in:
            auth = self._auth_service(self.plan.sign_in)
            asked[sites.SESSION] = (f"{auth}/auth/session", {})
            asked[sites.SIGN_IN] = (f"{auth}/auth/signin", HTML)
            asked[sites.READY] = (f"{auth}/readyz", {})
        if self.plan.guard:
            asked[sites.APP] = (f"{self.plan.guard.app_url}/", HTML)
        return asked

    def _probes(self) -> Questions:
        cookies = {"cookie": _padding(sites.TYPICAL_COOKIES)}
        asked: dict[str, tuple[str, Mapping[str, str]]] = {}
        is_large = self.plan.cookie is None or not self.plan.cookie.is_stored
        if self.plan.sign_in and is_large:
            auth = self._auth_service(self.plan.sign_in)
            target = _long(self.plan.sign_in.default_redirect)
            asked[sites.LARGE_SESSION] = (f"{auth}/auth/session", cookies)
            hint = "x" * sites.LONG_HINT
            url = f"{auth}/auth/signin?login_hint={hint}&redirect={target}"
            asked[sites.LONG_SIGN_IN] = (url, HTML)
        if self.plan.guard and is_large:
            asked[sites.LARGE_APP] = (f"{self.plan.guard.app_url}/", {**HTML, **cookies})
        return asked

    def _auth_service(self, sign_in: SignInPlan) -> str:
        return sign_in.callback_url.removesuffix(CALLBACK)


def _cognito_suffix(region: str) -> str:
    return dns_suffix(region).replace("amazonaws", "amazoncognito", 1)


def _padding(length: int) -> str:
    """Cookies of *length* bytes that no program reads, as many as a session has."""
    return "; ".join(f"authcore-doctor-{n}=".ljust(length // 2, "x") for n in range(2))


def _long(target: str) -> str:
    """The path *target* with a parameter that makes it LONG_TARGET characters long."""
    mark = "?" if "?" not in target else "&"
    padded = f"{target}{mark}doctor=".ljust(sites.LONG_TARGET, "x")
    return "".join(c if c.isalnum() or c in "-._~" else f"%{ord(c):02X}" for c in padded)
