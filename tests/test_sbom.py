"""The list of what the product is made of names everything that is locked, and says what for."""

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent
SCRIPT = ROOT / "docs" / "ops" / "sbom.py"


def script(path: Path) -> Any:
    """A file of Python that belongs to no package, as a module."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = made
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def sbom() -> dict[str, Any]:
    """What `make sbom` writes."""
    # Here because it takes two seconds, which every run of any test would wait for.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    run = [sys.executable, str(SCRIPT)]
    written = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(written) is None
    found: dict[str, Any] = json.loads(written)
    return found


def locked() -> dict[tuple[str, str], set[str]]:
    """Every package of the lock file with its hashes, read line by line."""
    found: dict[tuple[str, str], set[str]] = {}
    for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines():
        if not line.startswith((" ", "#")):
            name, version = line.split(" ")[0].split("==")
            here = found.setdefault((name, version), set())
        elif "--hash=" in line:
            here.add(line.split("sha256:")[1].split(" ")[0])
    return found


def test_the_sbom_names_every_locked_package_with_its_hashes(sbom: dict[str, Any]) -> None:
    named = {
        (part["name"], part["version"]): {h["content"] for h in part["hashes"]}
        for part in sbom["components"]
    }
    assert named == locked()
    assert len(named) > 100
    assert all(named.values())


def test_the_sbom_tells_what_the_product_needs_from_what_tests_need(sbom: dict[str, Any]) -> None:
    scopes = {part["name"]: part["scope"] for part in sbom["components"]}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    own = {re.split(r"[\[<>=]", line)[0] for line in project["project"]["dependencies"]}
    assert {name for name in own if scopes.get(name) != "required"} <= own - set(scopes)
    for name in ("pytest", "playwright", "ruff"):
        assert scopes[name] == "excluded"
    for name in ("sqlalchemy", "attrs", "cffi"):
        assert scopes[name] == "required"


def test_the_sbom_says_what_needs_what(sbom: dict[str, Any]) -> None:
    edges = {d["ref"]: set(d.get("dependsOn", ())) for d in sbom["dependencies"]}
    refs = {part["name"]: part["bom-ref"] for part in sbom["components"]}
    assert refs["aiohttp"] in edges["signoff"]
    assert refs["multidict"] in edges[refs["aiohttp"]]


def test_what_nobody_is_known_to_need_is_not_left_out() -> None:
    made = script(SCRIPT)
    project = {
        "project": {"dependencies": ["aiohttp"]},
        "dependency-groups": {"dev": ["pytest", "aiohttp"]},
    }
    left_out = made.excluded(project, made.installed())
    assert {"pytest", "iniconfig"} <= left_out
    assert not left_out & {"aiohttp", "multidict", "uvloop", "jinja2"}


def test_a_lock_file_with_one_name_twice_gives_both() -> None:
    lock = "a-b==1 ; x < '3' \\\n    --hash=sha256:" + "0" * 64 + "\nA_b==2\n# c==3\n"
    found = script(SCRIPT).pinned(lock)
    assert [(e.name, e.version, len(e.hashes)) for e in found] == [("a-b", "1", 1), ("a-b", "2", 0)]
