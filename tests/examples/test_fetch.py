"""Real data: how raw files become the examples' tables. The download itself needs a network and is not tried here."""

import io
import tarfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from examples import fetch

STAY = """Time,Parameter,Value
00:00,RecordID,7
00:00,Age,61
00:00,Gender,-1
00:00,Height,-1
00:00,ICUType,3
00:00,Weight,80.5
00:10,HR,100
00:47,HR,78
00:10,Urine,30
00:50,Urine,40
01:05,MechVent,1
01:06,,5
01:30,GCS,-1
48:00,HR,60
"""
OUTCOMES = """RecordID,SAPS-I,SOFA,Length_of_stay,Survival,In-hospital_death
7,11,-1,9,-1,1
"""


def archive(files: dict[str, str]) -> bytes:
    """A gzipped tar of text files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as out:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            out.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def test_icu_hours() -> None:
    """Hours are means, but sums of urine; 48:00 is hour 47; what is unknown or told on admission is no measurement."""
    table = fetch.icu(archive({"x/set-a/7.txt": STAY, "x/Outcomes-a.txt": OUTCOMES}))["physionet2012_hourly_a"]
    assert list(table.columns) == ["record_id", "hour", "HR", "MechVent", "Urine"]
    assert len(table) == 48
    assert table.loc[0, ["HR", "Urine"]].tolist() == [89.0, 70.0]
    assert table.loc[1, "MechVent"] == 1.0
    assert table.loc[47, "HR"] == 60.0
    assert table.drop(columns=["record_id", "hour"]).notna().to_numpy().sum() == 4


def test_icu_stay() -> None:
    """A stay has its description and outcome; -1 is missing."""
    table = fetch.icu(archive({"x/set-a/7.txt": STAY, "x/Outcomes-a.txt": OUTCOMES}))["physionet2012_static_a"]
    row = table.iloc[0]
    assert (row["record_id"], row["set"], row["age"], row["icu_type"], row["weight_kg"]) == (7, "a", 61, 3, 80.5)
    assert (row["saps1"], row["length_of_stay"], row["in_hospital_death"]) == (11, 9, 1)
    assert row[["sex", "height_cm", "sofa", "survival_days"]].isna().all()


def test_icu_archive_without_stays() -> None:
    """Another archive is refused."""
    with pytest.raises(ValueError, match="holds no set-a"):
        fetch.icu(archive({"x/readme.txt": "no data"}))


def test_air_hour() -> None:
    """The hour's four columns become one time; what was not measured is missing."""
    raw = b"No,year,month,day,hour,pm2.5,DEWP,TEMP,PRES,cbwd,Iws,Is,Ir\n1,2010,1,2,23,,-21,-11,1021,NW,1.79,0,0\n"
    row = fetch.air(raw)["beijing_pm25"].iloc[0]
    assert row["time"] == pd.Timestamp("2010-01-02 23:00")
    assert np.isnan(row["pm25"])
    assert (row["dewp"], row["wind_dir"], row["wind_speed_cum"]) == (-21, "NW", np.float32(1.79))


def test_changed_table_is_not_kept(tmp_path: Path) -> None:
    """A table whose bytes are not those of the digest is refused, and no file is left."""
    with pytest.raises(ValueError, match="has the digest"):
        fetch.written(pd.DataFrame({"a": [1]}), tmp_path / "a.parquet", "0" * 64)
    assert not list(tmp_path.iterdir())


def test_named_folder_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AUDITOR_DATA is believed."""
    monkeypatch.setenv("AUDITOR_DATA", str(tmp_path))
    assert fetch.data_folder() == tmp_path.resolve()
