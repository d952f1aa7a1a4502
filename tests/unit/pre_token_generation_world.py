"""A pool with one user and the pre token generation trigger before it."""

import copy
import json
from typing import Any, Final

from authcore.domain.model.directory import DirectoryUser
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from authcore_lambda.events import Event
from authcore_lambda.pre_token_generation import PreTokenGenerationTrigger
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

    def __init__(self) -> None:
        self.audit = InMemoryAuditLog()
        self.directory = Counting()
        self.user = self.directory.add("elizabeth", {"custom:legacy_uid": "1813"})
        self.trigger = PreTokenGenerationTrigger(
            directory=lambda *_: self.directory, audit=self.audit
        )

    def attributes(self, **more: object) -> dict[str, object]:
        return {**EXTERNAL, "sub": self.user.subject, **more}

    def answer(self, event: Event) -> Any:
        """What the trigger adds to the response."""
        before = copy.deepcopy(event)
        answered = self.trigger(event, Left(5000))
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
