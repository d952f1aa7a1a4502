"""The page of the legacy HTTP API, made from docs/legacy-api.yaml."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from documentation.site.pages import CONTRACT, ROOT


_MADE_FROM: Final = (
    "Made from [legacy-api.yaml](source:legacy-api.yaml), an OpenAPI 3.1 document for tools. "
    "[For the legacy team](legacy-team.md) says where to begin."
)


def contract_page() -> str:
    """Give the contract as Markdown: the rules, each operation with its messages, the schemas."""
    document = yaml.safe_load((ROOT / CONTRACT).read_text(encoding="utf-8"))
    about = _with_links(document["info"]["description"])
    parts = [f"# The legacy HTTP API\n\n{_MADE_FROM}\n\n{about}"]
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            parts += _operation(f"{method.upper()} {path}", operation)
    parts.append("## Members\n")
    for name, schema in document["components"]["schemas"].items():
        parts += _schema(name, schema)
    return "\n".join(parts)


def _with_links(text: str) -> str:
    """Link the pages that *text* names by their files."""
    return re.sub(r"docs/([a-z-]+)\.md", r"[\1](\1.md)", text)


def _operation(call: str, operation: Mapping[str, Any]) -> Iterator[str]:
    about = _with_links(operation.get("description", ""))
    yield f"## {operation['summary'].rstrip('.')}\n\n`{call}`\n\n{about}"
    body = operation["requestBody"]["content"]["application/json"]
    yield f"**Request:** {_reference(body['schema'])}\n"
    yield from _examples(body)
    answer = operation["responses"]["200"]["content"]["application/json"]
    schemas = answer["schema"].get("oneOf", [answer["schema"]])
    yield f"**Response, status 200:** {' or '.join(map(_reference, schemas))}\n"
    yield from _examples(answer)


def _examples(content: Mapping[str, Any]) -> Iterator[str]:
    for name, example in content.get("examples", {}).items():
        summary = example.get("summary", name.replace("_", " "))
        shown = json.dumps(example["value"], ensure_ascii=False, indent=2)
        yield f"{summary}:\n\n```json\n{shown}\n```\n"


def _reference(schema: Mapping[str, Any]) -> str:
    name = str(schema["$ref"]).rpartition("/")[2]
    return f"[{name}](#{name.lower()})"


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f"### {name}\n"
    if "description" in schema:
        yield f"{schema['description']}\n"
    if schema.get("properties"):
        yield "| member | type | rule |\n|---|---|---|"
        required = schema.get("required", ())
        for member, rule in schema["properties"].items():
            optional = "" if member in required else " (optional)"
            yield f"| `{member}`{optional} | {_type(rule)} | {_rule(rule)} |"
        yield ""
    elif "properties" not in schema:
        yield f"{_type(schema)} {_rule({**schema, 'description': ''})}\n"


def _type(rule: Mapping[str, Any]) -> str:
    if "$ref" in rule:
        return _reference(rule)
    if "const" in rule:
        return f"`{json.dumps(rule['const'])}`"
    if "enum" in rule:
        return " or ".join(f"`{json.dumps(value)}`" for value in rule["enum"])
    for word in ("oneOf", "allOf"):
        if word in rule:
            joined = " or " if word == "oneOf" else " and "
            return joined.join(_type(each) for each in rule[word])
    if rule.get("type") == "array":
        return f"array of {_type(rule['items'])}"
    types = rule.get("type", ["object"])
    return " or ".join([types] if isinstance(types, str) else types)


_LIMITS: Final = {
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
    "minimum": "at least {}",
    "maximum": "at most {}",
    "pattern": "matches `{}`",
}


def _rule(rule: Mapping[str, Any]) -> str:
    limits = [text.format(rule[name]) for name, text in _LIMITS.items() if name in rule]
    about = " ".join(str(rule.get("description", "")).split())
    return "; ".join([*limits, *([about] if about else [])]).replace("|", "\\|")
