"""Legacy sessions over the legacy HTTP API."""

from collections.abc import Callable
from datetime import timedelta

from authcore.adapters.http import HttpClient
from authcore.adapters.legacy import session_contract as contract
from authcore.adapters.legacy.legacy_api import LegacyApi
from authcore.adapters.legacy.session_cookie import LegacyCookie, end_each
from authcore.domain.model.accounts import LegacyAccount
from authcore.domain.model.urls import ServiceUrl
from authcore.ports.legacy_sessions import LegacySessions, LegacySignOut


class HttpLegacySessions(LegacyApi, LegacySessions, LegacySignOut):
    """
    Sends each request once, and one request for each session to end.

    Safe to share between threads.  Answers of more than
    ``session_contract.MAX_SESSION_ANSWER_BYTES`` count as unusable.

    See: docs/legacy-api.yaml.
    """

    __slots__ = ("_cookie",)

    def __init__(
        self,
        *,
        http: HttpClient,
        base_url: ServiceUrl,
        api_key: str | Callable[[], str],
        cookie: LegacyCookie,
        within: timedelta | None = None,
    ) -> None:
        """
        Call one legacy system.

        Args:
            http: See LegacyApi.

            base_url: See LegacyApi.

            api_key: See LegacyApi.

            cookie: The cookie of the legacy session.

            within: See LegacyApi.
        """
        super().__init__(http=http, base_url=base_url, api_key=api_key, within=within)
        self._cookie = cookie

    def are_carried(self, cookie_header: str) -> bool:
        """See the port."""
        return bool(self._cookie.sessions(cookie_header))

    def resolve(self, cookie_header: str) -> LegacyAccount | None:
        """See the port."""
        session = self._cookie.single_session(cookie_header)
        if session is None:
            return None
        answer = self._post(contract.SESSION_PATH, contract.session_request(session))
        return contract.session_answer(answer, session)

    def end(self, cookie_header: str) -> None:
        """See the port.  Ends at most MAX_SESSIONS_ENDED sessions, and raises if there are more."""
        end_each(self._cookie.sessions(cookie_header), self._end)

    def _end(self, session: str) -> None:
        answer = self._post(contract.END_PATH, contract.session_request(session))
        contract.end_answer(answer)

    def clear(self) -> tuple[str, ...]:
        """See the port."""
        return self._cookie.delete_cookies()
