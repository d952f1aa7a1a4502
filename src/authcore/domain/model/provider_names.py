"""
Names of identity providers, as operators type them and as pools spell them.

Settings and events are compared without letter case: a rule that is set for ``entra`` holds for the
pool's ``Entra``.  Calls to Cognito need the pool's own spelling.
"""

from collections.abc import Iterable, Sequence


def fold_provider(name: str) -> str:
    """Return *name* in the form in which names of providers are compared."""
    return name.lower()


def is_same_provider(one: str, other: str) -> bool:
    """Whether both names mean one provider."""
    return fold_provider(one) == fold_provider(other)


def includes_provider(names: Iterable[str], name: str) -> bool:
    """Whether one of *names* means the provider *name*."""
    return any(is_same_provider(each, name) for each in names)


def are_distinct_providers(names: Sequence[str]) -> bool:
    """Whether no two of *names* mean one provider."""
    return len({*map(fold_provider, names)}) == len(names)
