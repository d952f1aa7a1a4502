"""Checks of the app clients of the pool that users move from."""

from collections.abc import Iterator
from typing import Final

from authcore.domain.model.checks import Check, Detail
from authcore.domain.model.deployment import Deployment, NothingToAskError
from authcore.domain.model.deployment_plan import OldPoolPlan
from authcore.domain.model.pool_settings import ClientSettings
from authcore.domain.model.pools import region_of
from authcore.domain.model.usernames import MOVED_TO
from authcore.domain.services.doctor.mending import client_edit


FLOW: Final = "ALLOW_ADMIN_USER_PASSWORD_AUTH"
"""Of AdminInitiateAuth, by which the migration function checks a password at the old pool."""

PAGE: Final = "pool-to-pool.md"
PREPARE: Final = f"{PAGE}#prepare-both-pools"


def old_plan(facts: Deployment) -> OldPoolPlan:
    """
    Return what the settings say about the old pool.

    Raises:
        NothingToAskError: They name none.
    """
    if facts.plan.old_pool is None:
        raise NothingToAskError
    return facts.plan.old_pool


def of_old_pool(facts: Deployment, text: str, client: ClientSettings | None = None) -> Detail:
    """Return *text* with names by which a command changes the old pool, not the new one."""
    plan = old_plan(facts)
    client_id = client.client_id if client else plan.client_id
    return Detail(text, region=region_of(plan.pool_id), pool=plan.pool_id, client=client_id)


def _client(facts: Deployment) -> ClientSettings:
    wanted = old_plan(facts).client_id
    for client in facts.ask(facts.old_clients):
        if client.client_id == wanted:
            return client
    raise NothingToAskError


def _no_client(facts: Deployment) -> Iterator[Detail]:
    wanted = old_plan(facts).client_id
    if wanted not in {each.client_id for each in facts.ask(facts.old_clients)}:
        yield of_old_pool(facts, f"the old pool has no app client {wanted}")


def _no_flow(facts: Deployment) -> Iterator[Detail]:
    client = _client(facts)
    if FLOW not in client.flows:
        yield of_old_pool(facts, f"{client.client_id} of the old pool does not allow {FLOW}")


def _further_flows(facts: Deployment) -> Iterator[Detail]:
    client = _client(facts)
    further = sorted((client.flows | client.grants) - {FLOW})
    if further:
        yield of_old_pool(
            facts, f"{client.client_id} of the old pool allows {', '.join(further)}, too"
        )


def _another_secret(facts: Deployment) -> Iterator[Detail]:
    client, plan = _client(facts), old_plan(facts)
    if not plan.has_secret:
        raise NothingToAskError
    if client.secret is None:
        yield of_old_pool(
            facts, f"{client.client_id} of the old pool has no secret, and the settings do"
        )
    elif plan.secrets and client.secret not in plan.secrets:
        yield of_old_pool(facts, "AUTHCORE_OLD_POOL_CLIENT_SECRET is not the app client's secret")


def _writable_mark(facts: Deployment) -> Iterator[Detail]:
    for client in facts.ask(facts.old_clients):
        if not client.serves_users:
            continue
        name = f"{client.client_id} of the old pool"
        if client.writable is None:
            yield of_old_pool(
                facts, f"{name} does not list the attributes that it may write", client
            )
        elif MOVED_TO in client.writable:
            yield of_old_pool(facts, f"{name} may write {MOVED_TO}", client)


CHECKS: Final = (
    Check(
        id="old_pool_client_exists",
        question="Does the old pool have the app client of the settings?",
        severity="high",
        why="No password can be checked there, and no user moves.",
        mend="aws cognito-idp list-user-pool-clients --region {region} --user-pool-id {pool}; then "
        "correct AUTHCORE_OLD_POOL_CLIENT_ID",
        anchor=PREPARE,
        examine=_no_client,
    ),
    Check(
        id="old_pool_flow",
        question="May the app client of the old pool use the flow that checks passwords there?",
        severity="high",
        why="The old pool refuses every password, and no user moves.",
        mend=client_edit(f'.ExplicitAuthFlows += ["{FLOW}"]'),
        anchor=PREPARE,
        examine=_no_flow,
    ),
    Check(
        id="old_pool_client_of_its_own",
        question="Does the app client of the old pool allow that flow alone?",
        severity="medium",
        why="The secret that the migration function holds then opens more than a move needs.",
        mend="aws cognito-idp create-user-pool-client --region {region} --user-pool-id {pool} "
        "--client-name move --generate-secret "
        f"--explicit-auth-flows {FLOW} --write-attributes <those but {MOVED_TO}>; then set "
        "AUTHCORE_OLD_POOL_CLIENT_ID and AUTHCORE_OLD_POOL_CLIENT_SECRET",
        anchor=PREPARE,
        examine=_further_flows,
    ),
    Check(
        id="old_pool_secret",
        question="Is the secret of the settings that of the old pool's app client?",
        severity="high",
        why="The old pool refuses every password, and no user moves.",
        mend="aws cognito-idp describe-user-pool-client --region {region} --user-pool-id {pool} "
        "--client-id {client} --query UserPoolClient.ClientSecret; then set "
        "AUTHCORE_OLD_POOL_CLIENT_SECRET",
        anchor=f"{PAGE}#settings",
        examine=_another_secret,
    ),
    Check(
        id="old_pool_mark_not_writable",
        question=f"Is {MOVED_TO} of the old pool out of users' hands?",
        severity="medium",
        why="A user who writes it counts as moved, and cannot move.",
        mend=client_edit(f'.WriteAttributes=[<those but "{MOVED_TO}">]'),
        anchor=PREPARE,
        examine=_writable_mark,
    ),
)
