"""Names, scope and size limit of the cookies of all session formats."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from authcore.adapters.cookie_header import MAX_HEADER_LENGTH, cookie_pairs
from authcore.adapters.cookies.chunking import MAX_CHUNKS, MAX_SET_COOKIE_LENGTH, Series
from authcore.adapters.cookies.session_choice import MAX_SESSIONS
from authcore.adapters.cookies.set_cookie import MAX_LIFETIME, CookieScope
from authcore.domain.errors import ConfigurationError, SessionTooLargeError
from authcore.domain.model.domains import HOST_ONLY, former_domain_problem, is_domain
from authcore.domain.model.session import CarriedSessions
from authcore.domain.model.tokens import TokenSet


DEFAULT_BUDGET: Final = 8_000
"""Characters of ``Cookie`` header, so that it fits nginx's limit of 8 KiB for one line."""

MAX_BUDGET: Final = MAX_HEADER_LENGTH // 2

SEALED: Final = Series("__Secure-authcore_session")
ACCESS_TOKEN: Final = Series("__Secure-authcore_access_token")
ID_TOKEN: Final = Series("__Secure-authcore_id_token")
REFRESH_TOKEN: Final = Series("__Secure-authcore_refresh_token")

SESSION_ID: Final = "__Secure-authcore_sid"

NAME_PREFIX: Final = "__Secure-authcore_"
"""Of every session cookie, in each format."""

_EVERY_SERIES: Final = (SEALED, ACCESS_TOKEN, ID_TOKEN, REFRESH_TOKEN)
_EVERY_NAME: Final = frozenset(
    {SESSION_ID, *(name for series in _EVERY_SERIES for name in series.names())}
)


class SessionCookies:
    """
    Sets and deletes session cookies of every format.

    Each format deletes the cookies of the others, so that a browser carries one session.
    """

    __slots__ = ("_budget", "_former", "_scope", "lifetime")

    def __init__(
        self,
        *,
        domain: str,
        lifetime: timedelta,
        budget: int,
        former_domains: Sequence[str] = (),
    ) -> None:
        problems = _problems(domain, lifetime, budget, former_domains)
        if problems:
            raise ConfigurationError(problems)
        self._scope = CookieScope(domain)
        self._former = tuple(map(_scope, former_domains))
        self.lifetime: timedelta = lifetime
        self._budget = budget

    def set_texts(
        self,
        texts: Mapping[Series, str],
        *,
        generation: str,
        cookie_header: str,
        lifetime: timedelta,
    ) -> tuple[str, ...]:
        """
        The ``Set-Cookie`` values that store *texts*, all of one *generation*.

        They also delete the other session cookies that the browser sent in *cookie_header*.

        Raises:
            SessionTooLargeError: Too many chunks, or longer than the budget.
        """
        overhead = len(self._scope.set_cookie(SEALED.name, "", lifetime)) - len(SEALED.name) - 1
        cookies: dict[str, str] = {}
        for series, text in texts.items():
            cookies |= series.split(text, generation=generation, attributes_length=overhead)
        self._check_budget(cookies)
        return self.set_cookies(cookies, cookie_header=cookie_header, lifetime=lifetime)

    def set_cookies(
        self, cookies: Mapping[str, str], *, cookie_header: str, lifetime: timedelta
    ) -> tuple[str, ...]:
        """
        As ``set_texts``, for values by name that each fit one cookie.

        Cookies of former domains go first: of two values for one name, the later one is what the
        browser sends next.
        """
        carried = _session_cookie_names(cookie_header)
        surplus = [name for name in carried if name not in cookies]
        kept = (self._scope.set_cookie(*cookie, lifetime) for cookie in cookies.items())
        former = (scope.delete_cookie(name) for name in carried for scope in self._former)
        return (*former, *kept, *map(self._scope.delete_cookie, surplus))

    def remaining_lifetime(self, signed_in_at: datetime, *, now: datetime) -> timedelta:
        """
        The remaining lifetime of a session that began at *signed_in_at*.

        At least one second and at most ``lifetime``, even if clocks differ.
        """
        left = signed_in_at + self.lifetime - now
        return min(max(left, timedelta(seconds=1)), self.lifetime)

    def delete_cookies(self, cookie_header: str) -> tuple[str, ...]:
        """
        The ``Set-Cookie`` values that delete every session cookie of *cookie_header*.

        If there are none, the header may have been unreadable: then all that can fit the budget.
        """
        names = _session_cookie_names(cookie_header) or self._possible()
        scopes = (*self._former, self._scope)
        return tuple(scope.delete_cookie(name) for name in names for scope in scopes)

    def read_carried(
        self,
        cookie_header: str,
        sessions: Collection[TokenSet],
        is_read: Callable[[str, str], bool],
    ) -> CarriedSessions:
        """
        Describe what *cookie_header* holds.

        Args:
            cookie_header: Of the request.

            sessions: That were read.

            is_read: Whether the cookie with this name and value belongs to one of them.
        """
        pairs = cookie_pairs(cookie_header)
        ours = [pair for pair in pairs if pair[0] in _EVERY_NAME]
        counts = Counter(name for name, _ in ours)
        return CarriedSessions(
            tuple(sessions)[:MAX_SESSIONS],
            has_unread=bool(cookie_header and not pairs)
            or len(sessions) > MAX_SESSIONS
            or not all(is_read(*pair) for pair in ours),
            has_shadows=any(count > 1 + len(self._former) for count in counts.values()),
        )

    def _check_budget(self, cookies: Mapping[str, str]) -> None:
        length = len("; ".join(f"{name}={value}" for name, value in cookies.items()))
        if length > self._budget:
            raise SessionTooLargeError(
                f"the session takes {length} characters of cookies, {self._budget} are allowed"
            )

    def _possible(self) -> Iterable[str]:
        smallest_full_cookie = MAX_SET_COOKIE_LENGTH - 512
        count = min(MAX_CHUNKS, self._budget // smallest_full_cookie + 1)
        return (SESSION_ID, *(name for each in _EVERY_SERIES for name in each.names()[:count]))


def attributes_bytes(domain: str, former_domains: Sequence[str] = ()) -> int:
    """
    Count what the response takes for one session cookie of *domain* beside its name and value.

    That is the longest attributes, and a deletion of the cookie in each of *former_domains*.
    """
    own = len(CookieScope(domain).set_cookie(SESSION_ID, "", MAX_LIFETIME)) - len(f"{SESSION_ID}=")
    longest = max(_EVERY_NAME, key=len)
    former = (_scope(each).delete_cookie(longest) for each in former_domains)
    return own + sum(len(f"set-cookie: {deletion}\r\n") for deletion in former)


def _scope(domain: str) -> CookieScope:
    return CookieScope(None if domain == HOST_ONLY else domain)


def _session_cookie_names(cookie_header: str) -> list[str]:
    names = dict.fromkeys(name for name, _ in cookie_pairs(cookie_header))
    return [name for name in names if name in _EVERY_NAME]


def _problems(
    domain: str, lifetime: timedelta, budget: int, former_domains: Sequence[str]
) -> list[str]:
    checks = {
        "the cookie domain is not a lower-case domain": is_domain(domain),
        f"the cookie lifetime is not within 1 second and {MAX_LIFETIME.days} days": (
            timedelta(seconds=1) <= lifetime <= MAX_LIFETIME
        ),
        f"the cookie budget is not within 1 and {MAX_BUDGET}": 1 <= budget <= MAX_BUDGET,
    }
    former = former_domain_problem(former_domains, domain)
    wrong = [f"the former cookie domains {former}"] if former else []
    return [problem for problem, holds in checks.items() if not holds] + wrong
