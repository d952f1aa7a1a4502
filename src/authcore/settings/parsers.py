"""Parse the text of a variable, or raise ValueError with what is wrong."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final, get_args

from authcore.domain.model.key_rings import key_ring_problem
from authcore.domain.model.passwords import CharacterClass, PasswordPolicy
from authcore.domain.model.pools import CLIENT_ID, is_user_pool_id
from authcore.ports.client_secrets import MAX_SECRETS
from authcore.settings.reader import Parser


def words(text: str) -> tuple[str, ...]:
    """Split *text* at white space and commas."""
    found = tuple(re.split(r"[\s,]+", text.strip(" \t\r\n,")))
    if found == ("",):
        raise ValueError("must hold at least one word")
    return found


def matching(pattern: str | re.Pattern[str], sentence: str) -> Parser[str]:
    """Make a parser that accepts a full match of *pattern*."""
    compiled = re.compile(pattern)
    return satisfying(lambda text: compiled.fullmatch(text) is not None, sentence)


def satisfying(rule: Callable[[str], bool], sentence: str) -> Parser[str]:
    """Make a parser that accepts what *rule* allows."""

    def parse(text: str) -> str:
        if not rule(text):
            raise ValueError(sentence)
        return text

    return parse


def seconds(lowest: int, highest: int) -> Parser[timedelta]:
    """Make a parser of whole seconds from *lowest* to *highest*."""
    whole = integer(lowest, highest)
    return lambda text: timedelta(seconds=whole(text))


def integer(lowest: int, highest: int) -> Parser[int]:
    """Make a parser of integers from *lowest* to *highest*."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not lowest <= int(text) <= highest:
            raise ValueError(f"must be a whole number from {lowest} to {highest}")
        return int(text)

    return parse


def one_of(*choices: str) -> Parser[str]:
    """Make a parser that accepts one of *choices*."""
    return matching("|".join(map(re.escape, choices)), f"must be one of {', '.join(choices)}")


def key_ring(text: str) -> tuple[bytes, ...]:
    """Parse AES-256 keys in base64url or base64: the first one seals, all unseal."""
    keys = tuple(_key(word) for word in words(text))
    if problem := key_ring_problem(keys):
        raise ValueError(problem)
    return keys


def _key(word: str) -> bytes:
    try:
        padded = word.rstrip("=") + "=" * (-len(word.rstrip("=")) % 4)
        return base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("every key must be in base64") from None


def pairs(text: str) -> Mapping[str, str]:
    """Parse ``to=from`` pairs, split at white space and commas; each left name occurs once."""
    found = [word.partition("=") for word in words(text)]
    if not all(left and right for left, _, right in found):
        raise ValueError("must be pairs like name=display_name")
    pairs_by_name = {left: right for left, _, right in found}
    if len(pairs_by_name) < len(found):
        raise ValueError("must name each one once")
    return pairs_by_name


def client_ids(text: str) -> tuple[str, ...]:
    """Parse app client ids."""
    found = tuple(dict.fromkeys(words(text)))
    if not all(map(CLIENT_ID.fullmatch, found)):
        raise ValueError("must be app client ids")
    return found


def pool_clients(text: str) -> Mapping[str, tuple[str, ...]]:
    """Parse ``pool-id=client-id`` pairs; a pool with several clients is named several times."""
    clients: dict[str, list[str]] = {}
    for word in words(text):
        pool, _, client = word.partition("=")
        if not is_user_pool_id(pool) or not CLIENT_ID.fullmatch(client):
            raise ValueError("must be pairs like eu-west-1_Ab12Cd34=4f5u7n3k2q1z")
        clients.setdefault(pool, []).append(client)
    return {pool: tuple(dict.fromkeys(listed)) for pool, listed in clients.items()}


def audiences(text: str) -> tuple[str, ...]:
    """Parse API identifiers: what resource servers of a pool are called, mostly URLs."""
    found = words(text)
    if not all(re.fullmatch(r"[!-~]{1,256}", word) for word in found):
        raise ValueError("must be identifiers of 1 to 256 printable ASCII characters")
    return found


def password_policy(text: str) -> PasswordPolicy:
    """Parse a minimal length, then character classes: ``8 lower upper digit symbol``."""
    length, *classes = words(text)
    known = [name for name in get_args(CharacterClass) if name in classes]
    if len(known) != len(classes):
        raise ValueError("must be a length and any of lower, upper, digit, symbol, each once")
    return PasswordPolicy(integer(6, 99)(length), frozenset(known))


secret_text: Parser[str] = matching(
    r"[\x21-\x7e]{1,512}", "must be 1 to 512 printable ASCII characters"
)


def client_secrets(text: str) -> tuple[str, ...]:
    """Parse one secret of the app client, or two, with a comma between, while one is replaced."""
    secrets = text.split(",")
    if len(secrets) > MAX_SECRETS or len({*secrets}) < len(secrets):
        raise ValueError(f"must be 1 to {MAX_SECRETS} different secrets, with a comma between")
    return tuple(map(secret_text, secrets))


CALLER_KEY: Final = r"[!-+\--~]{32,512}"
"""Printable ASCII without the comma, which separates list entries."""

caller_key: Parser[str] = matching(
    CALLER_KEY, "must be 32 to 512 characters of ASCII, without a comma"
)
