"""
What of Amazon's model of ``cognito-idp`` authcore depends on, in a form that can be compared.

See: botocore, ``data/cognito-idp/2016-04-18/service-2.json.gz``.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, TypeAlias


Model: TypeAlias = Mapping[str, Any]
Digest: TypeAlias = Mapping[str, Any]

MAX_DEPTH: Final = 8
"""Members below members; no shape of the API nests deeper."""

DESCRIBING: Final = (
    "CreateUserPool",
    "CreateUserPoolClient",
    "DescribeUserPool",
    "DescribeUserPoolClient",
)
"""Operations of templates and of operators: their members are the settings of pools."""

_LIMITS: Final = ("min", "max", "pattern")


def digest_of(model: Model, used: Collection[str]) -> Digest:
    """
    Digest *model*.

    Args:
        model: As botocore ships it.

        used: Operations whose members count too.

    Returns:
        ``operations``, by name whether IAM is asked; ``enums``, by shape its values; ``errors`` of
        each used operation; ``members`` of each used operation, by path the type and its limits.
    """
    operations, shapes = model["operations"], model["shapes"]
    return {
        "operations": {name: _authorized_by(each) for name, each in sorted(operations.items())},
        "enums": {
            name: sorted(shape["enum"]) for name, shape in sorted(shapes.items()) if "enum" in shape
        },
        "errors": {
            name: sorted(each["shape"] for each in operations[name].get("errors", []))
            for name in sorted({*used} & operations.keys())
        },
        "members": {
            name: dict(sorted(_members(operations[name], shapes)))
            for name in sorted({*used} & operations.keys())
        },
    }


def _authorized_by(operation: Mapping[str, Any]) -> str:
    is_public = operation.get("authtype") == "none" or "smithy.api#noAuth" in operation.get(
        "auth", ()
    )
    return "none" if is_public else "IAM"


def _members(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for side in ("input", "output"):
        if side in operation:
            yield from _walk(side, operation[side]["shape"], shapes, ())


def _walk(
    path: str, name: str, shapes: Mapping[str, Any], above: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    shape = shapes[name]
    yield path, _describe(shape)
    if name in above or len(above) == MAX_DEPTH:
        return
    below = (*above, name)
    for member, each in shape.get("members", {}).items():
        yield from _walk(f"{path}.{member}", each["shape"], shapes, below)
    if shape["type"] == "list":
        yield from _walk(f"{path}[]", shape["member"]["shape"], shapes, below)
    if shape["type"] == "map":
        yield from _walk(f"{path}{{}}", shape["value"]["shape"], shapes, below)


def _describe(shape: Mapping[str, Any]) -> str:
    """Give type, limits and required members; values of enums are compared by themselves."""
    limits = [f"{limit} {shape[limit]}" for limit in _LIMITS if limit in shape]
    required = [f"requires {', '.join(sorted(shape['required']))}"] if shape.get("required") else []
    return "; ".join((shape["type"], *limits, *required))


def differences(recorded: Digest, newest: Digest) -> Iterator[str]:
    """Yield one line for each thing that is new, gone or changed, operations first."""
    yield from _compare("operation", recorded["operations"], newest["operations"])
    for kind, singular in (("enums", "value of"), ("errors", "error of")):
        for name in sorted({*recorded[kind]} | {*newest[kind]}):
            before, after = recorded[kind].get(name, ()), newest[kind].get(name, ())
            yield from (f"new: {singular} {name}: {each}" for each in after if each not in before)
            yield from (f"gone: {singular} {name}: {each}" for each in before if each not in after)
    for name in sorted(recorded["members"]):
        after = newest["members"].get(name, {})
        yield from _compare(f"member of {name}:", recorded["members"][name], after)


def _compare(kind: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*before} | {*after}):
        if name not in before:
            yield f"new: {kind} {name} ({after[name]})"
        elif name not in after:
            yield f"gone: {kind} {name} ({before[name]})"
        elif before[name] != after[name]:
            yield f"changed: {kind} {name} ({before[name]}) to ({after[name]})"
