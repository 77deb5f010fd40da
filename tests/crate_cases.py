"""Conformance cases of crates: `python tests/crate_cases.py` writes them.

Each case `RC18xx/{valid,invalid}/NAME/` is a whole small crate: a sound one with one change to its metadata.
Where a shape of the profile can see the defect, `shapes` names the checks that object. `--check` compares.
"""

from __future__ import annotations

import argparse
import copy
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reprocrate.crate import CHECKED, NEWEST, CrateFile, write_crate
from reprocrate.files import sha256_bytes
from reprocrate.manifest import manifest_from
from reprocrate.standard import schema_url
from reprocrate.validation.cases import patched
from reprocrate.validation.explain import json_lines

CONFORMANCE = Path(__file__).resolve().parent.parent / "schema" / "1.0" / "conformance"
BASE = "base/seeds.json"
METADATA = "ro-crate-metadata.json"

Entities = dict[str, dict[str, Any]]
Change = Callable[[Entities], None]

TREE = "https://w3id.org/reprocrate/tree/sha256/"
FILES = {
    "fit_rings.py": b"import random\n",
    "data/rings.csv": b"x,y,ring\n0,1,1\n",
    "out/wide-0.json": b'{"accuracy": 0.912}\n',
    ".reprocrate/environment/env-1/requirements.txt": b"numpy==2.1.0 --hash=sha256:" + b"0" * 64 + b"\n",
}


@dataclass(frozen=True)
class Defect:
    """One change to the metadata of the sound crate.

    Attributes:
        code: the rule that objects to it, or that it shows the limits of.
        name: of the case.
        says: the case in a sentence.
        change: what is done to the entities, or the whole document instead; nothing at all where an
            unpacked bundle has no metadata.
        pointers: where the rule's findings are; none for a case that is valid.
        shapes: the checks of the profile that object to it.
        newest: whether the crate is one of RO-Crate 1.3.
    """

    code: str
    name: str
    says: str
    change: Change | bytes
    pointers: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ()
    newest: bool = False


def without(identifier: str, /, *terms: str) -> Change:
    """Leave out properties of an entity, or the entity with every reference to it."""

    def change(entities: Entities) -> None:
        if terms:
            for term in terms:
                del entities[identifier][term]
            return
        del entities[identifier]
        for entity in entities.values():
            for term, value in list(entity.items()):
                if value == {"@id": identifier}:
                    del entity[term]
                elif isinstance(value, list):
                    entity[term] = [each for each in value if each != {"@id": identifier}]

    return change


def where(identifier: str, /, **terms: Any) -> Change:
    """Give properties of an entity other values."""
    return lambda entities: entities[identifier].update(terms)


def adding(**entity: Any) -> Change:
    """Add an entity that the root mentions."""

    def change(entities: Entities) -> None:
        described = {
            ("@" + term if term in ("id", "type") else term): value for term, value in entity.items()
        }
        entities[described["@id"]] = described
        entities["./"]["mentions"].append({"@id": described["@id"]})

    return change


def all_of(*changes: Change) -> Change:
    def change(entities: Entities) -> None:
        for each in changes:
            each(entities)

    return change


def keeping(identifier: str, term: str, *beginnings: str) -> Change:
    """Leave of the references of a property only those that begin so."""

    def change(entities: Entities) -> None:
        kept = [each for each in entities[identifier][term] if each["@id"].startswith(beginnings)]
        entities[identifier][term] = kept

    return change


def nothing(entities: Entities) -> None:
    """Leave the sound crate as it is."""


DEFECTS = (
    Defect("RC1801", "sound", "The metadata is that of the experiment.", nothing),
    Defect("RC1801", "newer-pair", "RO-Crate 1.3 with Process Run Crate 0.6.", nothing, newest=True),
    Defect("RC1801", "not-json", "The metadata ends in the middle.", b'{"@context": [', ("",)),
    Defect("RC1801", "no-graph", "The metadata has no entities.", b'{"@context": [], "@graph": 7}', ("",)),
    Defect(
        "RC1801", "twice", "An entity is described twice.",
        b'{"@context": [], "@graph": [{"@id": "./"}, {"@id": "./"}]}', ("",),
    ),
    Defect("RC1801", "no-root", "Nothing says which entity is the root.", without(METADATA), ("",)),
    Defect("RC1801", "absent", "An unpacked bundle has no metadata.", b"", ("",)),
    Defect(
        "RC1801", "no-type", "An entity has no type.", without("data/rings.csv", "@type"), ("",),
    ),
    Defect(
        "RC1801", "root-without-date", "Nothing says when the crate was published.",
        without("./", "datePublished"), ("",),
    ),
    Defect(
        "RC1802", "another-specification", "The metadata follows a version that the profile is not built on.",
        where(METADATA, conformsTo={"@id": "https://w3id.org/ro/crate/1.0"}), ("",),
    ),
    Defect(
        "RC1802", "one-more", "The crate conforms to a third profile as well.",
        lambda entities: entities["./"]["conformsTo"].append({"@id": "https://example.org/profile"}),
    ),
    Defect(
        "RC1802", "ours-absent", "The crate does not declare the profile of experiment crates.",
        where("./", conformsTo={"@id": CHECKED.profile}), ("",), ("Declared profile",),
    ),
    Defect(
        "RC1802", "mixed-pair", "The two profiles belong to different versions of RO-Crate.",
        where("./", conformsTo=[{"@id": CHECKED.profile}, {"@id": NEWEST.own_profile}]), ("",),
    ),
    Defect(
        "RC1802", "none", "No profile is declared.",
        without("./", "conformsTo"), ("", ""), ("Declared profile",),
    ),
    Defect(
        "RC1803", "identifier-as-text", "The id of the manifest is the identifier itself, no entity.",
        where("./", identifier="urn:uuid:6b1f3f5e-6f0c-5a52-9a53-3a2a6f1f1f10"),
    ),
    Defect(
        "RC1803", "other-digest", "The metadata describes another manifest.",
        where("reprocrate.json", sha256="0" * 64), ("",),
    ),
    Defect(
        "RC1803", "no-digest", "The manifest has no digest.",
        without("reprocrate.json", "sha256"), ("",), ("Digest of the manifest", "Digest of a file"),
    ),
    Defect(
        "RC1803", "no-schema", "No file is said to be a manifest.",
        without("reprocrate.json", "conformsTo"), ("",), ("One manifest",),
    ),
    Defect(
        "RC1803", "two-manifests", "A second file is said to be a manifest.",
        where("data/rings.csv", conformsTo={"@id": schema_url("manifest")}),
        ("",),
    ),
    Defect(
        "RC1803", "other-id", "The crate has the id of another experiment.",
        where("#identifier", value="urn:uuid:00000000-0000-5000-8000-000000000000"), ("/id",),
    ),
    Defect(
        "RC1803", "no-id", "The crate does not have the id of its manifest.",
        without("./", "identifier"), ("/id",), ("Identity of the manifest",),
    ),
    Defect(
        "RC1804", "more-said", "An action may say more than the manifest asks for.",
        where("#run/wide-0", alternateName="the first run"),
    ),
    Defect(
        "RC1804", "absent", "One run is not in the crate.",
        lambda entities: (without("#run/wide-1")(entities), where("#result/wide.accuracy", basedOnRun=[
            {"@id": f"#run/wide-{seed}"} for seed in range(3)])(entities))[0],
        ("/runs/1",), ("Origin of a result",),
    ),
    Defect(
        "RC1804", "no-instrument", "One run does not say what was executed.",
        without("#run/wide-0", "instrument"), ("/runs/0",), ("Instrument of a run",),
    ),
    Defect(
        "RC1804", "no-configuration", "One run does not say of which configuration it is.",
        keeping("#run/wide-0", "object", "#data/", "#seed/"), ("/runs/0",), ("Configuration of a run",),
    ),
    Defect(
        "RC1804", "no-status", "One run does not say how it ended.",
        without("#run/wide-0", "actionStatus"), ("/runs/0",), ("Status of a run",),
    ),
    Defect(
        "RC1804", "other-status", "A run that ended well is said to have failed.",
        where("#run/wide-0", actionStatus="http://schema.org/FailedActionStatus"), ("/runs/0",),
    ),
    Defect(
        "RC1804", "not-mentioned", "The root does not mention one of the runs.",
        lambda entities: entities["./"]["mentions"].remove({"@id": "#run/wide-0"}),
        ("/runs/0",), ("Run in the root",),
    ),
    Defect(
        "RC1805", "another-action", "An action that made nothing of the experiment is no run.",
        adding(id="#upload", type="TransferAction", name="Upload to the archive"),
    ),
    Defect(
        "RC1805", "one-more", "The crate knows a run of which there is no record.",
        lambda entities: adding(**{
            **{term.lstrip("@"): value for term, value in entities["#run/wide-0"].items()},
            "id": "#run/wide-7",
        })(entities),
        ("",),
    ),
    Defect(
        "RC1804", "two-configurations", "A run has the configuration of another one as well.",
        lambda entities: entities["#run/wide-0"]["object"].append({"@id": "#configuration/narrow"}),
        ("/runs/0",), ("Configuration of a run",),
    ),
    Defect(
        "RC1805", "result-more", "The crate has a result that the manifest does not know.",
        adding(id="#result/best", type=["PropertyValue", "AggregatedResult"], name="best", value=0.99,
               propertyID={"@id": "#metric/accuracy"}, summaryStatistic="max", sampleSize=5,
               basedOnRun={"@id": "#run/wide-0"}), ("",),
    ),
    Defect(
        "RC1805", "claim-more", "The crate claims what the manifest does not.",
        adding(id="#claim/best", type=["CreativeWork", "ExperimentClaim"], name="best", text="The best.",
               claimKind="gain", restsOn={"@id": "#result/wide.accuracy"}), ("",),
    ),
    Defect(
        "RC1806", "not-described", "A file needs no entity of its own; its folder stands for it.",
        without("out/wide-0.json"),
    ),
    Defect(
        "RC1806", "other-digest", "A file has another digest in the crate than in the manifest.",
        where("out/wide-0.json", sha256="0" * 64), ("/runs/0/outputs/0",),
    ),
    Defect(
        "RC1806", "no-digest", "A file has no digest in the crate.",
        without("out/wide-0.json", "sha256"), ("/runs/0/outputs/0",), ("Digest of a file",),
    ),
    Defect(
        "RC1806", "upper-case", "A digest in capitals is not the same string.",
        where("data/rings.csv", sha256=sha256_bytes(FILES["data/rings.csv"]).upper()),
        ("/data/0/files/0",), ("One well-formed SHA-256",),
    ),
    Defect(
        "RC1806", "another-size", "A file has another size in the crate than in the manifest.",
        where("data/rings.csv", contentSize="1"), ("/data/0/files/0",),
    ),
    Defect(
        "RC1806", "size-as-number", "The size of a file is a number.",
        where("data/rings.csv", contentSize=len(FILES["data/rings.csv"])),
    ),
    Defect(
        "RC1807", "in-another-order", "The objects of an action are in no order.",
        lambda entities: entities["#run/wide-0"]["object"].reverse(),
    ),
    Defect(
        "RC1807", "absent", "A run has no seed in the crate.",
        keeping("#run/wide-0", "object", "#data/", "#configuration/"),
        ("/runs/0/seeds/0",), ("Seed of a run",),
    ),
    Defect(
        "RC1807", "without-value", "A seed has no value.",
        without("#seed/0/argument", "value"), ("/runs/0/seeds/0", "/runs/3/seeds/0"), ("Value of a seed",),
    ),
    Defect(
        "RC1807", "without-source", "A seed does not say how it is known.",
        without("#seed/0/argument", "seedSource"),
        ("/runs/0/seeds/0", "/runs/3/seeds/0"), ("Source of a seed",),
    ),
    Defect(
        "RC1807", "another-value", "A run has another seed in the crate than in the manifest.",
        where("#seed/0/argument", value=7), ("/runs/0/seeds/0", "/runs/3/seeds/0"),
    ),
    Defect(
        "RC1807", "one-more", "A run has a seed in the crate that the manifest does not know.",
        lambda entities: entities["#run/wide-0"]["object"].append({"@id": "#seed/1/argument"}), ("/runs/0",),
    ),
    Defect(
        "RC1808", "in-another-order", "The runs of a result are in no order.",
        lambda entities: entities["#result/wide.accuracy"]["basedOnRun"].reverse(),
    ),
    Defect(
        "RC1808", "result-without-runs", "A result does not say on which runs it rests.",
        without("#result/wide.accuracy", "basedOnRun"), ("/results/0",), ("Origin of a result",),
    ),
    Defect(
        "RC1808", "result-without-statistic", "A result does not say which statistic it is.",
        without("#result/wide.accuracy", "summaryStatistic"), ("/results/0",), ("Statistic of a result",),
    ),
    Defect(
        "RC1808", "result-without-n", "A result does not say from how many values it was computed.",
        without("#result/wide.accuracy", "sampleSize"), ("/results/0",), ("Sample size of a result",),
    ),
    Defect(
        "RC1808", "result-without-metric", "A result does not say what was measured.",
        without("#result/wide.accuracy", "propertyID"), ("/results/0",), ("Metric of a result",),
    ),
    Defect(
        "RC1808", "another-value", "A result is better in the crate than in the manifest.",
        where("#result/wide.accuracy", value=0.93), ("/results/0",),
    ),
    Defect(
        "RC1808", "comparison-of-one", "A comparison has no second result.",
        without("#comparison/wide-vs-narrow", "secondResult"), ("/comparisons/0",),
        ("Second result of a comparison",),
    ),
    Defect(
        "RC1808", "claim-on-nothing", "A claim rests on nothing.",
        without("#claim/wide-wins", "restsOn"), ("/claims/0",), ("Evidence of a claim",),
    ),
    Defect(
        "RC1808", "claim-without-text", "A claim has no sentence.",
        without("#claim/wide-wins", "text"), ("/claims/0",), ("Text of a claim",),
    ),
    Defect(
        "RC1808", "claim-of-unknown-kind", "A claim is of a kind that the standard does not know.",
        where("#claim/wide-wins", claimKind="hope"), ("/claims/0",), ("Kind of a claim",),
    ),
    Defect(
        "RC1808", "metric-turned-round", "A metric that the manifest maximizes is to be minimized.",
        where("#metric/accuracy", optimizationDirection="minimize"), ("/metrics/0",),
    ),
    Defect(
        "RC1808", "configuration-of-unknown-role", "The role of a configuration is none of the standard's.",
        where("#configuration/wide", configurationRole="winner"), ("/configurations/0",),
        ("Role of a configuration",),
    ),
    Defect(
        "RC1808", "times-as-written", "The same moment in another time zone.",
        where("#run/wide-0", startTime="2026-11-02T11:10:15+02:00"),
    ),
    Defect(
        "RC1808", "more-about-the-experiment", "The crate tells keywords and a version besides.",
        where("./", keywords="rings", version="1"),
    ),
    Defect(
        "RC1808", "another-title", "The experiment has another title in the crate.",
        where("./", name="Something else"), ("/experiment",),
    ),
    Defect(
        "RC1808", "another-author", "Somebody else is the author in the crate.",
        where("https://orcid.org/0000-0002-1825-0097", name="Eve Example"), ("/experiment",),
    ),
    Defect(
        "RC1808", "another-licence", "The crate is under another licence.",
        where("https://spdx.org/licenses/Apache-2.0", name="MIT"), ("/experiment",),
    ),
    Defect(
        "RC1808", "withdrawn", "The crate says that the experiment is withdrawn, and the manifest does not.",
        where("./", creativeWorkStatus="withdrawn"), ("/experiment",),
    ),
    Defect(
        "RC1808", "other-data", "The data has another name in the crate.",
        where("#data/rings", name="Squares"), ("/data/0",),
    ),
    Defect(
        "RC1808", "another-setting", "A factor has another value in the crate.",
        where("#configuration/wide/factor/method", value="deep"), ("/configurations/0",),
    ),
    Defect(
        "RC1808", "run-at-another-time", "A run began on another day in the crate.",
        where("#run/wide-0", startTime="2020-01-01T00:00:00.000+00:00"), ("/runs/0",),
    ),
    Defect(
        "RC1808", "run-of-another-kind", "A run is an evaluation in the crate and no training.",
        where("#run/wide-0", runKind="evaluate"), ("/runs/0",),
    ),
    Defect(
        "RC1808", "run-with-another-value", "A run left a better value in the crate.",
        where("#run/wide-0/metric/0", value=0.99), ("/runs/0",),
    ),
    Defect(
        "RC1808", "result-over-something-else", "The spread of a result is over folds in the crate.",
        where("#result/wide.accuracy", variesOver="folds"), ("/results/0",),
    ),
    Defect(
        "RC1808", "claim-not-primary", "A primary claim is none in the crate.",
        without("#claim/wide-wins", "isPrimaryClaim"), ("/claims/0",),
    ),
    Defect(
        "RC1809", "part-of-the-data", "A file is a part of the data that the root has.",
        all_of(
            where("#data/rings", hasPart={"@id": "data/rings.csv"}),
            lambda entities: entities["./"]["hasPart"].remove({"@id": "data/rings.csv"}),
            lambda entities: entities["./"]["hasPart"].append({"@id": "#data/rings"}),
        ),
    ),
    Defect(
        "RC1809", "absent", "The crate describes a file that is not there.",
        all_of(
            adding(id="data/more.csv", type="File", name="more", sha256="0" * 64),
            lambda entities: entities["./"]["hasPart"].append({"@id": "data/more.csv"}),
        ),
        ("",),
    ),
    Defect(
        "RC1809", "no-part", "A file is no part of the root.",
        lambda entities: entities["./"]["hasPart"].remove({"@id": "out/wide-0.json"}), ("",),
    ),
)  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if a file would change")
    check = parser.parse_args(arguments).check
    wanted = dict(files())
    present = {path: path.read_bytes() for path in CONFORMANCE.glob("RC18*/**/*") if path.is_file()}
    differing = sorted(
        path for path in wanted.keys() | present.keys() if wanted.get(path) != present.get(path)
    )
    for path in differing:
        if check:
            name = path.relative_to(CONFORMANCE)
            sys.stdout.write(f"{name} is out of date: run `python tests/crate_cases.py`\n")
        elif path in wanted:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(wanted[path])
        else:
            path.unlink()
    return 1 if check and differing else 0


def files() -> Iterator[tuple[Path, bytes]]:
    """Every file of every case with its content."""
    manifest = manifest_from(document())
    sound = {**FILES, "reprocrate.json": manifest.to_bytes()}
    described = [CrateFile(path, len(data), sha256_bytes(data)) for path, data in sound.items()]
    for defect in DEFECTS:
        kind = "invalid" if defect.pointers else "valid"
        folder = CONFORMANCE / defect.code / kind / defect.name
        metadata = write_crate(manifest, described, target=NEWEST if defect.newest else CHECKED)
        content = {**sound, METADATA: changed(metadata, defect.change)}
        for path, data in (content if defect.change else unpacked(sound)).items():
            yield folder / "files" / path, data
        yield folder / "case.json", case(defect).encode()


def unpacked(crate: dict[str, bytes]) -> dict[str, bytes]:
    """What a bundle leaves when it is unpacked: besides, something of its standard and the checksums."""
    content = {**crate, ".reprocrate/standard/spec.md": b"# The standard\n"}
    lines = [f"{sha256_bytes(data)}  {path}\n" for path, data in sorted(content.items())]
    return {**content, "manifest-sha256.txt": "".join(lines).encode()}


def case(defect: Defect) -> str:
    content: dict[str, Any] = {
        "says": defect.says,
        "base": BASE,
        "patch": list(patch()),
        "expect": [{"code": defect.code, "pointer": pointer} for pointer in defect.pointers],
    }
    if defect.pointers:
        content["shapes"] = list(defect.shapes)
    return "\n".join(json_lines(content)) + "\n"


def changed(metadata: bytes, change: Change | bytes) -> bytes:
    """The metadata with one change, an entity a line."""
    if isinstance(change, bytes):
        return change
    crate = json.loads(metadata)
    entities = {entity["@id"]: copy.deepcopy(entity) for entity in crate["@graph"]}
    change(entities)
    lines = ",\n".join(json.dumps(each, ensure_ascii=False, sort_keys=True) for each in entities.values())
    context = json.dumps(crate["@context"], ensure_ascii=False, sort_keys=True)
    return f'{{"@context": {context},\n"@graph": [\n{lines}\n]}}\n'.encode()


def document() -> dict[str, Any]:
    """The manifest of the sound crate."""
    manifest: dict[str, Any] = patched(json.loads((CONFORMANCE / BASE).read_text("utf-8")), list(patch()))
    return manifest


def patch() -> Iterator[dict[str, Any]]:
    """What is changed in the base, so that only the few files are declared that lie around the manifest."""
    lock = ".reprocrate/environment/env-1/requirements.txt"
    values: dict[str, Any] = {
        "/code/0/files": [declared("fit_rings.py")],
        "/code/0/tree_sha256": tree(),
        "/data/0/files": [declared("data/rings.csv")],
        **{f"/environments/0/lock/{name}": value for name, value in declared(lock).items()},
    }
    for place, run in enumerate(("wide-0", "wide-1", "wide-2", "narrow-0", "narrow-1", "narrow-2")):
        output = f"out/{run}.json"
        values[f"/runs/{place}/inputs"] = [declared("data/rings.csv")]
        values[f"/runs/{place}/outputs"] = [declared(output)] if output in FILES else []
    yield from ({"op": "replace", "path": path, "value": value} for path, value in values.items())
    for place in range(6):
        yield {"op": "add", "path": f"/runs/{place}/capture", "value": {"completeness": "complete"}}


def declared(path: str) -> dict[str, Any]:
    return {"path": path, "size": len(FILES[path]), "sha256": sha256_bytes(FILES[path])}


def tree() -> str:
    """The digest of the source tree of one file, as the specification defines it."""
    return sha256_bytes(f"{sha256_bytes(FILES['fit_rings.py'])}  fit_rings.py\n".encode())


if __name__ == "__main__":
    sys.exit(main())
