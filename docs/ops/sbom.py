"""Writes what Signoff is made of as a CycloneDX document: `make sbom`.

Names and hashes are those of requirements.lock; licences and what needs what come from the packages
installed beside this script. What only tests and tools need has the scope "excluded".
With `--excluded` it prints the names of those, so that a server can leave them out.
"""

import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.model.license import License
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent.parent
ENTRY = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
Need = tuple[str, frozenset[str]]
LONGEST_LICENCE_NAME = 100  # some packages put the whole text where the name belongs


@dataclass(frozen=True)
class Pinned:
    """One entry of the lock file."""

    name: str
    version: str
    hashes: Sequence[str]


def pinned(lock: str) -> list[Pinned]:
    """The entries of a lock file. A name can stand in it twice, for two versions of Python."""
    found = []
    for entry in re.split(r"\n(?=\S)", lock):
        if at := ENTRY.match(entry):
            found.append(Pinned(canonicalize_name(at[1]), at[2], HASH.findall(entry)))
    return found


def installed() -> dict[str, Distribution]:
    return {canonicalize_name(d.metadata["Name"]): d for d in distributions()}


def needs(lines: Iterable[str], extras: Iterable[str] = ()) -> Iterator[Need]:
    """What these requirements name, on any machine, each with the extras it is wanted with."""
    for line in lines:
        wanted = Requirement(line)
        extra = re.search(r"""extra\s*==\s*['"]([^'"]+)""", str(wanted.marker or ""))
        if extra is None or canonicalize_name(extra[1]) in extras:
            yield canonicalize_name(wanted.name), frozenset(map(canonicalize_name, wanted.extras))


def reached(first: Iterable[str], packages: Mapping[str, Distribution]) -> set[str]:
    """The names that these requirements lead to, with what those need, and so on."""
    seen: set[Need] = set()
    todo = list(needs(first))
    while todo:
        at = todo.pop()
        if at not in seen:
            seen.add(at)
            todo += needs(packages[at[0]].requires or (), at[1]) if at[0] in packages else ()
    return {name for name, _ in seen}


def excluded(project: Mapping[str, Any], packages: Mapping[str, Distribution]) -> set[str]:
    """What tests and tools alone lead to. What nobody leads to is taken for the product's."""
    tools = reached(project["dependency-groups"]["dev"], packages)
    return tools - reached(project["project"]["dependencies"], packages)


def licences(package: Distribution | None) -> list[License]:
    """The licence as the package names it."""
    if package is None:
        return []
    says = package.metadata.json
    named = str(says.get("license_expression") or says.get("license") or "")
    told = [c for c in says.get("classifier", ()) if c.startswith("License :: OSI Approved ::")]
    if not named or len(named) > LONGEST_LICENCE_NAME or "\n" in named:
        named = ", ".join(c.rsplit(" :: ", 1)[-1] for c in told)
    return [LicenseFactory().make_from_string(named)] if named else []


def component(entry: Pinned, package: Distribution | None, *, runs: bool) -> Component:
    url = PackageURL("pypi", name=entry.name, version=entry.version)
    return Component(
        name=entry.name,
        version=entry.version,
        bom_ref=str(url),
        purl=url,
        scope=ComponentScope.REQUIRED if runs else ComponentScope.EXCLUDED,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=h) for h in entry.hashes],
        licenses=licences(package),
    )


def document(lock: str, project: Mapping[str, Any]) -> Bom:
    """Everything that is locked, and what needs what."""
    packages = installed()
    left_out = excluded(project, packages)
    own = project["project"]
    root = Component(
        name=own["name"],
        version=own["version"],
        type=ComponentType.APPLICATION,
        bom_ref=own["name"],
        licenses=[LicenseFactory().make_from_string(own["license"])],
    )
    made = [component(e, packages.get(e.name), runs=e.name not in left_out) for e in pinned(lock)]
    bom = Bom(components=made)
    bom.metadata.component = root
    _link(bom, root, own["dependencies"])
    for part in made:
        if package := packages.get(part.name):
            _link(bom, part, package.requires or ())
    return bom


def _link(bom: Bom, part: Component, lines: Iterable[str]) -> None:
    wanted = {name for name, _ in needs(lines)}
    bom.register_dependency(part, [c for c in bom.components if c.name in wanted])


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    if "--excluded" in sys.argv[1:]:
        sys.stdout.write("\n".join(sorted(excluded(project, installed()))) + "\n")
        return
    bom = document((ROOT / "requirements.lock").read_text(encoding="utf-8"), project)
    made = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    sys.stdout.write(made.output_as_string(indent=1) + "\n")


if __name__ == "__main__":
    main()
