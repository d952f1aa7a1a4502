"""A pool with one user and the pre token generation trigger before it."""

import copy
import json
from collections.abc import Mapping
from typing import Any, Final

from authcore.domain.model.directory import DirectoryUser
from authcore.domain.model.linking import FailurePolicy, LinkPolicy
from authcore.domain.services.accounts.account_linking import AccountLinking
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.coordination import InMemoryCreateIntents, InMemoryLease
from authcore.testing.fakes.legacy_accounts import InMemoryLegacyLinks, LegacyRow
from authcore.testing.fakes.system import FrozenClock
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from authcore_lambda.account_linking import AccountLinkingTrigger
from authcore_lambda.deadlines.deadline import Deadline
from authcore_lambda.events.types import Event
from authcore_lambda.pre_token_generation import PreTokenGenerationTrigger
from authcore_lambda.token_links import TokenLinks
from support.gate import AMPLE
from support.linked_accounts import AccountsOf
from unit.account_linking_world import DARCY, KEYS, PROOFS
from unit.trigger_world import EXTERNAL, Left


HOSTED: Final = "TokenGeneration_HostedAuth"
REFRESH: Final = "TokenGeneration_RefreshTokens"
FORMS: Final = {
    "1": "claimsOverrideDetails",
    "2": "claimsAndScopeOverrideDetails",
    "3": "claimsAndScopeOverrideDetails",
}


class World:
    """A pool with one user and the trigger before it."""

    def __init__(
        self,
        *,
        failures: FailurePolicy = FailurePolicy(),  # noqa: B008 - frozen
        email_providers: tuple[str, ...] = (),
        issuers: Mapping[str, str] | None = None,
    ) -> None:
        self.audit = InMemoryAuditLog()
        self.directory = Counting()
        self.user = self.directory.add("elizabeth", {"custom:legacy_uid": "1813"})
        self.prove("elizabeth", "1813")
        self.legacy = InMemoryLegacyLinks([LegacyRow(DARCY)])
        clock = FrozenClock()
        linking = AccountLinking(
            links=self.legacy,
            accounts=AccountsOf(self.legacy),
            directory=self.directory,
            lease=InMemoryLease(clock),
            intents=InMemoryCreateIntents(clock),
            audit=self.audit,
            policy=LinkPolicy(email_providers=frozenset(email_providers), issuers=issuers or {}),
            proofs=PROOFS,
            issuer="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Ab12Cd34",
            clock=clock,
        )
        late = AccountLinkingTrigger(
            linking=lambda *_: linking,
            audit=self.audit,
            budget=AMPLE,
            failures=failures,
        )
        self.trigger = PreTokenGenerationTrigger(
            links=TokenLinks(
                directory=lambda *_: self.directory,
                late_link=lambda event, *_: late.link(event, Deadline(AMPLE, None)),
                keys=KEYS,
                failures=failures,
                audit=self.audit,
                issuers=issuers or {},
            ),
            audit=self.audit,
        )

    def prove(self, username: str, legacy_uid: str) -> str:
        """Let the pool hold the proof of a link; return it."""
        user = self.directory.find(username)
        assert user is not None
        proof = PROOFS.prove_link(user.subject, legacy_uid)
        self.directory.set_attributes(username, {"custom:legacy_linked": proof})
        self.directory.asked.clear()
        return proof

    def attributes(self, **more: object) -> dict[str, object]:
        return {**EXTERNAL, "sub": self.user.subject, **more}

    def answer(self, event: Event) -> Any:
        """What the trigger adds to the response."""
        before = copy.deepcopy(event)
        answered = self.trigger(event, Left(120_000))
        assert event == before
        assert {**answered, "response": None} == {**before, "response": None}
        json.dumps(answered)
        return answered["response"].get(FORMS[event["version"]])


class Counting(InMemoryUserDirectory):
    """Notes whom it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def find(self, username: str) -> DirectoryUser | None:
        self.asked.append(username)
        return super().find(username)
