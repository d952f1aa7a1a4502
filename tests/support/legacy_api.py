"""docs/legacy-api.yaml, for tests that hold somebody to it."""

from pathlib import Path
from typing import Any, Final

import yaml
from openapi_schema_validator import OAS31Validator

from authcore.adapters.legacy import (
    link_contract,
    listing_contract,
    login_contract,
    profile_contract,
    session_contract,
    update_contract,
)


DOCUMENT: Final[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "docs" / "legacy-api.yaml").read_text(encoding="utf-8")
)
JSON: Final = "application/json"
SIGN_IN_PATHS: Final = (login_contract.LOGIN_PATH, login_contract.LOOKUP_PATH)
UPDATE_PATH: Final = update_contract.UPDATE_PATH
LINK_PATHS: Final = (
    link_contract.MATCH_PATH,
    link_contract.ATTACH_PATH,
    link_contract.CREATE_PATH,
    link_contract.DETACH_PATH,
)
SESSION_PATHS: Final = (session_contract.SESSION_PATH, session_contract.END_PATH)
READ_PATHS: Final = (listing_contract.LIST_PATH, profile_contract.PROFILES_PATH)
PATHS: Final = (*SIGN_IN_PATHS, *LINK_PATHS, UPDATE_PATH, *READ_PATHS, *SESSION_PATHS)


def operation(path: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][path]["post"]
    return found


def request_body(path: str) -> dict[str, Any]:
    content: dict[str, Any] = operation(path)["requestBody"]["content"][JSON]
    return content


def decision(path: str) -> dict[str, Any]:
    content: dict[str, Any] = operation(path)["responses"]["200"]["content"][JSON]
    return content


def faults(schema: dict[str, Any], value: object) -> list[str]:
    whole = {**schema, "components": DOCUMENT["components"]}
    return [error.message for error in OAS31Validator(whole).iter_errors(value)]
