"""Emma and others in a source, and the pool that they move into."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import attrs

from authcore.domain.model.accounts import LegacyAccount, PoolKind
from authcore.domain.model.link_proofs import LinkProofs
from authcore.domain.model.moves import SourcePage, SourceUser
from authcore.domain.model.pool_settings import AttributeSettings, PoolSettings
from authcore.domain.model.usernames import LEGACY_LINKED, LEGACY_UID
from authcore.domain.services.moves.import_rows import ImportRows
from authcore.domain.services.moves.planning import Planning
from authcore.domain.services.moves.pool_naming import PoolNaming
from authcore.domain.services.moves.pool_schema import PoolSchema
from authcore.ports.user_source import UserSource
from authcore.testing.fakes.inspection import POOL as FAKE_POOL
from unit.migration_world import EMMA, MAPPING


PROOFS: Final = LinkProofs((b"k" * 32,), "eu-west-1_Contract1")
TEXT: Final = AttributeSettings(is_mutable=True, max_length=2_048)
SCHEMA: Final = {
    "sub": attrs.evolve(TEXT, is_required=True),
    **dict.fromkeys(("email", "name", "given_name", "nickname", "phone_number"), TEXT),
    **dict.fromkeys(("preferred_username", "birthdate", LEGACY_UID, LEGACY_LINKED), TEXT),
    "custom:short": attrs.evolve(TEXT, max_length=3, min_length=2),
    "custom:age": attrs.evolve(TEXT, kind="Number"),
}
POOL: Final = attrs.evolve(FAKE_POOL, attributes=SCHEMA, auto_verified=frozenset({"email"}))
HEADER: Final = (
    *("cognito:username", "name", "given_name", "nickname", "preferred_username", "email"),
    *("email_verified", "birthdate", "phone_number", "phone_number_verified"),
    *("cognito:mfa_enabled", LEGACY_UID, LEGACY_LINKED, "custom:short", "custom:age"),
)


def pool_of(kind: PoolKind, **changes: Any) -> PoolSettings:
    """The pool, with users who sign in in another way."""
    names = frozenset({"email"}) if kind == "email" else frozenset()
    aliases = frozenset({"email"}) if kind == "alias" else frozenset()
    return attrs.evolve(POOL, **{"sign_in_names": names, "aliases": aliases, **changes})


def planning_for(kind: PoolKind = "username", **changes: Any) -> Planning:
    """Planning for that pool; *changes* of the pool, or of Planning's own fields."""
    own = {name: changes.pop(name) for name in [*changes] if name in attrs.fields_dict(Planning)}
    pool = pool_of(kind, **changes)
    naming = PoolNaming.of(pool, said_kind=kind, said_case_sensitive=pool.is_case_sensitive)
    given = {"naming": naming, "schema": PoolSchema(pool.attributes), "mapping": MAPPING, **own}
    return Planning(**given)


def import_rows(**changes: Any) -> ImportRows:
    """Rows for that pool."""
    header = changes.pop("header", HEADER)
    hash_column = changes.pop("hash_column", None)
    return ImportRows.of(header, attrs.evolve(POOL, **changes), hash_column=hash_column)


def account(number: int, **changes: Any) -> LegacyAccount:
    """One of many accounts."""
    return attrs.evolve(
        EMMA,
        **{
            "legacy_uid": f"{number}",
            "username": f"user-{number}",
            "email": f"user-{number}@hartfield.example",
            **changes,
        },
    )


class PagedSource(UserSource):
    """
    A source of pages of users.

    Attributes:
        asked: The cursor of each call of ``pages``.
    """

    def __init__(self, *pages: Sequence[SourceUser]) -> None:
        self.asked: list[str | None] = []
        self._pages = pages

    def pages(self, after: str | None = None) -> Iterator[SourcePage]:
        self.asked.append(after)
        for number, users in enumerate(self._pages, 1):
            if number > int(after or 0):
                following = f"{number}" if number < len(self._pages) else None
                yield SourcePage(tuple(users), (), following)

    def count(self) -> int | None:
        return sum(map(len, self._pages))
