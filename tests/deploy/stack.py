"""
deploy/template.yaml as data, and as CloudFormation would see it with given parameters.

Resolves the functions that the template uses: Ref, GetAtt, Sub, Join, Select, Split, If, Equals,
Not, Or.
See: AWS CloudFormation "Intrinsic function reference".
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

import attrs
import yaml

from authcore_cli.entrypoints import DoorName
from deploy.parameters import ACCOUNT, DOOR_OF, OLD_POOL_DOOR_OF, REGION, REQUIRED, SECRET_ARN


TEMPLATE: Final = Path(__file__).parents[2] / "deploy" / "template.yaml"
NO_VALUE: Final = object()

Value: TypeAlias = Any

_PSEUDO: Final[Mapping[str, object]] = {
    "AWS::AccountId": ACCOUNT,
    "AWS::NoValue": NO_VALUE,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "authcore",
    "AWS::URLSuffix": "amazonaws.com",
}
_IDS: Final = {"UserPool": f"{REGION}_Ab12Cd34", "AppClient": "4f5u7n3k2q1z"}
"""What Ref gives for resources whose ids authcore checks; for the others it is the logical id."""

_ARNS: Final = {"ClientSecret": f"{SECRET_ARN}ClientSecret-abcdef"}
_PLACE: Final = re.compile(r"\$\{([A-Za-z0-9:.]+)\}")


def role_name(function: str) -> str:
    """Return what role, policy and log group of a function are named after; two share theirs."""
    return "UserMigration" if function == "OldPoolMigration" else function


class _Loader(yaml.CSafeLoader):
    """Reads ``!Ref x`` as ``{"Ref": x}`` and ``!Sub x`` as ``{"Fn::Sub": x}``."""


def _tagged(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Value]:
    if isinstance(node, yaml.ScalarNode):
        value: Value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        raise TypeError(f"!{tag} takes a text or a list")
    return {tag if tag in ("Ref", "Condition") else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _tagged)


def read_template() -> dict[str, Value]:
    """Read the template with its functions as mappings."""
    loaded = yaml.load(TEMPLATE.read_text(), _Loader)
    assert isinstance(loaded, dict)
    return loaded


@attrs.frozen
class Stack:
    """
    The template with parameters.

    Attributes:
        template: As read_template() gives it.
        given: Parameters by name; those without an entry have their default.
    """

    template: Mapping[str, Value]
    given: Mapping[str, str] = attrs.field(factory=lambda: dict(REQUIRED))

    @property
    def resources(self) -> dict[str, Value]:
        """The resources that are created, resolved, by logical id."""
        wanted = {
            name: resource
            for name, resource in self.template["Resources"].items()
            if self._holds(resource.get("Condition"))
        }
        return {name: self.resolve(resource) for name, resource in wanted.items()}

    @property
    def door_of(self) -> dict[str, DoorName]:
        """The entrypoint of each function that is created."""
        made = self.resources
        return {
            name: door for name, door in {**DOOR_OF, **OLD_POOL_DOOR_OF}.items() if name in made
        }

    @property
    def broken_rules(self) -> list[str]:
        """What CloudFormation says of the parameters, which it compares by the Rules."""
        return [
            each["AssertDescription"]
            for rule in self.template["Rules"].values()
            if "RuleCondition" not in rule or self._test(rule["RuleCondition"])
            for each in rule["Assertions"]
            if not self._test(each["Assert"])
        ]

    @property
    def outputs(self) -> dict[str, str]:
        """The values of outputs by their description."""
        return {
            output["Description"]: self.resolve(output["Value"])
            for output in self.template["Outputs"].values()
            if self._holds(output.get("Condition"))
        }

    def variables(self, function: str) -> dict[str, str]:
        """The environment of a function."""
        common = self.resolve(self.template["Globals"])["Function"]["Environment"]["Variables"]
        own = self.resolve(self.template["Resources"][function])["Properties"]["Environment"]
        return {**common, **own["Variables"]}

    def choose(self, value: Value) -> Value:
        """Follow the condition of *value*, and resolve nothing inside; None for no value."""
        if isinstance(value, dict) and "Fn::If" in value:
            name, held, other = value["Fn::If"]
            return self.choose(held if self._holds(name) else other)
        return None if value == {"Ref": "AWS::NoValue"} else value

    def resolve(self, value: Value) -> Value:
        """Resolve all functions inside of *value*."""
        if isinstance(value, list):
            return [each for each in map(self.resolve, value) if each is not NO_VALUE]
        if not isinstance(value, dict):
            return value
        if len(value) == 1 and (called := self._call(value)) is not None:
            return called
        resolved = {name: self.resolve(each) for name, each in value.items()}
        return {name: each for name, each in resolved.items() if each is not NO_VALUE}

    def _call(self, value: Mapping[str, Value]) -> Value:
        ((name, argument),) = value.items()
        match name:
            case "Ref":
                return self._ref(argument)
            case "Fn::GetAtt":
                return self._attribute(*argument.split(".", 1))
            case "Fn::Sub":
                return self._sub(argument)
            case "Fn::If":
                return self.resolve(argument[1 if self._holds(argument[0]) else 2])
        return self._text(name, argument)

    def _text(self, name: str, argument: Value) -> Value:
        match name:
            case "Fn::Join":
                return argument[0].join(self.resolve(argument[1]))
            case "Fn::Select":
                return self.resolve(argument[1])[argument[0]]
            case "Fn::Split":
                return self.resolve(argument[1]).split(argument[0])
        return None

    def _sub(self, argument: Value) -> str:
        text, own = argument if isinstance(argument, list) else (argument, {})
        for name, value in self.resolve(own).items():
            text = text.replace(f"${{{name}}}", value)
        return _PLACE.sub(self._substitute, text)

    def _substitute(self, place: re.Match[str]) -> str:
        name, _, attribute = place[1].partition(".")
        return self._attribute(name, attribute) if attribute else str(self._ref(name))

    def _ref(self, name: str) -> object:
        if name in _PSEUDO:
            return _PSEUDO[name]
        declared = self.template["Parameters"].get(name)
        if declared is None:
            return _ARNS.get(name) or _IDS.get(name, name)
        value = self.given[name] if name in self.given else declared["Default"]
        return value.split(",") if declared["Type"] == "CommaDelimitedList" else value

    def _attribute(self, name: str, attribute: str) -> str:
        if attribute == "Arn":
            service, kind = self.template["Resources"][name]["Type"].lower().split("::")[1:]
            if service == "serverless":
                return f"arn:aws:lambda:{REGION}:{ACCOUNT}:{kind}:{name}"
            return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"
        return f"{name}.{attribute}"

    def _holds(self, condition: str | None) -> bool:
        return condition is None or self._test(self.template["Conditions"][condition])

    def _test(self, test: Mapping[str, Value]) -> bool:
        ((name, arguments),) = test.items()
        if name == "Condition":
            return self._holds(arguments)
        if name == "Fn::Equals":
            left, right = map(self.resolve, arguments)
            return bool(left == right)
        results = [self._test(each) for each in arguments]
        return not results[0] if name == "Fn::Not" else any(results)


def references(value: Value) -> Iterator[str]:
    """Give the names that functions inside of *value* refer to."""
    if isinstance(value, list):
        for each in value:
            yield from references(each)
    if not isinstance(value, dict):
        return
    for name, argument in value.items():
        if name == "Ref" or name == "Fn::GetAtt":
            yield argument.split(".")[0]
        elif name == "Fn::Sub" and isinstance(argument, str):
            yield from (place.split(".")[0] for place in _PLACE.findall(argument))
        else:
            yield from references(argument)
