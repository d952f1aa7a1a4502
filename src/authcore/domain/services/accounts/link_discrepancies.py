"""
Finds the links that are wrong.  Pure.

Two nodes that name each other, and that no third node names, are a whole link.  All other connected
nodes make one finding together, so that no link is repaired in which a third node has a part.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from typing import Final, get_args

from authcore.domain.model.link_audit import Finding, LinkSnapshot, Reason
from authcore.domain.services.accounts.link_graph import (
    Edge,
    Node,
    components,
    edges,
    entries,
    exists,
    named_by,
)
from authcore.domain.services.accounts.look_alikes import look_alikes_in


_ORDER: Final[tuple[Reason, ...]] = get_args(Reason)


def findings_in(both: LinkSnapshot) -> Iterator[Finding]:
    """Return what is wrong in *both*, by reason, then by id; ``missing`` last."""
    loose = _in_question(both)
    found = [_finding(both, nodes) for nodes in components(loose)]
    alike = [*look_alikes_in(both)]
    involved = {identifier for edge in loose for kind, identifier in edge if kind == "user"}
    found += _unproven(both, both.unproven - involved)
    yield from sorted(found + alike, key=lambda each: (_ORDER.index(each.reason), *_ids(each)))
    involved |= {user.subject for finding in alike for user in finding.users}
    for subject, legacy_uid in sorted(both.users.items()):
        if legacy_uid is None and subject not in involved:
            yield Finding("missing", (both.user(subject),), ())


def _in_question(both: LinkSnapshot) -> list[Edge]:
    """Return every edge without an edge back, and the edges that leave its two nodes."""
    loose = [(node, named) for node, named in edges(both) if named_by(both, named) != node]
    touched = {node for edge in loose for node in edge}
    return loose + [(node, named) for node in touched if (named := named_by(both, node))]


def _unproven(both: LinkSnapshot, subjects: Iterable[str]) -> Iterator[Finding]:
    """Return the whole links of those of *subjects* who name an account."""
    for subject in subjects:
        if named := named_by(both, ("user", subject)):
            yield Finding("unproven", *entries(both, (("user", subject), named)))


def _finding(both: LinkSnapshot, nodes: Collection[Node]) -> Finding:
    users, accounts = entries(both, nodes)
    return Finding(_reason(both, nodes), users, accounts)


def _reason(both: LinkSnapshot, nodes: Collection[Node]) -> Reason:
    inside = [(node, named) for node in nodes if (named := named_by(both, node))]
    missing = [kind for kind, name in nodes if not exists(both, (kind, name))]
    if not missing and len(nodes) == 2:
        [((kind, _), _)] = inside
        return "legacy_lacks_cognito_id" if kind == "user" else "cognito_lacks_legacy_uid"
    if max(Counter(named for _, named in inside).values()) > 1:
        return "duplicate"
    is_chain = any(named_by(both, named) for _, named in inside)
    if missing == ["user"] and len(inside) <= 2:
        return "sub_changed" if is_chain else "sub_gone"
    return "crossed" if is_chain else "dangling"


def _ids(finding: Finding) -> tuple[tuple[str, ...], tuple[str, ...]]:
    users = tuple(user.subject for user in finding.users)
    return users, tuple(account.legacy_uid for account in finding.accounts)
