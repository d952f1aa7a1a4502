"""Somebody whom both sides know already, signing in while others wait for the legacy system."""

from datetime import timedelta
from typing import Final

from authcore.adapters.coordination.memory import ProcessLease, ProcessSeenBefore
from authcore.adapters.http import HttpClient
from authcore.adapters.legacy.http_links import HttpLegacyLinks
from authcore.adapters.system import SystemClock
from authcore.domain.model.linking import LinkPolicy, PoolAccount
from authcore.domain.model.urls import ServiceUrl
from authcore.domain.services.linking import AccountLinking
from authcore.testing.fakes.audit import InMemoryAuditLog
from authcore.testing.fakes.user_directory import InMemoryUserDirectory
from faults.linking_world import IDENTITY, ISSUER, USERNAME


PERSON: Final = PoolAccount(
    username=USERNAME,
    subject="a-sub",
    email=None,
    email_verified=False,
    name=None,
    identity=IDENTITY,
    legacy_uid="1847",
)


class LinkedSignIns:
    """Sign-ins through the same connections as everybody's."""

    def __init__(self, url: ServiceUrl, http: HttpClient, api_key: str) -> None:
        clock = SystemClock()
        self._linking = AccountLinking(
            links=HttpLegacyLinks(
                http=http, base_url=url, api_key=api_key, within=timedelta(seconds=1)
            ),
            directory=InMemoryUserDirectory(),
            lease=ProcessLease(clock),
            intents=ProcessSeenBefore(clock),
            audit=InMemoryAuditLog(),
            policy=LinkPolicy(),
            issuer=ISSUER,
            clock=clock,
        )

    def sign_in(self) -> str:
        """The outcome's status."""
        return self._linking.link(PERSON).status
