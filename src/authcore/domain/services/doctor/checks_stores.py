"""Checks of keys, tables and quotas."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from authcore.domain.model.checks import Check, Detail
from authcore.domain.model.deployment import (
    Deployment,
    NothingToAskError,
    Reading,
    each_read,
)
from authcore.domain.model.deployment_plan import NamedSecret
from authcore.domain.model.surroundings import TableSettings
from authcore.domain.services.doctor.weak_keys import weakness


KEY: Final = "pk"
TTL: Final = "expires"
DEFAULT_UPDATES: Final = 25
"""Writes of users a second that Amazon grants every account."""


def _secrets(facts: Deployment) -> Iterator[NamedSecret]:
    return (secret for _, secret in each_read((each.name, each) for each in facts.secrets))


def _weak_secrets(facts: Deployment) -> Iterator[str]:
    for secret in _secrets(facts):
        for value in secret.values:
            if problem := weakness(value):
                yield f"{secret.variable} holds a key that {problem}"


def _shared_secrets(facts: Deployment) -> Iterator[str]:
    held = Counter(
        value for reading in facts.secrets if reading.is_read for value in {*reading.get().values}
    )
    for secret in _secrets(facts):
        if any(held[value] > 1 for value in secret.values):
            yield f"{secret.variable} holds a key that another variable holds, too"


def _tables(facts: Deployment) -> Mapping[str, Reading[TableSettings | None]]:
    if not facts.tables:
        raise NothingToAskError
    return facts.tables


def _existing(facts: Deployment) -> Iterator[tuple[str, TableSettings]]:
    for name, found in each_read(_tables(facts).items()):
        if found:
            yield name, found


def _no_table(facts: Deployment) -> Iterator[Detail]:
    for name, found in each_read(_tables(facts).items()):
        if found is None:
            yield Detail(f"there is no table {name}", table=name)
        elif found.status not in ("ACTIVE", "UPDATING"):
            yield Detail(f"the table {name} is {found.status}", table=name)


def _another_key(facts: Deployment) -> Iterator[Detail]:
    for name, table in _existing(facts):
        if dict(table.keys) != {KEY: "HASH"} or table.key_types.get(KEY) != "S":
            yield Detail(f"the key of {name} is not the text {KEY} alone", table=name)


def _no_expiry(facts: Deployment) -> Iterator[Detail]:
    for name, table in _existing(facts):
        if table.ttl_attribute != TTL:
            yield Detail(f"{name} has no time to live on {TTL}", table=name)


def _too_fast(facts: Deployment) -> Iterator[str]:
    rate = facts.plan.writes_per_second
    granted = facts.ask(facts.user_updates)
    if rate and rate > granted:
        yield f"AUTHCORE_SYNC_WRITES_PER_SECOND is {rate}, and Amazon grants {granted}"


def _small_quota(facts: Deployment) -> Iterator[str]:
    granted = facts.ask(facts.user_updates)
    if granted < DEFAULT_UPDATES:
        yield f"Amazon grants {granted} writes of users a second, fewer than {DEFAULT_UPDATES}"


CHECKS: Final = (
    Check(
        id="keys_strong",
        question="Is every key random, and none of them a sample?",
        severity="critical",
        why="An attacker who guesses a key makes sessions, links or calls of their own.",
        mend="authcore keys new",
        anchor="doctor.md#new-keys",
        examine=_weak_secrets,
    ),
    Check(
        id="keys_distinct",
        question="Is no key used for two purposes?",
        severity="high",
        why="A system that must know one key can then forge what the other protects.",
        mend="authcore keys new",
        anchor="doctor.md#new-keys",
        examine=_shared_secrets,
    ),
    Check(
        id="table_exists",
        question="Does every table of the settings exist?",
        severity="high",
        why="Sessions and leases cannot be kept, and sign-ins end in 503.",
        mend="aws dynamodb create-table --region {region} --table-name {table} "
        "--attribute-definitions AttributeName=pk,AttributeType=S "
        "--key-schema AttributeName=pk,KeyType=HASH --billing-mode PAY_PER_REQUEST",
        anchor="operating.md#the-table",
        examine=_no_table,
    ),
    Check(
        id="table_key",
        question="Is the key of every table the text pk?",
        severity="high",
        why="DynamoDB refuses every call.",
        mend="a key cannot be changed: create another table, and name it in the settings",
        anchor="operating.md#the-table",
        examine=_another_key,
    ),
    Check(
        id="table_expiry",
        question="Does every table delete items that have expired?",
        severity="low",
        why="It grows, and keeps ended sessions.",
        mend="aws dynamodb update-time-to-live --region {region} --table-name {table} "
        "--time-to-live-specification Enabled=true,AttributeName=expires",
        anchor="operating.md#the-table",
        examine=_no_expiry,
    ),
    Check(
        id="sync_pace",
        question="Does profile sync stay below Amazon's limit of writes?",
        severity="medium",
        why="Cognito refuses writes, those of sign-ins included.",
        mend="unset AUTHCORE_SYNC_WRITES_PER_SECOND: by default Amazon's limit is read",
        anchor="profile-sync.md#pace",
        examine=_too_fast,
    ),
    Check(
        id="quota_of_writes",
        question="Does Amazon grant the usual number of writes of users?",
        severity="low",
        why="Migration, linking and sync share it.",
        mend="aws cognito-idp get-provisioned-limit --region {region} --limit-definition "
        "LimitClass=API_CATEGORY,Attributes={Category=UserUpdate}; then ask Amazon",
        anchor="profile-sync.md#pace",
        examine=_small_quota,
        on_stand_in=False,
    ),
)
