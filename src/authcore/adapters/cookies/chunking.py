"""
One text in several cookies, so that it is read back whole or not at all.

A browser may hold chunks of two writes at once: an answer got lost, two answers crossed, an old
cookie was left over.  So each chunk says which write it belongs to, and where::

    __Secure-authcore_session    = <generation>.0.3~<payload>
    __Secure-authcore_session_1  = <generation>.1.3~<payload>
    __Secure-authcore_session_2  = <generation>.2.3~<payload>

The generation is the digest of everything that was written: it names the write and proves that
the parts are its own.  A text that fits one cookie is a series of one.
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
"""One ``Set-Cookie`` value, attributes included; browsers keep 4096 of name and value."""

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
    The cookies that carry one text together.

    Attributes:
        name: Of the first cookie; the others count on from it.
    """

    name: str
    _places: Mapping[str, str] = attrs.field(init=False, repr=False, eq=False)

    @_places.default
    def _(self) -> Mapping[str, str]:
        later = {f"{self.name}_{index}": str(index) for index in range(1, MAX_CHUNKS)}
        return {self.name: "0", **later}

    def names(self) -> tuple[str, ...]:
        """Every name a chunk may have, in order."""
        return tuple(self._places)

    def split(self, text: str, *, generation: str, attributes_length: int) -> dict[str, str]:
        """
        Cookie names and values that carry *text*.

        Args:
            text: Not empty; letters, digits and ``._=-``.

            generation: The same for everything that is written together.

            attributes_length: Characters that the attributes add to each ``Set-Cookie`` value.

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
        The texts of which every chunk is here, by generation.

        Chunks of a series that is not whole are left out, and so is a series with two different
        chunks for one place.
        """
        places = self._places
        found: dict[tuple[str, int], set[tuple[int, str]]] = defaultdict(set)
        for name, value in pairs:
            chunk = _PREFIX.match(value) if name in places else None
            if chunk and chunk[2] == places[name] and _is_payload(value[chunk.end() :]):
                found[chunk[1], int(chunk[3])].add((int(chunk[2]), value[chunk.end() :]))
        return dict(_whole(found))


def _is_payload(text: str) -> bool:
    """Asked for every request: a regular expression takes ten times as long."""
    return text != "" and text.isascii() and not text.encode("ascii").translate(None, _PAYLOAD)


def _whole(
    found: Mapping[tuple[str, int], Iterable[tuple[int, str]]],
) -> Iterator[tuple[str, str]]:
    for (generation, count), chunks in found.items():
        ordered = sorted(chunks)
        if [index for index, _ in ordered] == list(range(count)):
            yield generation, "".join(payload for _, payload in ordered)
