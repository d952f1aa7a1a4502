"""What is deployed is what was tested: the auth service is locked to what the tests ran with."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from lambda_zips.functions import FUNCTIONS


ROOT = Path(__file__).parents[2]
DEPLOYED = ["web.txt", "local.txt", *sorted({f"{each.lock}.txt" for each in FUNCTIONS.values()})]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
PIN = re.compile(r"^([a-z0-9.-]+)(?:\[[^\]]*\])?==([^\s;]+)", re.MULTILINE)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / "requirements" / name).read_text(encoding="utf-8")))


def names(requirements: list[str]) -> set[str]:
    found = {match[0].lower() for each in requirements if (match := re.match(r"[\w.-]+", each))}
    return found - {"authcore-cognito"}


@pytest.mark.parametrize("lock", DEPLOYED)
def test_what_is_installed_without_the_tests_is_locked_to_the_versions_that_were_tested(
    lock: str,
) -> None:
    assert pins(lock).items() <= pins("dev.txt").items()


@pytest.mark.parametrize(("lock", "extras"), [("web.txt", ("web",)), ("dev.txt", ("dev",))])
def test_a_lock_holds_all_that_the_project_asks_for(lock: str, extras: tuple[str, ...]) -> None:
    asked = names(PROJECT["dependencies"])
    for extra in extras:
        asked |= names(PROJECT["optional-dependencies"][extra])

    assert asked <= set(pins(lock)), "run `make lock`"


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_pin_has_hashes_and_no_lock_names_an_index(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")

    assert "://" not in text
    for entry in re.split(r"\n(?=[a-z0-9])", text.strip()):
        assert "--hash=sha256:" in entry, entry.splitlines()[0]


def test_the_javascript_clients_are_locked_by_hashes_and_without_addresses() -> None:
    text = (ROOT / "tests" / "clients" / "package-lock.json").read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    (_, root), *locked = packages.items()
    asked = json.loads((ROOT / "tests" / "clients" / "package.json").read_text(encoding="utf-8"))

    assert "://" not in text, "remove funding and resolved"
    assert root["dependencies"] == asked["dependencies"]
    assert all(package["integrity"].startswith("sha512-") for _, package in locked)
