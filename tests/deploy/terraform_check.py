"""
Compares deploy/terraform with the inputs of its module, and with the template's functions.

Prints each finding; exit status 1 if there are any.  ``module_variables.json`` records the module's
variables, and what it reads of ``clients`` and ``lambda_config``.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import hcl2


FOLDER: Final = Path(__file__).parents[2] / "deploy" / "terraform"
RECORD: Final = Path(__file__).with_name("module_variables.json")


def main() -> int:
    """Write the findings to standard error; 0 if there are none."""
    found = [*_of_the_module(), *_of_names()]
    sys.stderr.writelines(f"{finding}\n" for finding in found)
    return 1 if found else 0


def _parse(name: str) -> Mapping[str, Any]:
    with (FOLDER / name).open(encoding="utf-8") as file:
        return dict(hcl2.load(file))


def _of_the_module() -> Iterator[str]:
    record = json.loads(RECORD.read_text())
    used = _parse("pool.tf")["module"][0]["pool"]
    inputs = {name for name in used if not name.startswith("__")} - {"source", "version"}
    for name in ("source", "version"):
        recorded = record["module" if name == "source" else name]
        if used[name] != [recorded]:
            yield f"pool.tf: {name} is not {recorded}, which module_variables.json records"
    groups = (
        ("an input", inputs, record["variables"]),
        ("of clients", {*used["clients"][0][0]}, record["clients"]),
        ("of lambda_config", {*used["lambda_config"][0]}, record["lambda_config"]),
    )
    for what, names, known in groups:
        yield from (f"pool.tf: {name} is not {what}" for name in sorted(names - {*known}))


def _of_names() -> Iterator[str]:
    text = "\n".join(path.read_text() for path in sorted(FOLDER.glob("*.tf")))
    declared = {name for each in _parse("variables.tf")["variable"] for name in each}
    used = {*re.findall(r"\bvar\.(\w+)", text)}
    yield from (f"variables.tf lacks {name}" for name in sorted(used - declared))
    yield from (f"variables.tf: {name} is not used" for name in sorted(declared - used))
    required = {name for each in _parse("variables.tf")["variable"] for name in _required(each)}
    example = {name for name in _parse("example.tfvars") if not name.startswith("__")}
    yield from (f"example.tfvars lacks {name}" for name in sorted(required - example))
    yield from (f"example.tfvars: {name} is not a variable" for name in sorted(example - declared))
    made = {*re.findall(r'^(?:resource|data) "(\w+)" "(\w+)"', text, re.MULTILINE)}
    needed = {*re.findall(r"\b(aws_\w+)\.(\w+)", re.sub(r'"aws_\w+"', "", text))}
    yield from (f"nothing makes {kind}.{name}" for kind, name in sorted(needed - made))


def _required(variable: Mapping[str, Any]) -> Iterator[str]:
    yield from (name for name, about in variable.items() if "default" not in about)


if __name__ == "__main__":
    raise SystemExit(main())
