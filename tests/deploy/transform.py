"""Writes the CloudFormation template that AWS SAM makes of deploy/template.yaml."""

import json
import sys
from pathlib import Path
from typing import Any, Final

from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse


TEMPLATE: Final = Path(__file__).parents[2] / "deploy" / "template.yaml"


class _Session:
    """What the translator asks a boto3 session for."""

    region_name = "eu-west-1"


def main(target: Path) -> None:
    """Write the transformed template to *target*, as JSON."""
    template = yaml_parse(TEMPLATE.read_text())
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            name = Path(resource["Properties"]["CodeUri"]).name
            resource["Properties"]["CodeUri"] = f"s3://uploaded/{name}"
    defaults: dict[str, Any] = {
        name: declared.get("Default", "given") for name, declared in template["Parameters"].items()
    }
    made = Translator(None, Parser(), boto_session=_Session()).translate(template, defaults)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(made, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
