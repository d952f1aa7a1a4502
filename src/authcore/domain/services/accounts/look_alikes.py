"""
Finds users and accounts that look like one person and are not linked with each other.  Pure.

A person is what is connected by naming: mostly one user and one account.  Two persons look alike if
users or accounts of both have the same verified address.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from itertools import chain, pairwise

from authcore.domain.model.link_audit import Finding, LinkSnapshot
from authcore.domain.services.accounts.link_graph import (
    Edge,
    Node,
    components,
    edges,
    entries,
    exists,
    named_by,
)


Person = frozenset[Node]


def look_alikes_in(both: LinkSnapshot) -> Iterator[Finding]:
    """Return each set of persons who look alike once, in no certain order."""
    holders = _holders(both, _shared_addresses(both))
    persons = _persons(both, {*chain.from_iterable(holders.values())})
    alike: list[Edge] = []
    for nodes in holders.values():
        suspects = _suspects(both, {persons[node] for node in nodes})
        alike += pairwise(min(person) for person in suspects)
    for nodes in components(alike):
        everything = {*chain.from_iterable(persons[node] for node in nodes)}
        yield Finding("same_person", *entries(both, everything))


def _shared_addresses(both: LinkSnapshot) -> set[bytes]:
    """Return the addresses that not only one user and the account that names the user have."""
    first: dict[bytes, str | Node] = {}
    shared: set[bytes] = set()
    for subject, address in both.user_addresses.items():
        if first.setdefault(address, subject) != subject:
            shared.add(address)
    for legacy_uid, address in both.account_addresses.items():
        alone: Node = ("account", legacy_uid)
        holder = both.accounts[legacy_uid] or alone
        if first.setdefault(address, holder) != holder:
            shared.add(address)
    return shared


def _holders(both: LinkSnapshot, shared: Collection[bytes]) -> Mapping[bytes, set[Node]]:
    """Return the nodes that have each address."""
    holders: defaultdict[bytes, set[Node]] = defaultdict(set)
    for subject, address in both.user_addresses.items():
        if address in shared:
            holders[address].add(("user", subject))
    for legacy_uid, address in both.account_addresses.items():
        if address in shared:
            holders[address].add(("account", legacy_uid))
    return holders


def _persons(both: LinkSnapshot, nodes: Collection[Node]) -> Mapping[Node, Person]:
    """Return the person of each of *nodes*, by every node of that person."""
    near = {*nodes, *(named for node in nodes if (named := named_by(both, node)))}
    persons = {node: frozenset([node]) for node in nodes}
    links = (edge for edge in edges(both) if edge[0] in near or edge[1] in near) if near else ()
    for component in components(links):
        persons |= dict.fromkeys(component, frozenset(component))
    return persons


def _suspects(both: LinkSnapshot, persons: Collection[Person]) -> list[Person]:
    """
    Return those of *persons*, who all have one address, whom no sign-in will link.

    As long as none of the users is linked, the next sign-in may still decide it.
    """
    users = [person for person in persons if _has_user(both, person)]
    lone = [person for person in persons if len(person) == 1 and not _has_user(both, person)]
    is_linked = any(len(person) > 1 for person in users)
    return users + lone if is_linked else []


def _has_user(both: LinkSnapshot, person: Person) -> bool:
    return any(kind == "user" and exists(both, (kind, name)) for kind, name in person)
