"""The auth service with webhooks of the legacy system."""

import base64
from typing import Any, Final

from dependency_injector import providers

from authcore.domain.model.webhooks import sign_webhook
from doors.live_web_world import LiveWebWorld
from unit.asgi_calls import Answer, Headers


KEY: Final = bytes(range(32))
NEXT_KEY: Final = bytes(range(1, 33))
BODY: Final = b'{"type":"profile.changed","data":{"legacy_uid":"4711"}}'
LEGACY: Final = {"LEGACY_URL": "https://legacy.example.com", "LEGACY_API_KEY": "canary-api-key"}
PATH: Final = "/auth/profile-changed"


def written(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


class HookWorld(LiveWebWorld):
    """The auth service with webhooks, and what was synchronised."""

    def __init__(self, **changes: str) -> None:
        self.synced: list[str] = []
        self.fault: Exception | None = None
        super().__init__(**{**LEGACY, "WEBHOOK_KEYS": written(KEY), **changes})

    def parts(self) -> dict[str, Any]:
        return {**super().parts(), "profile_sync": providers.Object(self.sync)}

    def sync(self, legacy_uid: str) -> None:
        if self.fault is not None:
            raise self.fault
        self.synced.append(legacy_uid)

    def signed(
        self, body: bytes = BODY, *, message_id: str = "msg_1", key: bytes = KEY, late: float = 0
    ) -> Headers:
        at = int(self.clock.now().timestamp() + late)
        return [
            ("content-type", "application/json"),
            ("webhook-id", message_id),
            ("webhook-timestamp", str(at)),
            ("webhook-signature", sign_webhook(key, message_id, at, body)),
        ]

    def send(self, headers: Headers | None = None, body: bytes = BODY) -> Answer:
        given = self.signed(body) if headers is None else headers
        return self.visit(PATH, method="POST", headers=given, body=body)
