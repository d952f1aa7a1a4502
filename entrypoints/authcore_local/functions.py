"""The project's own Lambda functions, attached to the local pool as a template attaches them."""

from collections.abc import Mapping

import attrs

from authcore.adapters.audit.log import LoggingAuditLog
from authcore.adapters.audit.stream import AuditStream
from authcore.adapters.coordination.process.leases import ProcessLease
from authcore.adapters.coordination.process.replay_cache import ProcessCreateIntents
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.link_contract import MAX_LINK_ANSWER_BYTES
from authcore.adapters.legacy.login_contract import MAX_ANSWER_BYTES
from authcore.ports.system import Clock
from authcore_lambda import (
    account_linking,
    inbound_federation,
    pre_sign_up,
    pre_token_generation,
    user_migration,
)
from authcore_lambda.invocations import correlate_invocations
from authcore_local.cognito import Triggers
from authcore_local.cognito.lambda_triggers.triggers import TRIGGER_LIMIT
from authcore_local.flow import FlowLog


@attrs.frozen
class LegacyClients:
    """
    HTTP clients of the functions for the legacy system.

    Attributes:
        accounts: For what the seed's calls answer.
        links: For the longer answers of linking.
    """

    accounts: HttpClient
    links: HttpClient

    def close(self) -> None:
        """Close the connections."""
        self.accounts.close()
        self.links.close()


def legacy_clients() -> LegacyClients:
    """Make clients whose deadline is that of a trigger."""
    return LegacyClients(
        HttpClient(within=TRIGGER_LIMIT, max_bytes=MAX_ANSWER_BYTES, partner="legacy"),
        HttpClient(within=TRIGGER_LIMIT, max_bytes=MAX_LINK_ANSWER_BYTES, partner="legacy"),
    )


def attach_functions(
    environment: Mapping[str, str], clients: LegacyClients, clock: Clock, flow: FlowLog
) -> Triggers:
    """
    Build every function from *environment* with the code that builds it in production.

    Leases and creation intents are kept in this process, the only one that uses the pool.

    Args:
        environment: The functions' ``AUTHCORE_*`` variables.

        clients: For the legacy system.

        clock: For leases; the remaining time of a function is real time.

        flow: Shows what the functions record.
    """
    lease, intents = ProcessLease(clock), ProcessCreateIntents(clock)
    audit = AuditStream(LoggingAuditLog())
    audit.subscribe(lambda event: flow.note("lambda", event))
    linking = account_linking.build_handler(
        environment, audit=audit, http=clients.links, lease=lease, intents=intents
    )
    token_generation = pre_token_generation.build_handler(
        environment, audit=audit, http=clients.links, lease=lease, intents=intents
    )
    return Triggers(
        user_migration=correlate_invocations(
            user_migration.build_handler(environment, audit=audit, http=clients.accounts)
        ),
        inbound_federation=correlate_invocations(
            inbound_federation.build_handler(environment, audit=audit)
        ),
        pre_sign_up=correlate_invocations(
            pre_sign_up.build_handler(environment, audit=audit, http=clients.accounts)
        ),
        post_confirmation=correlate_invocations(linking),
        post_authentication=correlate_invocations(linking),
        pre_token_generation=correlate_invocations(token_generation),
    )
