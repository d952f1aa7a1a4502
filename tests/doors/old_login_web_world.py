"""The auth service as the old login calls it, with a pool in memory."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from dependency_injector import providers

from authcore.testing.fakes.system import RecordedAsyncPause
from authcore.wiring.old_login import OldLogin
from doors.live_web_world import LiveWebWorld
from unit.asgi_calls import Answer, Headers
from unit.old_login_world import OldLoginWorld


VERIFY: Final = "/auth/password/verify"
CHANGED: Final = "/auth/password/changed"
KEY: Final = "old-login-canary-key-0123456789-ab"
BEARER: Final = ("authorization", f"Bearer {KEY}")
JSON: Final = ("content-type", "application/json")


class OldLoginWebWorld(LiveWebWorld):
    """The service, and Anna, whose legacy account is 4711."""

    per_user: ClassVar[int] = 10
    per_caller: ClassVar[int] = 100

    def __init__(self, **changes: str) -> None:
        self.users = OldLoginWorld(per_user=self.per_user, per_caller=self.per_caller)
        super().__init__(**{"OLD_LOGIN_CALLER_KEYS": f"legacy={KEY}", **changes})

    def parts(self) -> dict[str, Any]:
        old_login = OldLogin(self.users.verification(), self.users.password_change())
        self.pause = RecordedAsyncPause(self.clock)
        return {
            **super().parts(),
            "old_login": providers.Object(old_login),
            "async_pause": providers.Object(self.pause),
        }

    def members(self, **changes: object) -> dict[str, object]:
        """A right password."""
        usual = {
            "legacy_uid": "4711",
            "cognito_id": self.users.anna.subject,
            "password": "canary-Password-1",
        }
        return {**usual, **changes}

    def ask(
        self,
        path: str,
        members: Mapping[str, object] | bytes | None = None,
        *,
        headers: Headers = (BEARER, JSON),
    ) -> Answer:
        given = self.members() if members is None else members
        body = given if isinstance(given, bytes) else json.dumps(given).encode()
        return self.visit(path, method="POST", headers=headers, body=body)
