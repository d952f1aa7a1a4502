"""
Users and accounts as nodes, "names" as edges.  Pure.

Each node names at most one other, which need not exist.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Literal

from authcore.domain.model.link_audit import AccountLink, LinkSnapshot, UserLink


Node = tuple[Literal["user", "account"], str]
Edge = tuple[Node, Node]


def edges(both: LinkSnapshot) -> Iterator[Edge]:
    """Return every edge."""
    for subject, legacy_uid in both.users.items():
        if legacy_uid is not None:
            yield ("user", subject), ("account", legacy_uid)
    for legacy_uid, cognito_id in both.accounts.items():
        if cognito_id is not None:
            yield ("account", legacy_uid), ("user", cognito_id)


def named_by(both: LinkSnapshot, node: Node) -> Node | None:
    """Return the node that *node* names; None if it names none, or does not exist."""
    kind, identifier = node
    if kind == "user":
        legacy_uid = both.users.get(identifier)
        return None if legacy_uid is None else ("account", legacy_uid)
    cognito_id = both.accounts.get(identifier)
    return None if cognito_id is None else ("user", cognito_id)


def exists(both: LinkSnapshot, node: Node) -> bool:
    """Whether *node* was listed, and not only named."""
    kind, identifier = node
    return identifier in (both.users if kind == "user" else both.accounts)


def components(links: Iterable[Edge]) -> Iterator[set[Node]]:
    """Return the sets of connected nodes, in either direction."""
    neighbours: defaultdict[Node, list[Node]] = defaultdict(list)
    for node, named in links:
        neighbours[node].append(named)
        neighbours[named].append(node)
    for start in tuple(neighbours):
        component: set[Node] = set()
        frontier = [start] if start in neighbours else []
        while frontier:
            node = frontier.pop()
            component.add(node)
            frontier += neighbours.pop(node, ())
        if component:
            yield component


def entries(
    both: LinkSnapshot, nodes: Collection[Node]
) -> tuple[tuple[UserLink, ...], tuple[AccountLink, ...]]:
    """Return the users and the accounts among *nodes* that exist, by id."""
    listed = sorted(node for node in nodes if exists(both, node))
    users = tuple(both.user(name) for kind, name in listed if kind == "user")
    accounts = tuple(
        AccountLink(name, both.accounts[name]) for kind, name in listed if kind == "account"
    )
    return users, accounts
