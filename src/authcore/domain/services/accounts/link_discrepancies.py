"""
Finds the links that are wrong.  Pure.

Users and accounts are nodes, "names" is an edge, and each node names at most one other.  Two nodes
that name each other, and that no third node names, are a whole link.  All other connected nodes
make one finding together, so that no link is repaired in which a third node has a part.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import Final, Literal, get_args

from authcore.domain.model.link_audit import AccountLink, Finding, LinkSnapshot, Reason


Node = tuple[Literal["user", "account"], str]
Edge = tuple[Node, Node]

_ORDER: Final[tuple[Reason, ...]] = get_args(Reason)


def findings_in(both: LinkSnapshot) -> Iterator[Finding]:
    """Return what is wrong in *both*, by reason, then by id; ``missing`` last."""
    edges = _in_question(both)
    found = [_finding(both, nodes) for nodes in _components(edges)]
    yield from sorted(found, key=lambda each: (_ORDER.index(each.reason), *_ids(each)))
    involved = {identifier for edge in edges for kind, identifier in edge if kind == "user"}
    for subject, legacy_uid in sorted(both.users.items()):
        if legacy_uid is None and subject not in involved:
            yield Finding("missing", (both.user(subject),), ())


def _in_question(both: LinkSnapshot) -> list[Edge]:
    """Return every edge without an edge back, and the edges that leave its two nodes."""
    loose = [(node, named) for node, named in _edges(both) if _named_by(both, named) != node]
    touched = {node for edge in loose for node in edge}
    return loose + [(node, named) for node in touched if (named := _named_by(both, node))]


def _edges(both: LinkSnapshot) -> Iterator[Edge]:
    for subject, legacy_uid in both.users.items():
        if legacy_uid is not None:
            yield ("user", subject), ("account", legacy_uid)
    for legacy_uid, cognito_id in both.accounts.items():
        if cognito_id is not None:
            yield ("account", legacy_uid), ("user", cognito_id)


def _named_by(both: LinkSnapshot, node: Node) -> Node | None:
    """Return the node that *node* names; None if it names none, or does not exist."""
    kind, identifier = node
    if kind == "user":
        legacy_uid = both.users.get(identifier)
        return None if legacy_uid is None else ("account", legacy_uid)
    cognito_id = both.accounts.get(identifier)
    return None if cognito_id is None else ("user", cognito_id)


def _components(edges: Iterable[Edge]) -> Iterator[set[Node]]:
    """Return the sets of connected nodes, in either direction."""
    neighbours: defaultdict[Node, list[Node]] = defaultdict(list)
    for node, named in edges:
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


def _finding(both: LinkSnapshot, nodes: Collection[Node]) -> Finding:
    users = sorted(name for kind, name in nodes if kind == "user" and name in both.users)
    accounts = sorted(name for kind, name in nodes if kind == "account" and name in both.accounts)
    return Finding(
        _reason(both, nodes, pair=len(users) == len(accounts) == 1 and len(nodes) == 2),
        tuple(both.user(subject) for subject in users),
        tuple(AccountLink(each, both.accounts[each]) for each in accounts),
    )


def _reason(both: LinkSnapshot, nodes: Collection[Node], *, pair: bool) -> Reason:
    edges = [(node, named) for node in nodes if (named := _named_by(both, node))]
    if pair:
        [((kind, _), _)] = edges
        return "legacy_lacks_cognito_id" if kind == "user" else "cognito_lacks_legacy_uid"
    if max(Counter(named for _, named in edges).values()) > 1:
        return "duplicate"
    if any(_named_by(both, named) for _, named in edges):
        return "crossed"
    return "dangling"


def _ids(finding: Finding) -> tuple[tuple[str, ...], tuple[str, ...]]:
    users = tuple(user.subject for user in finding.users)
    return users, tuple(account.legacy_uid for account in finding.accounts)
