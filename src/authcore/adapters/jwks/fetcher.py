"""Fetches the issuer's key set over HTTP."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from authcore.adapters.http import HttpClient, HttpFailedError
from authcore.adapters.jwks.key_cache import FETCH_DEADLINE
from authcore.adapters.jwks.key_set import MAX_KEY_SET_BYTES, keys_in
from authcore.adapters.system import monotonic
from authcore.domain.errors import KeySourceMisconfiguredError, KeySourceUnavailableError
from authcore.domain.model.urls import ServiceUrl


_HEADERS: Final = {"accept": "application/json", "connection": "close"}
"""Fetches are minutes apart; no connection stays open that long."""


_NO_KEYS_HERE: Final = frozenset({400, 401, 403, 404, 410})
"""Statuses that stay until an operator acts: there is no such pool, or no such URL."""


class JwksFetcher:
    """
    Fetches one of several fixed URLs, at which the issuer publishes the same keys.

    The URL that gave keys last is tried first; where it gives none, the others follow in their
    order.  All of them share FETCH_DEADLINE: each gets an equal part of the time that is left.
    Redirects are not followed and content encodings not decoded.

    A callable, as KeyCache needs.
    """

    def __init__(self, urls: Collection[ServiceUrl]) -> None:
        """Fetch from *urls*, at least one, which come from settings, never from a token."""
        self._urls = tuple(urls)
        self._last_good = self._urls[0]
        self._http = HttpClient(within=FETCH_DEADLINE, max_bytes=MAX_KEY_SET_BYTES, partner="jwks")

    def __call__(self) -> bytes:
        """
        The body of a 200 answer.

        Where there are several URLs, the body is also a key set that can be used.

        Raises:
            KeySourceUnavailableError: From the URL that was tried first: any other status, a body
                of more than MAX_KEY_SET_BYTES or in a content encoding, or no complete answer by
                the deadline.

            KeySourceMisconfiguredError: Every URL has no keys, or a certificate that is not valid.
        """
        due = monotonic() + FETCH_DEADLINE.total_seconds()
        urls = sorted(self._urls, key=lambda url: url != self._last_good)
        failures: list[KeySourceUnavailableError] = []
        for url in urls:
            share = max(0.0, due - monotonic()) / (len(urls) - len(failures))
            try:
                body = self._fetch(url, timedelta(seconds=share))
                if len(urls) > 1:
                    _require_keys(body)
            except KeySourceUnavailableError as failure:
                failures.append(failure)
            else:
                self._last_good = url
                return body
        raise _failure(failures)

    def _fetch(self, url: ServiceUrl, within: timedelta) -> bytes:
        try:
            answer = self._http.request("GET", url, headers=_HEADERS, within=within)
        except HttpFailedError as error:
            kind = KeySourceMisconfiguredError if error.is_untrusted else KeySourceUnavailableError
            raise kind(
                f"no answer from the key source: {error.reason}", detail=error.detail
            ) from None
        finally:
            self._http.close()  # the next fetch is minutes away
        if answer.status != 200:
            is_final = answer.status in _NO_KEYS_HERE
            kind = KeySourceMisconfiguredError if is_final else KeySourceUnavailableError
            raise kind(f"the key source answered {answer.status}", detail=f"HTTP {answer.status}")
        return answer.body


def _failure(failures: Sequence[KeySourceUnavailableError]) -> KeySourceUnavailableError:
    """Give the first failure; an outage where any URL may have the keys later."""
    first = failures[0]
    if all(isinstance(failure, KeySourceMisconfiguredError) for failure in failures):
        return first
    return KeySourceUnavailableError(str(first), detail=first.detail)


def _require_keys(body: bytes) -> None:
    try:
        keys_in(body)
    except ValueError:
        raise KeySourceUnavailableError(
            "the answer is no key set that can be used", detail="answer key set"
        ) from None
