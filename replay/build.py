"""Makes the dated archive again from the facts it was written from: ``python -m replay.build ../shared/facts``.

Knows where each fact stands in the facts folder and in ``supplement.yaml``, and nothing about serving.
Deterministic: the same facts give the same bytes.
"""

import argparse
import copy
import csv
import json
import shutil
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from replay.reconstruct import Version, dated_versions
from replay.results_form import results_from_classic

ARCHIVE = Path(__file__).parent / "archive"
SUPPLEMENT = Path(__file__).parent / "supplement.yaml"


def build_archive(facts: Path, target: Path) -> None:
    """Write ``ctgov/*.jsonl`` and ``pubmed/*.json`` of the archive.

    Parameters
    ----------
    facts : folder with ``registry-history/`` and ``labels.csv``; posted results are read from its
        sibling ``samples/``
    target : archive folder; its two subfolders are replaced

    Raises
    ------
    ValueError
        If a labelled trial has no record, or an insert names a version that is not there.
    """
    supplement = yaml.safe_load(SUPPLEMENT.read_text(encoding="utf-8"))
    trials = {
        nct_id: _versions(nct_id, records, supplement, facts.parent)
        for nct_id, records in sorted(_records(facts, supplement).items())
    }
    with (facts / "labels.csv").open(encoding="utf-8") as file:
        if missing := sorted({row["nct_id"] for row in csv.DictReader(file)} - set(trials)):
            raise ValueError(f"labels.csv names trials without a record: {', '.join(missing)}")
    for name in ("ctgov", "pubmed"):
        shutil.rmtree(target / name, ignore_errors=True)
        (target / name).mkdir(parents=True)
    for nct_id, versions in trials.items():
        lines = "".join(_compact(each) + "\n" for each in versions)
        (target / "ctgov" / f"{nct_id}.jsonl").write_text(lines, encoding="utf-8")
    for report in supplement["reports"]:
        text = json.dumps(report, ensure_ascii=False, indent=1)
        (target / "pubmed" / f"{report['pmid']}.json").write_text(text + "\n", encoding="utf-8")


def _records(facts: Path, supplement: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    records = defaultdict(list)
    for path in sorted((facts / "registry-history").glob("NCT*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        records[record["nct_id"]].append(record)
    for record in supplement["records"]:
        records[record["nct_id"]].append(record)
    for nct_id, pairing in supplement["pairings"].items():
        for record in records[nct_id]:
            for intervention in record["interventions"]:
                intervention["arm_labels"] = pairing[intervention["name"]]
    return records


def _versions(nct_id: str, records: list[dict[str, Any]], supplement: Mapping[str, Any], shared: Path) -> list[Version]:
    versions = dated_versions(records)
    for insert in supplement["inserts"].get(nct_id, ()):
        versions.append(_inserted(nct_id, insert, versions))
    read_on = [str(item) for record in records for item in (record["record_version"], record.get("read_on", ""))]
    told_on = [insert["shown_from"] for insert in supplement["inserts"].get(nct_id, ())]
    versions.sort(key=lambda each: (each["shown_from"], bool(each.get("registry_made"))))
    if given := supplement["results"].get(nct_id):
        section = given.get("section") or results_from_classic(shared / given["classic"], given["words"])
        for version in versions:
            if version["shown_from"] >= _results_posted(versions):
                version["study"] = _with_results(version["study"], section)
    versions[-1] = {"known_until": max(read_on + told_on), **versions[-1]}
    return versions


def _inserted(nct_id: str, insert: Mapping[str, Any], versions: list[Version]) -> Version:
    base = next((each for each in versions if each["shown_from"] == insert["as"]), None)
    if base is None:
        raise ValueError(f"{SUPPLEMENT.name}: {nct_id} has no version shown from {insert['as']} to start from")
    study = copy.deepcopy(base["study"])
    for path in insert.get("drop", ()):
        module, field = path.split(".")
        study["protocolSection"][module].pop(field, None)
    for path, value in insert.get("set", {}).items():
        module, field = path.split(".")
        study["protocolSection"].setdefault(module, {})[field] = value
    if events := insert.get("events"):
        study["annotationSection"] = {"annotationModule": {"unpostedAnnotation": {"unpostedEvents": events}}}
    study["hasResults"] = "resultsFirstPostDateStruct" in study["protocolSection"]["statusModule"]
    return {
        "shown_from": insert["shown_from"],
        "basis": "reconstructed",
        "why": insert["why"],
        "evidence": insert["evidence"],
        "submitted": insert.get("submitted"),
        **({"registry_made": True} if insert.get("registry_made") else {}),
        "study": study,
    }


def _results_posted(versions: list[Version]) -> str:
    return str(min(each["shown_from"] for each in versions if each["study"]["hasResults"]))


def _with_results(study: dict[str, Any], section: dict[str, Any]) -> dict[str, Any]:
    return {"protocolSection": study["protocolSection"], "resultsSection": section} | {
        key: value for key, value in study.items() if key != "protocolSection"
    }


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=build_archive.__doc__.splitlines()[0] if build_archive.__doc__ else None
    )
    parser.add_argument("facts", type=Path, help="folder with registry-history/ and labels.csv")
    parser.add_argument("--target", type=Path, default=ARCHIVE)
    given = parser.parse_args()
    build_archive(given.facts, given.target)


if __name__ == "__main__":
    main()
