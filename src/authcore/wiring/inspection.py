"""Build the examination of a deployment from the settings of all its entrypoints."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

from authcore.adapters.aws import aws_client
from authcore.adapters.cognito.client import cognito_client
from authcore.adapters.cognito.provisioned_limits import CognitoProvisionedLimits
from authcore.adapters.inspection.functions import LambdaFunctionInspection
from authcore.adapters.inspection.pool import CognitoPoolInspection
from authcore.adapters.inspection.sites import HttpSiteInspection
from authcore.adapters.inspection.tables import DynamoDbTableInspection
from authcore.adapters.system import SystemPause
from authcore.adapters.time_limits import run_within
from authcore.domain.services.accounts.rate_limit import RateLimiter
from authcore.domain.services.doctor.examination import Examination
from authcore.domain.services.doctor.reading import DeploymentReader, OnPart
from authcore.ports.system import Clock
from authcore.wiring.inspected_old_pool import old_pool_client, old_pool_inspection
from authcore.wiring.inspected_settings import load_settings, plan_of, secrets_of


READS_PER_SECOND: Final = 10
"""Of app clients and providers; Amazon's quota of such calls is 15 a second."""

BURST: Final = 10
"""Of these, calls that are made at once: most pools have fewer app clients and providers."""

CALL_LIMIT: Final = timedelta(seconds=10)
"""Of one call; no user waits for it."""


@attrs.frozen(kw_only=True)
class OpenExamination:
    """
    An examination with open connections.

    Attributes:
        examination: To run.
        connections: To close.
    """

    examination: Examination
    connections: tuple[Any, ...]

    def close(self) -> None:
        """Close the connections."""
        for each in self.connections:
            each.close()


def open_examination(
    environment: Mapping[str, str], *, clock: Clock, on_part: OnPart
) -> OpenExamination:
    """
    Build the examination that the ``AUTHCORE_*`` variables describe.

    Args:
        environment: Variables of the entrypoints to examine: those of one, or of all of them.

        clock: Compared with Cognito's.

        on_part: Told the name of each part before it is read.

    Raises:
        ConfigurationError: Names every missing and every wrong variable.
    """
    settings = load_settings(environment)
    plan = plan_of(settings)
    cognito, store = settings.always.cognito, settings.always.store
    region = cognito.region
    pool = cognito_client(region=region, endpoint_url=cognito.endpoint_url, within=CALL_LIMIT)
    old_pool = old_pool_client(settings.always.old_pool, plan, CALL_LIMIT)
    lambdas = _client("lambda", region, settings.always.doctor.endpoint_url)
    firewall = _client("wafv2", region, cognito.endpoint_url)
    tables = _client("dynamodb", store.region or region, store.endpoint_url)
    sites = HttpSiteInspection(clock=clock, within=CALL_LIMIT)
    pace = RateLimiter(READS_PER_SECOND, clock=clock, pause=SystemPause(), burst=BURST)
    reader = DeploymentReader(
        plan=plan,
        secrets=tuple(secrets_of(settings)),
        pool=CognitoPoolInspection(
            client=pool,
            firewall=firewall,
            user_pool_id=cognito.user_pool_id,
            pace=pace.acquire,
            tells_secret_arn=_knows_secret_arn(pool),
        ),
        old_pool=old_pool_inspection(old_pool, plan, pace.acquire),
        limits=CognitoProvisionedLimits(client=pool),
        functions=LambdaFunctionInspection(lambdas),
        tables=DynamoDbTableInspection(tables),
        sites=sites,
        clock=clock,
        on_part=on_part,
        limit=run_within,
    )
    opened = (pool, old_pool, lambdas, firewall, tables, sites)
    connections = tuple(each for each in opened if each is not None)
    return OpenExamination(examination=Examination(reader=reader), connections=connections)


def _knows_secret_arn(client: Any) -> bool:
    """Whether the client's service model has ``ClientSecretArn``: others leave it out."""
    described = client.meta.service_model.operation_model("DescribeUserPoolClient").output_shape
    return "ClientSecretArn" in described.members["UserPoolClient"].members


def _client(service: str, region: str, endpoint_url: Any) -> Any:
    return aws_client(service, region=region, endpoint_url=endpoint_url, within=CALL_LIMIT)
