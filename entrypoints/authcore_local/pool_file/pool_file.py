"""What the file says: one pool, its app clients, users and triggers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self, get_args

import attrs

from authcore_local.cognito import PoolConfig, Triggers
from authcore_local.cognito.config import Provider
from authcore_local.pool_file.example import EXAMPLE
from authcore_local.pool_file.members import Member, PoolFileError, parse
from authcore_local.pool_file.sections import (
    SECTIONS,
    User,
    members_by_field,
    read_machine_client,
    read_section,
    read_triggers,
    read_user,
)


__all__ = ["DEFAULT_PORT", "EXAMPLE", "PoolFile", "User", "read_pool_file"]

DEFAULT_PORT: Final = 9229
DEFAULT_POOL: Final = "eu-local-1_Local0001"
DEFAULT_CLIENT: Final = "localclient01"
DEFAULT_CALLBACK: Final = "http://localhost:8000/callback"


@attrs.frozen(kw_only=True)
class PoolFile:
    """
    One file.

    Attributes:
        port: Of the pool; 0 takes a free one.
        replica: Port of a second region; None where there is none.
        users: In the pool from the start.
        triggers: Functions attached to the pool.
    """

    _whole: Member = attrs.field(repr=False)
    _members: Mapping[str, Member] = attrs.field(repr=False)
    _pool: Mapping[str, Any] = attrs.field(repr=False)
    port: int = DEFAULT_PORT
    replica: int | None = None
    users: tuple[User, ...] = ()
    triggers: Triggers = attrs.field(factory=Triggers)

    @classmethod
    def parse(cls, text: str, file: str = "pool") -> Self:
        """
        Parse *text*; *file* names it in errors.

        Raises:
            PoolFileError: Line, member and what it must be.
        """
        whole = parse(text, file)
        given = whole.members(SECTIONS)
        pool: dict[str, Any] = {}
        members: dict[str, Member] = {}
        for section in ("pool", "client", "lifetimes"):
            if section in given:
                pool |= read_section(given[section], SECTIONS[section])
                members |= members_by_field(given[section], SECTIONS[section])
        if "providers" in given:
            pool["identity_providers"] = given["providers"].some_of(get_args(Provider))
        if "machine_clients" in given:
            pool["machine_clients"] = tuple(
                map(read_machine_client, given["machine_clients"].items())
            )
        ports = read_section(given["ports"], SECTIONS["ports"]) if "ports" in given else {}
        found = cls(
            whole=whole,
            members=members,
            pool=pool,
            users=tuple(map(read_user, given["users"].items())) if "users" in given else (),
            triggers=read_triggers(given["triggers"]) if "triggers" in given else Triggers(),
            **ports,
        )
        found.config(found.port or DEFAULT_PORT)
        return found

    def config(self, port: int) -> PoolConfig:
        """
        Return the configuration of the pool, served on *port*.

        Raises:
            PoolFileError: Values that do not fit together.
        """
        pool_id = self._pool.get("pool_id", DEFAULT_POOL)
        given: dict[str, Any] = {
            "pool_id": pool_id,
            "region": pool_id.partition("_")[0],
            "issuer": f"http://127.0.0.1:{port}/{pool_id}",
            "domain": f"http://cognito.localhost:{port}",
            "client_id": DEFAULT_CLIENT,
            "client_secrets": (),
            "callback_urls": (DEFAULT_CALLBACK,),
        }
        try:
            return PoolConfig(**{**given, **self._pool})
        except (TypeError, ValueError) as error:
            problem = str(error.args[0])  # begins with the name of the field
            self._members.get(problem.partition(" ")[0], self._whole).fail(problem)


def read_pool_file(path: Path) -> PoolFile:
    """
    Read the file at *path*.

    Raises:
        PoolFileError: It cannot be read, or see ``PoolFile.parse``.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise PoolFileError(str(path), 0, "", f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise PoolFileError(str(path), 0, "", "cannot be read: it is not UTF-8") from None
    return PoolFile.parse(text, str(path))
