"""A comparison of two models names what is new, gone and changed; the recorded one is ours."""

import copy
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore
import pytest

from cognito_model.__main__ import WHERE, main, read_model, read_recorded
from cognito_model.model import differences, digest_of


SMALL: dict[str, Any] = {
    "operations": {
        "InitiateAuth": {
            "input": {"shape": "Request"},
            "errors": [{"shape": "NotAuthorizedException"}],
            "authtype": "none",
        },
        "AdminGetUser": {"input": {"shape": "Request"}},
    },
    "shapes": {
        "Request": {
            "type": "structure",
            "required": ["Flow"],
            "members": {"Flow": {"shape": "Flow"}, "Again": {"shape": "Requests"}},
        },
        "Requests": {"type": "list", "member": {"shape": "Request"}},
        "Parameters": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Name"}},
        "Flow": {"type": "string", "enum": ["USER_AUTH"]},
        "Name": {"type": "string", "max": 128},
    },
}


def add_operation(model: Any) -> None:
    model["operations"]["SignUp"] = {"authtype": "none"}


def sign(model: Any) -> None:
    del model["operations"]["InitiateAuth"]["authtype"]


def end_operation(model: Any) -> None:
    del model["operations"]["AdminGetUser"]


def add_flow(model: Any) -> None:
    model["shapes"]["Flow"]["enum"].append("USER_SRP_AUTH")


def end_flow(model: Any) -> None:
    model["shapes"]["Flow"]["enum"] = []


def add_error(model: Any) -> None:
    model["operations"]["InitiateAuth"]["errors"].append({"shape": "LimitExceededException"})


def add_map(model: Any) -> None:
    model["shapes"]["Request"]["members"]["Context"] = {"shape": "Parameters"}


def end_member(model: Any) -> None:
    del model["shapes"]["Request"]["members"]["Again"]


def require_member(model: Any) -> None:
    model["shapes"]["Request"]["required"].append("Again")


NOW_REQUIRED = "(structure; requires Again, Flow)"
CHANGES: dict[Callable[[Any], None], list[str]] = {
    add_operation: ["new: operation SignUp (none)"],
    sign: ["changed: operation InitiateAuth (none) to (IAM)"],
    end_operation: ["gone: operation AdminGetUser (IAM)"],
    add_flow: ["new: value of Flow: USER_SRP_AUTH"],
    end_flow: ["gone: value of Flow: USER_AUTH"],
    add_error: ["new: error of InitiateAuth: LimitExceededException"],
    add_map: [
        "new: member of InitiateAuth: input.Context (map)",
        "new: member of InitiateAuth: input.Context{} (string; max 128)",
    ],
    end_member: [
        "gone: member of InitiateAuth: input.Again (list)",
        "gone: member of InitiateAuth: input.Again[] (structure; requires Flow)",
    ],
    require_member: [
        f"changed: member of InitiateAuth: {path} (structure; requires Flow) to {NOW_REQUIRED}"
        for path in ("input", "input.Again[]")
    ],
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_change_of_the_model_is_named(change: Callable[[Any], None]) -> None:
    newest = copy.deepcopy(SMALL)
    change(newest)

    before, after = (digest_of(each, ["InitiateAuth"]) for each in (SMALL, newest))

    assert list(differences(before, after)) == CHANGES[change]


def test_the_same_model_has_no_differences() -> None:
    same = digest_of(SMALL, ["InitiateAuth"])

    assert list(differences(same, copy.deepcopy(same))) == []


def test_the_recorded_model_is_that_of_the_locked_botocore() -> None:
    """After `make lock` look at the differences, then record: `make cognito-model RECORD=on`."""
    recorded = read_recorded()
    locked = digest_of(read_model(Path(botocore.__file__).parents[1]), recorded["members"])

    assert list(differences(recorded, locked)) == []


def test_the_status_tells_whether_something_is_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = dict(read_model(Path(botocore.__file__).parents[1]))
    path = tmp_path / WHERE
    path.parent.mkdir(parents=True)

    assert main([str(tmp_path)]) == 2
    assert "FileNotFoundError" in capsys.readouterr().err

    path.write_bytes(gzip.compress(json.dumps(model).encode()))
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == "nothing is new\n"

    del model["operations"]["AdminGetUser"]
    path.write_bytes(gzip.compress(json.dumps(model).encode()))
    assert main([str(tmp_path)]) == 1
    assert "gone: operation AdminGetUser (IAM)\n" in capsys.readouterr().out
