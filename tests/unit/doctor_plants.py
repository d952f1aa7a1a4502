"""Ways to misconfigure the deployment of ``doctor_world``."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import attrs

from unit.doctor_old_pool import FROM_OLD_POOL
from unit.doctor_world import (
    World,
    arn_of,
)


Plant = Callable[[World], object]
ANOTHER: Final = "https://another.example.com"


def variable(name: str, value: str) -> Plant:
    return lambda world: world.environment.update({f"AUTHCORE_{name}": value})


def pool(**members: Any) -> Plant:
    return lambda world: world.pool.update(members)


def client(**members: Any) -> Plant:
    return lambda world: world.client.update(members)


def without(member: str) -> Plant:
    return lambda world: world.client.pop(member)


def site(question: str, answer: tuple[int, dict[str, str], bytes] | None) -> Plant:
    return lambda world: world.sites.answers.update({question: answer})


def schema(name: str, **members: Any) -> Plant:
    def plant(world: World) -> None:
        for each in world.pool["SchemaAttributes"]:
            if each["Name"] == name:
                each.update(members)

    return plant


def lacking(name: str) -> Plant:
    def plant(world: World) -> None:
        attributes = world.pool["SchemaAttributes"]
        world.pool["SchemaAttributes"] = [each for each in attributes if each["Name"] != name]

    return plant


def trigger(name: str, arn: str | None) -> Plant:
    def plant(world: World) -> None:
        if arn is None:
            del world.pool["LambdaConfig"][name]
        else:
            world.pool["LambdaConfig"][name] = arn

    return plant


def function(name: str, **members: Any) -> Plant:
    return lambda world: world.function(name).update(members)


def own(name: str, value: str) -> Plant:
    """A variable of the migration function."""

    def plant(world: World) -> None:
        variables = world.function("user_migration")["Environment"]["Variables"]
        variables[f"AUTHCORE_{name}"] = value

    return plant


def mapping(provider: str, **claims: str | None) -> Plant:
    def plant(world: World) -> None:
        mapped = world.providers[provider]["AttributeMapping"]
        kept = {**mapped, **{name.replace("__", ":"): claim for name, claim in claims.items()}}
        world.providers[provider]["AttributeMapping"] = {k: v for k, v in kept.items() if v}

    return plant


def provider(name: str, kind: str, scopes: str, /, **mapped: str) -> Plant:
    """One more provider, that no setting and no app client names."""
    described = {
        "ProviderName": name,
        "ProviderType": kind,
        "ProviderDetails": {"authorize_scopes": scopes},
        "AttributeMapping": mapped,
    }
    return lambda world: world.providers.update({name: described})


def another_client(client_id: str, **members: Any) -> Plant:
    safe = {"EnableTokenRevocation": True, "PreventUserExistenceErrors": "ENABLED"}
    return lambda world: world.others.append({"ClientId": client_id, **safe, **members})


def policy(name: str, **members: Any) -> Plant:
    def plant(world: World) -> None:
        kept = {**world.policies[arn_of(name)], **members}
        world.policies[arn_of(name)] = {k: v for k, v in kept.items() if v is not None}

    return plant


def rules(**members: Any) -> Plant:
    return lambda world: world.pool["Policies"]["PasswordPolicy"].update(members)


def from_old_pool(world: World) -> None:
    """Let users move from another pool, in place of the legacy HTTP API."""
    for name in ("AUTHCORE_LEGACY_URL", "AUTHCORE_LEGACY_API_KEY"):
        world.environment.pop(name, None)
    world.environment.update(FROM_OLD_POOL)


def old(part: str, **members: Any) -> Plant:
    """Change members of a part of the old pool: ``pool``, ``client`` or ``application``."""

    def plant(world: World) -> None:
        from_old_pool(world)
        described = {**getattr(world.old_pool, part), **members}
        setattr(world.old_pool, part, {k: v for k, v in described.items() if v is not None})

    return plant


def mark(**members: Any) -> Plant:
    """Change ``custom:cognito_id`` of the old pool."""
    email = {"Name": "email", "Mutable": True}
    changed = {"Name": "custom:cognito_id", "Mutable": True, **members}
    return old("pool", SchemaAttributes=[email, changed])


def both(*plants: Plant) -> Plant:
    def plant(world: World) -> None:
        for each in plants:
            each(world)

    return plant


def clock(ahead: timedelta) -> Plant:
    def plant(world: World) -> None:
        look = world.sites.look

        def late(url: str, headers: Any = None) -> Any:
            answer = look(url, headers)
            dated = answer.dated + ahead if answer.dated else None
            return attrs.evolve(answer, dated=dated)

        object.__setattr__(world.sites, "look", late)

    return plant
