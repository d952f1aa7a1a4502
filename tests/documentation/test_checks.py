"""Each check of ``authcore doctor`` names a page, variables and members there are."""

import re
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from authcore.domain.model.checks import Check
from authcore.domain.services.doctor.mending import CLIENT_ANSWERS, POOL_ANSWERS
from authcore.domain.services.doctor.registry import CHECKS
from authcore.settings import describe_variables
from documentation.variables import Everything


DOCS = Path(__file__).parents[2] / "docs"
VARIABLE = re.compile(r"AUTHCORE_[A-Z_]+[A-Z]")


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^a-z0-9 -]", "", each.lower()).replace(" ", "-") for each in headings}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_names_a_section_there_is_and_variables_there_are(check: Check) -> None:
    page, _, section = check.anchor.partition("#")
    known = {
        form for name, about, _ in describe_variables(Everything) for form in about.names(name)
    }

    assert not section or section in _anchors(DOCS / page)
    assert {*VARIABLE.findall(check.mend)} <= known


@pytest.mark.parametrize(
    ("thing", "left_out"), [("UserPool", POOL_ANSWERS), ("UserPoolClient", CLIENT_ANSWERS)]
)
def test_what_a_command_writes_back_is_what_the_updating_call_takes(
    thing: str, left_out: tuple[str, ...]
) -> None:
    """ClientSecretArn is not in every model yet."""
    model: Any = botocore.session.get_session().get_service_model("cognito-idp")
    described = model.operation_model(f"Describe{thing}").output_shape.members[thing].members
    taken = model.operation_model(f"Update{thing}").input_shape.members
    dates = {"CreationDate", "LastModifiedDate"}

    assert {*described} - {*left_out} - dates <= {*taken}
