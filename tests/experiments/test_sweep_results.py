"""What others read of a sweep: checked, repaired, exported, verified; and the shipped studies repeat. Exact."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
import stand_ins
from sweeping import digest, rows, sweep

from experiments import studies
from experiments.cli import main
from experiments.composing import Folders
from experiments.sweep.codebook import meaning
from experiments.sweep.disk import canonical, put, sealed, unsealed
from experiments.sweep.exporting import files_of

REAL = ["city=tiny", "days=12", "option=status_quo,grid_300_same_staff", "rules.grid.nets=1,2", "replications=2",
        "places=true", "part=3"]  # fmt: skip


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of the real model, exported."""
    folder = tmp_path_factory.mktemp("real") / "store"
    from experiments.design import conduct

    assert sweep(folder, *REAL, conduct=conduct) == 0
    assert main(["store", "export", str(folder), "events=1"]) == 0
    return folder


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_csv_holds_what_parquet_holds(store: Path) -> None:
    for name in ("trials", "outcomes", "accounts", "series", "places"):
        path = store / "export" / f"{name}.csv"
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
        found, expected = read_csv(path), rows(store, name)
        assert len(found) == len(expected) > 0
        for one, other in zip(found, expected, strict=True):
            for column, value in other.items():
                said = one[column]
                assert said == str(value) or float(said) == value or (said in ("", "nan") and value != value)


def test_no_cell_begins_like_a_formula(tmp_path: Path) -> None:
    import pyarrow as pa

    from experiments.sweep.exporting import _csv

    hostile = pa.table({"x": ["=1+1", "+1", "-1", "@sum", "\tx", "plain", "第1区"], "n": [-1.5] * 7})
    _csv(tmp_path / "x.csv", hostile.schema, iter([hostile]))
    found = read_csv(tmp_path / "x.csv")
    assert [row["x"] for row in found] == ["'=1+1", "'+1", "'-1", "'@sum", "'\tx", "plain", "第1区"]
    assert {row["n"] for row in found} == {"-1.5"}


@pytest.mark.parametrize(("name", "lang"), [("datapackage.json", "en"), ("datapackage.zh.json", "zh")])
def test_every_column_is_explained_in_both_languages(name: str, lang: str, store: Path) -> None:
    package = json.loads((store / "export" / name).read_text("utf-8"))
    assert package["id"] == unsealed(store / "manifest.json")["id"]
    seen = set()
    for resource in package["resources"]:
        columns = list(read_csv(store / "export" / resource["path"])[0])
        assert [field["name"] for field in resource["schema"]["fields"]] == columns
        assert resource["description"] and all(field["description"] for field in resource["schema"]["fields"])
        seen.add(resource["name"])
    assert seen == {"trials", "outcomes", "accounts", "series", "places", "plan", "summary", "events", "codebook"}
    if lang == "zh":
        assert any("\u4e00" <= letter <= "\u9fff" for letter in meaning("busy_grid_worker", "zh"))


def test_the_codebook_knows_every_outcome(store: Path) -> None:
    known = {row["outcome"] for row in read_csv(store / "export" / "codebook.csv")}
    assert {row["outcome"] for row in rows(store, "outcomes")} <= known | {"utilisation"}


def test_maps_hold_every_community(store: Path) -> None:
    geojson = json.loads((store / "export" / "communities.geojson").read_text("utf-8"))
    assert len(geojson["features"]) == 18
    columns = set(geojson["features"][0]["properties"])
    assert {"place", "unmet_share_status_quo_base_0", "days_to_solved_grid_300_same_staff_base_1"} <= columns
    counts = [row for row in rows(store, "places") if row["trial"] in (0, 4) and row["place_number"] == 0]
    share = sum(row["unmet"] for row in counts) / sum(row["needs"] for row in counts)
    assert geojson["features"][0]["properties"]["unmet_share_status_quo_base_0"] == share
    base = sqlite3.connect(store / "export" / "communities.gpkg")
    assert base.execute("PRAGMA application_id").fetchone() == (0x47504B47,)
    blobs = base.execute("SELECT geom, place, unmet_share_status_quo_base_0 FROM communities").fetchall()
    base.close()
    shapes = [shapely.from_wkb(blob[40:]) for blob, _, _ in blobs]
    assert len(shapes) == 18 and all(shape.geom_type == "MultiPolygon" and shape.is_valid for shape in shapes)
    assert [place for _, place, _ in blobs] == [f["properties"]["place"] for f in geojson["features"]]


def test_a_geopackage_opens_elsewhere(store: Path) -> None:
    info = pyogrio.read_info(store / "export" / "communities.gpkg")
    assert (info["features"], info["crs"], info["geometry_type"]) == (18, "EPSG:4326", "MultiPolygon")


def test_duckdb_reads_the_views(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(store)
    base = duckdb.connect()
    base.execute((store / "export" / "views.sql").read_text())
    assert base.execute("SELECT count(*) FROM results WHERE outcome = 'trust'").fetchone() == (8,)


def test_a_study_of_another_verb_is_kept_and_exported_the_same_way(tmp_path: Path) -> None:
    assert main(["run", "city=tiny", "days=12", f"out={tmp_path / 'kept'}"]) == 0
    assert main(["store", "check", str(tmp_path / "kept")]) == 0
    assert main(["store", "export", str(tmp_path / "kept"), f"to={tmp_path / 'there'}"]) == 0
    assert {"trials.csv", "spread.csv", "datapackage.json"} <= {path.name for path in (tmp_path / "there").iterdir()}
    (tmp_path / "kept" / "outcomes.parquet").write_bytes(b"")
    assert main(["store", "check", str(tmp_path / "kept")]) == 3
    assert main(["store", "repair", str(tmp_path / "kept")]) == 2
    assert main(["store", "export", str(tmp_path / "kept")]) == 2


@pytest.mark.parametrize(
    "words",
    [[], ["mend"], ["check"], ["check", "nowhere"], ["check", "a", "b"], ["check", ".", "to=x"], ["check", "."],
     ["export", "x", "form=csv"]],
)  # fmt: skip
def test_bad_words_to_store_are_refused(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["store", *words]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_check_and_repair_say_what_they_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sweep(tmp_path / "store") == 0
    path = next((tmp_path / "store" / "parts").glob("series-*"))
    path.write_bytes(path.read_bytes()[:-1])
    capsys.readouterr()
    assert main(["store", "check", str(tmp_path / "store"), "--json"]) == 3
    said = json.loads(capsys.readouterr().out)
    assert said["damaged"] == {f"parts/{path.name}": "is damaged"} and not said["whole"]
    assert main(["store", "repair", str(tmp_path / "store"), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["removed"] == [f"parts/{path.name}"] and said["again"].startswith("reformsim sweep city=tiny")
    assert main(["store", "repair", str(tmp_path / "store")]) == 0
    assert "nothing was damaged" in capsys.readouterr().out


def test_verify_runs_again_and_says_the_same(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(store / "manifest.json"), "sample=3", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["same"] and said["trials"] == 3 and said["model"]["same"]


def test_verify_names_what_came_out_otherwise(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(store), "sample=2"], conduct=stand_ins.quick_but_fickle) == 3
    said = capsys.readouterr().err.splitlines()[-1]
    assert "2 of 2 trials came out otherwise" in said and "rules.grid.nets=1, replication 0" in said


@pytest.mark.slow
def test_verify_takes_a_comparison_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["city=tiny", "days=12", "replications=2", "assumptions=4", "processes=1", f"out={tmp_path / 'kept'}"]
    assert main(["compare", *words, "option=status_quo,grid_300_hire"]) == 0
    assert main(["verify", str(tmp_path / "kept")]) == 0
    assert "4 of 4 trials run again, every digest the same" in capsys.readouterr().out


def test_verify_without_a_folder_takes_the_only_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["verify"]) == 2
    none = "command line: verify takes one folder of results, or its manifest.json; results holds none"
    assert capsys.readouterr().err.splitlines() == [f"reformsim: {none}"]
    assert main(["run", "city=tiny", "days=5"]) == 0
    assert main(["verify"]) == 0
    assert "1 of 1 trials run again, every digest the same" in capsys.readouterr().out
    assert main(["run", "city=tiny", "days=6", "out=results/other"]) == 0
    assert main(["verify"]) == 2
    assert "results holds 2: other, run-" in capsys.readouterr().err


def forged(store: Path, tmp_path: Path, **changed: Any) -> Path:
    """A copy of a manifest with other values under a good seal."""
    (tmp_path / "forged").mkdir()
    manifest = unsealed(store / "manifest.json")
    put(tmp_path / "forged" / "manifest.json", sealed({**manifest, **changed}))
    return tmp_path / "forged"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("reformsim sweep city=tiny --plugin my_virus", "to trust it too, add --plugin my_virus"),
        ("reformsim show options", "none that can be run again"),
        ("reformsim sweep city=nowhere", "there is no such config"),
        ("reformsim sweep city=tiny +hydra.launcher=x", "hydra's own settings"),
    ],
)
def test_a_forged_manifest_runs_nothing(
    command: str, said: str, store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", str(forged(store, tmp_path, command=command, files={}))]) == 2
    assert said in capsys.readouterr().err


def test_a_stored_table_is_tidy(store: Path) -> None:
    files = files_of(store)
    assert list(files) == ["outcomes", "accounts", "series", "places", "trials", "plan"]
    plan = pq.read_table(files["plan"][0]).to_pylist()
    assert [row["rules.grid.nets"] for row in plan] == [1, 1, 2, 2] * 2
    assert [(row["from_day"], row["days"]) for row in rows(store, "series") if row["trial"] == 0][::2] == [
        (0, 7),
        (7, 5),
    ]


def test_the_manifest_and_the_digest_follow_the_seal(store: Path) -> None:
    manifest = unsealed(store / "manifest.json")
    assert manifest["digest"] == digest(store) and canonical(manifest)


def test_the_shipped_studies_give_what_is_on_record() -> None:
    """Mended, where the model's results were meant to change, by `python -m experiments.studies`."""
    assert set(studies.recorded()) == set(Folders().names("experiment"))
    assert list(studies.differing()) == []
