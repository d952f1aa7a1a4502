"""
A text split into several cookies, so that it is read back complete or not at all.

A browser may hold chunks of two writes: after a lost response, two crossing responses, or with a
left-over cookie.  So each chunk names its write, its index and the number of chunks::

    __Secure-authcore_session    = <generation>.0.3~<payload>
    __Secure-authcore_session_1  = <generation>.1.3~<payload>
    __Secure-authcore_session_2  = <generation>.2.3~<payload>

The generation is the digest of everything that was written, so it names the write and proves that
the chunks belong together.  A text that fits one cookie is a series of one chunk.
"""

import hashlib
import re
import string
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import attrs

from authcore.adapters.base64url import encode
from authcore.adapters.cookie_header import Pairs
from authcore.domain.errors import SessionTooLargeError


MAX_CHUNKS: Final = 8
MAX_SET_COOKIE_LENGTH: Final = 3900
"""Length of a ``Set-Cookie`` value; browsers accept 4096 bytes of name and value."""

_GENERATION_LENGTH: Final = 22
_PREFIX: Final = re.compile(rf"([A-Za-z0-9_-]{{{_GENERATION_LENGTH}}})\.([0-7])\.([1-8])~")
_PAYLOAD: Final = (string.ascii_letters + string.digits + "._=-").encode()
_PREFIX_LENGTH: Final = _GENERATION_LENGTH + len(".0.8~")


def generation_of(text: str) -> str:
    """132 bits of the SHA-256 of *text*, in base64url."""
    return encode(hashlib.sha256(text.encode()).digest())[:_GENERATION_LENGTH].decode("ascii")


@attrs.frozen
class Series:
    """
    The cookies that together carry one text.

    Attributes:
        name: Name of the first cookie; the others add ``_1``, ``_2`` and so on.
    """

    name: str
    _places: Mapping[str, str] = attrs.field(init=False, repr=False, eq=False)

    @_places.default
    def _(self) -> Mapping[str, str]:
        later = {f"{self.name}_{index}": str(index) for index in range(1, MAX_CHUNKS)}
        return {self.name: "0", **later}

    def names(self) -> tuple[str, ...]:
        """All possible names of chunks, in order."""
        return tuple(self._places)

    def split(self, text: str, *, generation: str, attributes_length: int) -> dict[str, str]:
        """
        The cookies, values by name, that carry *text*.

        Args:
            text: Not empty; letters, digits and ``._=-``.

            generation: The same for all texts of one write.

            attributes_length: Length of the attributes of each ``Set-Cookie`` value, in characters.

        Raises:
            SessionTooLargeError: More than MAX_CHUNKS cookies.
        """
        names = self.names()
        room = MAX_SET_COOKIE_LENGTH - attributes_length - len(f"{names[-1]}=") - _PREFIX_LENGTH
        payloads = [text[start : start + room] for start in range(0, len(text), room)]
        if len(payloads) > MAX_CHUNKS:
            raise SessionTooLargeError(f"a token does not fit {MAX_CHUNKS} cookies")
        return {
            name: f"{generation}.{index}.{len(payloads)}~{payload}"
            for index, (name, payload) in enumerate(zip(names, payloads, strict=False))
        }

    def gather(self, pairs: Pairs) -> dict[str, str]:
        """
        The texts of which all chunks are in *pairs*, by generation.

        Incomplete series are left out, and so are series with two different chunks of one index.
        """
        places = self._places
        found: dict[tuple[str, int], set[tuple[int, str]]] = defaultdict(set)
        for name, value in pairs:
            chunk = _PREFIX.match(value) if name in places else None
            if chunk and chunk[2] == places[name] and _is_payload(value[chunk.end() :]):
                found[chunk[1], int(chunk[3])].add((int(chunk[2]), value[chunk.end() :]))
        return dict(_whole(found))


def _is_payload(text: str) -> bool:
    """Runs for every request; a regular expression takes ten times as long."""
    return text != "" and text.isascii() and not text.encode("ascii").translate(None, _PAYLOAD)


def _whole(
    found: Mapping[tuple[str, int], Iterable[tuple[int, str]]],
) -> Iterator[tuple[str, str]]:
    for (generation, count), chunks in found.items():
        ordered = sorted(chunks)
        if [index for index, _ in ordered] == list(range(count)):
            yield generation, "".join(payload for _, payload in ordered)
