"""What an operator can read of a deployment.  Nothing here changes anything."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Protocol

from authcore.domain.model.pool_settings import (
    ClientSettings,
    DomainSettings,
    PoolSettings,
    ProviderSettings,
    ThreatSettings,
)
from authcore.domain.model.surroundings import FunctionSettings, SiteAnswer, TableSettings


class PoolInspection(Protocol):
    """The settings of one pool."""

    __slots__ = ()

    @abstractmethod
    def pool(self) -> PoolSettings:
        """
        The pool itself.

        Raises:
            ProviderUnavailableError: No usable answer; misconfigured where there is no such pool,
                or no permission.

        See: Amazon Cognito DescribeUserPool.
        """

    @abstractmethod
    def clients(self) -> tuple[ClientSettings, ...]:
        """
        All app clients of the pool.

        Raises:
            ProviderUnavailableError: As for ``pool``; also where there are too many to read.

        See: Amazon Cognito ListUserPoolClients, DescribeUserPoolClient.
        """

    @abstractmethod
    def domain(self, name: str) -> DomainSettings | None:
        """
        The domain *name*: a prefix of Amazon's, or a whole custom domain; None if there is none.

        Raises:
            ProviderUnavailableError: As for ``pool``.

        See: Amazon Cognito DescribeUserPoolDomain.
        """

    @abstractmethod
    def providers(self) -> tuple[ProviderSettings, ...]:
        """
        The identity providers of the pool.

        Raises:
            ProviderUnavailableError: As for ``clients``.

        See: Amazon Cognito ListIdentityProviders, DescribeIdentityProvider.
        """

    @abstractmethod
    def threats(self) -> ThreatSettings:
        """
        Threat protection of the whole pool.

        Raises:
            ProviderUnavailableError: As for ``pool``.

        See: Amazon Cognito DescribeRiskConfiguration.
        """

    @abstractmethod
    def has_web_acl(self, pool_arn: str) -> bool:
        """
        Whether a web ACL of AWS WAF is in front of the pool.

        Raises:
            ProviderUnavailableError: As for ``pool``.

        See: AWS WAF GetWebACLForResource.
        """


class FunctionInspection(Protocol):
    """The settings of Lambda functions."""

    __slots__ = ()

    @abstractmethod
    def function(self, arn: str) -> FunctionSettings | None:
        """
        The function; None if there is none.

        Raises:
            ProviderUnavailableError: No usable answer; misconfigured without a permission.

        See: AWS Lambda GetFunctionConfiguration, GetPolicy.
        """


class TableInspection(Protocol):
    """The settings of tables."""

    __slots__ = ()

    @abstractmethod
    def table(self, name: str) -> TableSettings | None:
        """
        The table; None if there is none.

        Raises:
            CoordinationUnavailableError: No usable answer; misconfigured without a permission.

        See: Amazon DynamoDB DescribeTable, DescribeTimeToLive.
        """


class SiteInspection(Protocol):
    """What web servers answer to a request without a session."""

    __slots__ = ()

    @abstractmethod
    def look(self, url: str, headers: Mapping[str, str] | None = None) -> SiteAnswer:
        """
        The answer to ``GET`` *url*; redirects are not followed.

        Args:
            url: A ServiceUrl, or one with a query.

            headers: In addition to ``Host``; by default none.

        Raises:
            ProviderUnavailableError: No complete answer within the limits of time and size.
        """


class QueueInspection(Protocol):
    """How much waits in queues."""

    __slots__ = ()

    @abstractmethod
    def depth(self, url: str) -> int | None:
        """
        Count the messages in a queue, those that are read just now or delayed included.

        Returns:
            About how many there are, as SQS counts them; None if there is no such queue.

        Raises:
            ProviderUnavailableError: No usable answer; misconfigured without a permission.

        See: Amazon SQS GetQueueAttributes.
        """
