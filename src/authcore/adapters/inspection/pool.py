"""A Cognito user pool, read through its admin API."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import attrs

from authcore.adapters.inspection.described import Described, call, call_or_none
from authcore.adapters.inspection.pool_answers import client_settings, pool_settings
from authcore.adapters.system import monotonic
from authcore.domain.errors import ProviderUnavailableError
from authcore.domain.model.pool_settings import (
    ClientSettings,
    DomainSettings,
    PoolSettings,
    ProviderSettings,
    ThreatSettings,
)
from authcore.ports.inspection import PoolInspection


if TYPE_CHECKING:
    from types_boto3_cognito_idp import CognitoIdentityProviderClient

MAX_PAGE: Final = 60
MAX_PAGES: Final = 4
"""Of app clients, and of providers; a pool with more is not read."""

LIST_LIMIT: Final = timedelta(seconds=60)
"""Of all calls about app clients, and about providers."""

NO_SUCH: Final = "ResourceNotFoundException"
NO_ITEM: Final = "WAFNonexistentItemException"
NO_ADD_ON: Final = "UserPoolAddOnNotEnabledException"
"""Of DescribeRiskConfiguration, in a pool without threat protection."""

NO_PROTECTION: Final = ThreatSettings(blocks_compromised=False, takeover_actions={})

_RISKS: Final = ("LowAction", "MediumAction", "HighAction")


class CognitoPoolInspection(PoolInspection):
    """Calls the describing and listing operations of a pool, and GetWebACLForResource."""

    def __init__(
        self,
        *,
        client: "CognitoIdentityProviderClient",
        firewall: Any,
        user_pool_id: str,
        pace: Callable[[], None] = lambda: None,
        tells_secret_arn: bool = True,
    ) -> None:
        """
        Bind the APIs to one pool.

        Args:
            client: From ``cognito_client``.

            firewall: Client of AWS WAF, from ``aws_client``.

            user_pool_id: Id of the pool.

            pace: Waits until the next app client or provider may be described; by default it does
                not.

            tells_secret_arn: Whether the client passes ``ClientSecretArn`` on; botocore does from
                1.44.7 on.
        """
        self._client = client
        self._firewall = firewall
        self._pool = user_pool_id
        self._pace = pace
        self._tells_secret_arn = tells_secret_arn

    def pool(self) -> PoolSettings:
        """See the port."""
        found = call(self._client.describe_user_pool, "pool", UserPoolId=self._pool)
        return pool_settings(found.structure("UserPool"))

    def clients(self) -> tuple[ClientSettings, ...]:
        """See the port."""
        listed = (
            each.text("ClientId")
            for page in self._pages(self._client.list_user_pool_clients)
            for each in page.structures("UserPoolClients")
        )
        return tuple(map(self._describe_client, _in_time(listed)))

    def domain(self, name: str) -> DomainSettings | None:
        """See the port."""
        operation = self._client.describe_user_pool_domain
        found = call_or_none(operation, "domain", NO_SUCH, Domain=name)
        described = found.structure("DomainDescription") if found else None
        if described is None or not described.has("UserPoolId"):
            return None
        return DomainSettings(
            pool_id=described.text("UserPoolId"), status=described.text("Status", "")
        )

    def providers(self) -> tuple[ProviderSettings, ...]:
        """See the port."""
        listed = (
            each.text("ProviderName")
            for page in self._pages(self._client.list_identity_providers)
            for each in page.structures("Providers")
        )
        return tuple(map(self._describe_provider, _in_time(listed)))

    def threats(self) -> ThreatSettings:
        """See the port."""
        operation = self._client.describe_risk_configuration
        answer = call_or_none(operation, "threats", NO_ADD_ON, UserPoolId=self._pool)
        if answer is None:
            return NO_PROTECTION
        found = answer.structure("RiskConfiguration")
        stolen = found.structure("CompromisedCredentialsRiskConfiguration").structure("Actions")
        takeover = found.structure("AccountTakeoverRiskConfiguration").structure("Actions")
        actions = {
            risk: takeover.structure(risk).text("EventAction", "")
            for risk in _RISKS
            if takeover.has(risk)
        }
        return ThreatSettings(
            blocks_compromised=stolen.text("EventAction", "") == "BLOCK", takeover_actions=actions
        )

    def has_web_acl(self, pool_arn: str) -> bool:
        """See the port."""
        operation = self._firewall.get_web_acl_for_resource
        found = call_or_none(operation, "web ACL", NO_ITEM, ResourceArn=pool_arn)
        return found is not None and found.has("WebACL")

    def _describe_client(self, client_id: str) -> ClientSettings:
        self._pace()
        operation = self._client.describe_user_pool_client
        found = call(operation, "app client", UserPoolId=self._pool, ClientId=client_id)
        settings = client_settings(found.structure("UserPoolClient"))
        return attrs.evolve(settings, tells_secret_arn=self._tells_secret_arn)

    def _describe_provider(self, name: str) -> ProviderSettings:
        self._pace()
        operation = self._client.describe_identity_provider
        found = call(operation, "provider", UserPoolId=self._pool, ProviderName=name)
        described = found.structure("IdentityProvider")
        scopes = described.map_of_texts("ProviderDetails").get("authorize_scopes", "")
        return ProviderSettings(
            name=described.text("ProviderName"),
            kind=described.text("ProviderType"),
            mapping=described.map_of_texts("AttributeMapping"),
            scopes=frozenset(scopes.replace(",", " ").split()),
        )

    def _pages(self, operation: Any) -> Iterator[Described]:
        request: dict[str, Any] = {"UserPoolId": self._pool, "MaxResults": MAX_PAGE}
        for _ in range(MAX_PAGES):
            page = call(operation, "list", **request)
            yield page
            after = page.text_or_none("NextToken")
            if after is None:
                return
            request["NextToken"] = after
        raise ProviderUnavailableError("there are too many to read", detail="too many")


def _in_time(names: Iterable[str]) -> Iterator[str]:
    """Yield *names* while there is time for one more call about each."""
    ends = monotonic() + LIST_LIMIT.total_seconds()
    for name in names:
        if monotonic() > ends:
            raise ProviderUnavailableError("the answers are too slow", detail="out of time")
        yield name
