"""Settings of a deployment, in memory."""

from collections.abc import Mapping
from datetime import timedelta

from authcore.domain.errors import CoordinationUnavailableError, ProviderUnavailableError
from authcore.domain.model.pool_settings import (
    AttributeSettings,
    ClientSettings,
    DomainSettings,
    PoolSettings,
    ProviderSettings,
    ThreatSettings,
)
from authcore.domain.model.surroundings import FunctionSettings, SiteAnswer, TableSettings
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.ports.inspection import (
    FunctionInspection,
    PoolInspection,
    QueueInspection,
    SiteInspection,
    TableInspection,
)


POOL = PoolSettings(
    arn="arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Contract1",
    issuer_type="ORIGINAL",
    is_case_sensitive=True,
    sign_in_names=frozenset(),
    aliases=frozenset(),
    attributes={
        name: AttributeSettings(is_mutable=True, max_length=2_048)
        for name in ("email", LEGACY_UID, LEGACY_LINKED)
    },
    triggers={},
    has_open_sign_up=True,
    is_protected=False,
    mfa="OPTIONAL",
    password_rules=None,
    threat_mode="OFF",
    recovery=(),
    verified_first=frozenset(),
    remembers_devices=False,
)
CLIENT = ClientSettings(
    client_id="contract",
    secret="in-memory-secret",
    secret_arn=None,
    flows=frozenset({"ALLOW_USER_PASSWORD_AUTH"}),
    grants=frozenset({"code"}),
    scopes=frozenset({"openid", "email", "profile"}),
    callback_urls=("http://127.0.0.1:8401/callback",),
    logout_urls=(),
    providers=frozenset({"COGNITO", "Google"}),
    readable=None,
    writable=frozenset({"email", "name"}),
    hides_users=True,
    revokes=True,
    is_rotating=False,
    grace=timedelta(0),
    access_lifetime=timedelta(hours=1),
    refresh_lifetime=timedelta(days=30),
)
GOOGLE = ProviderSettings(
    name="Google",
    kind="Google",
    mapping={"email": "email", "email_verified": "email_verified", "name": "name"},
    scopes=frozenset({"openid", "email", "profile"}),
)


class InMemoryPoolInspection(PoolInspection):
    """
    A pool in memory.

    Attributes:
        settings: Of the pool.
        app_clients: Of the pool.
        domains: By name.
        identity_providers: Of the pool.
        threat_settings: Of the pool.
        behind_web_acl: ARNs of pools.
        is_available: Set to False for an outage.
    """

    def __init__(self) -> None:
        self.settings = POOL
        self.app_clients = (CLIENT,)
        self.domains = {"127.0.0.1": DomainSettings(pool_id="eu-west-1_Contract1", status="ACTIVE")}
        self.identity_providers = (GOOGLE,)
        self.threat_settings = ThreatSettings(blocks_compromised=False, takeover_actions={})
        self.behind_web_acl: set[str] = set()
        self.is_available = True

    def pool(self) -> PoolSettings:
        """See the port."""
        self._answer()
        return self.settings

    def clients(self) -> tuple[ClientSettings, ...]:
        """See the port."""
        self._answer()
        return self.app_clients

    def domain(self, name: str) -> DomainSettings | None:
        """See the port."""
        self._answer()
        return self.domains.get(name)

    def providers(self) -> tuple[ProviderSettings, ...]:
        """See the port."""
        self._answer()
        return self.identity_providers

    def threats(self) -> ThreatSettings:
        """See the port."""
        self._answer()
        return self.threat_settings

    def has_web_acl(self, pool_arn: str) -> bool:
        """See the port."""
        self._answer()
        return pool_arn in self.behind_web_acl

    def _answer(self) -> None:
        if not self.is_available:
            raise ProviderUnavailableError("the pool is set to be unavailable")


class InMemoryFunctionInspection(FunctionInspection):
    """
    Functions in memory.

    Attributes:
        functions: By ARN.
        is_available: Set to False for an outage.
    """

    def __init__(self) -> None:
        self.functions: dict[str, FunctionSettings] = {}
        self.is_available = True

    def function(self, arn: str) -> FunctionSettings | None:
        """See the port."""
        if not self.is_available:
            raise ProviderUnavailableError("Lambda is set to be unavailable")
        return self.functions.get(arn)


class InMemoryTableInspection(TableInspection):
    """
    Tables in memory.

    Attributes:
        tables: By name.
        is_available: Set to False for an outage.
    """

    def __init__(self) -> None:
        self.tables: dict[str, TableSettings] = {}
        self.is_available = True

    def table(self, name: str) -> TableSettings | None:
        """See the port."""
        if not self.is_available:
            raise CoordinationUnavailableError("DynamoDB is set to be unavailable")
        return self.tables.get(name)


class InMemoryQueueInspection(QueueInspection):
    """
    Queues in memory.

    Attributes:
        depths: Messages by URL.
        is_available: Set to False for an outage.
    """

    def __init__(self) -> None:
        self.depths: dict[str, int] = {}
        self.is_available = True

    def depth(self, url: str) -> int | None:
        """See the port."""
        if not self.is_available:
            raise ProviderUnavailableError("SQS is set to be unavailable", detail="outage")
        return self.depths.get(url)


class InMemorySiteInspection(SiteInspection):
    """
    Web servers in memory.

    Attributes:
        answers: By URL; another URL gives no answer.
        asked: URL and headers of each request, in order.
    """

    def __init__(self) -> None:
        self.answers: dict[str, SiteAnswer] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def look(self, url: str, headers: Mapping[str, str] | None = None) -> SiteAnswer:
        """See the port."""
        self.asked.append((url, headers or {}))
        if url not in self.answers:
            raise ProviderUnavailableError("no such site", detail="connect refused")
        return self.answers[url]
