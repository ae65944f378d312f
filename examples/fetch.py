"""Prints the folder that holds the examples' real data, and fetches what is not on this machine yet.

    AUDITOR_DATA=$(python examples/fetch.py)

It looks in $AUDITOR_DATA, then in ../shared/data beside the checkout, then in .data of the checkout. What .data lacks
is downloaded from public copies, each pinned to a commit, and converted to the tables that the examples describe. The
bytes of every table are held to a digest, so that all audits of an example are of the same data.
"""

import hashlib
import io
import os
import sys
import tarfile
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

HERE = Path(__file__).resolve().parent.parent
LARGEST = 200 * 2**20  # bytes of one download
RAW, ARCHIVE = "https://raw.githubusercontent.com/{}/{}/{}", "https://codeload.github.com/{}/tar.gz/{}"
SUMMED, HIGHEST = "Urine", "MechVent"  # within an hour; of the others the mean is taken
DESCRIPTORS = {"Age": "age", "Gender": "sex", "Height": "height_cm", "Weight": "weight_kg", "ICUType": "icu_type"}
SCORED = ("saps1", "sofa", "length_of_stay", "survival_days", "in_hospital_death")
OUTCOMES = dict(zip(("SAPS-I", "SOFA", "Length_of_stay", "Survival", "In-hospital_death"), SCORED, strict=True))
LEVELS = {"physionet2012_static_a": 1}  # zstd level that the table's digest was made with, where it is not 19
Tables = dict[str, pd.DataFrame]


def credit(given: bytes) -> Tables:
    """UCI data set 350 (Yeh 2009), CC BY 4.0: whole numbers in the smallest type, the outcome's column renamed."""
    table = pd.read_csv(io.BytesIO(given)).rename(columns={"default.payment.next.month": "default_next_month"})
    small = {"SEX", "EDUCATION", "MARRIAGE", "default_next_month", *(f"PAY_{k}" for k in (0, 2, 3, 4, 5, 6))}
    types = {name: "int8" if name in small else "int16" if name == "AGE" else "int32" for name in table.columns}
    return {"uci_credit_default": table.astype(types)}


def air(given: bytes) -> Tables:
    """UCI data set 381 (Liang et al. 2015), CC BY 4.0: year, month, day and hour joined into one time."""
    raw = pd.read_csv(io.BytesIO(given))
    names = {"pm2.5": "pm25", "DEWP": "dewp", "TEMP": "temp", "PRES": "pres", "cbwd": "wind_dir"}
    names |= {"Iws": "wind_speed_cum", "Is": "snow_h", "Ir": "rain_h"}
    types = {new: "float32" for new in names.values() if new != "wind_dir"}
    table = raw[list(names)].rename(columns=names).astype(types)
    table.insert(0, "time", pd.to_datetime(raw[["year", "month", "day", "hour"]]).astype("datetime64[us]"))
    return {"beijing_pm25": table}


def icu(given: bytes) -> Tables:
    """PhysioNet Challenge 2012, set a (Silva et al. 2012), ODC-By 1.0: an hourly table, and one line a stay.

    Values below 0 mean unknown and are left out; 48:00 falls in hour 47; an hour without a measurement is missing.
    """
    stays, outcomes = _unpacked(given)
    lines = pd.concat([pd.read_csv(io.BytesIO(text)).assign(record_id=stay) for stay, text in sorted(stays.items())])
    repeated = lines.duplicated(["record_id", "Time", "Parameter"])  # at 00:00 a second weight is a measured one
    described = lines["Time"].eq("00:00") & lines["Parameter"].isin(["RecordID", *DESCRIPTORS]) & ~repeated
    ids = pd.Index(sorted(stays), name="record_id")
    return {
        "physionet2012_hourly_a": _hourly(lines[~described], ids),
        "physionet2012_static_a": _stays(lines[described], outcomes.set_index("RecordID"), ids),
    }


def _unpacked(given: bytes) -> tuple[dict[int, bytes], pd.DataFrame]:
    """The text of each stay in set a, and the outcomes. Members are read, never written to disk."""
    stays: dict[int, bytes] = {}
    outcomes = None
    with tarfile.open(fileobj=io.BytesIO(given), mode="r:gz") as archive:
        for member in archive:
            path = Path(member.name)
            if not member.isfile() or (file := archive.extractfile(member)) is None:
                continue
            if path.name == "Outcomes-a.txt":
                outcomes = pd.read_csv(file)
            elif path.parent.name == "set-a" and path.stem.isdigit():
                stays[int(path.stem)] = file.read()
    if outcomes is None or not stays:
        raise ValueError("the archive holds no set-a or no Outcomes-a.txt")
    return stays, outcomes


def _hourly(lines: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    known = lines[(lines["Value"] >= 0) & lines["Parameter"].notna()]
    hour = known["Time"].str.slice(0, 2).astype(int).clip(upper=47)
    cells = known.assign(hour=hour).pivot_table("Value", ["record_id", "hour"], "Parameter", ["mean", "sum", "max"])
    table = cells.xs("mean", axis=1).copy()
    table[SUMMED], table[HIGHEST] = cells["sum"][SUMMED], cells["max"][HIGHEST]
    grid = pd.MultiIndex.from_product([ids, range(48)], names=["record_id", "hour"])
    filled = table.reindex(grid).sort_index(axis=1).astype("float32").reset_index().rename_axis(columns=None)
    return filled.astype({"record_id": "int32", "hour": "int8"})


def _stays(lines: pd.DataFrame, outcomes: pd.DataFrame, ids: pd.Index) -> pd.DataFrame:
    wide = lines.pivot_table(index="record_id", columns="Parameter", values="Value").reindex(ids)
    table = wide[list(DESCRIPTORS)].rename(columns=DESCRIPTORS).join(outcomes[list(OUTCOMES)].rename(columns=OUTCOMES))
    table = table.mask(table < 0).reset_index()
    table.insert(1, "set", "a")
    whole = dict.fromkeys(SCORED, "Int16") | {"in_hospital_death": "int8", "sex": "Int8", "icu_type": "int8"}
    whole |= {"record_id": "int32", "age": "int16"}
    return table.astype({**whole, "height_cm": "float32", "weight_kg": "float32", "set": "str"})


@dataclass(frozen=True)
class Source:
    """Where tables come from, how they are made, and the digest that each has as a file."""

    address: str
    convert: Callable[[bytes], Tables]
    digests: dict[str, str]


SOURCES = (
    Source(
        RAW.format(
            "veritas-project/phase1",
            "ab6bbf6d1dbcfe776b19bbafb32e2c768ddd4a32",
            "credit_scoring/data/creditdata/UCI_Credit_Card.csv",
        ),
        credit,
        {"uci_credit_default": "384d766b4921c50d4cc136d13cba3086b425d498a392b14dfc81ad64bc79ebc6"},
    ),
    Source(
        RAW.format(
            "naogelzc/PM2.5-Data-Mining-in-Beijing",
            "b6415470e125f5ea0338f297ce02d76887deea4a",
            "PRSA_data_2010.1.1-2014.12.31.csv",
        ),
        air,
        {"beijing_pm25": "39997dd08cc390b70690f64ae8e42a791d7e6bfd96867d9b40a390b60c27cfd2"},
    ),
    Source(
        ARCHIVE.format("AbdelrahmanManz/ICU-Mortality-Predictor", "df183eb97fe9a222b86ff26c7cdef55a4e4aec62"),
        icu,
        {
            "physionet2012_hourly_a": "844a7458c29aa1c047ce35b3359ad3aceb7f016e5b5cdef4c944f0d56f098098",
            "physionet2012_static_a": "889b975d5d3be5128e7ed11d8b8a1669a388a9b9e13ae3c6a87fcfb7d85b7b5f",
        },
    ),
)


def missing(folder: Path, source: Source) -> list[str]:
    """The tables of a source that a folder does not hold."""
    return [name for name in source.digests if not (folder / f"{name}.parquet").is_file()]


def written(table: pd.DataFrame, path: Path, digest: str) -> None:
    """Write a table whole or not at all; raises ValueError when its bytes are not those of the digest."""
    buffer = io.BytesIO()
    table.to_parquet(buffer, compression="zstd", compression_level=LEVELS.get(path.stem, 19), index=False)
    made = hashlib.sha256(buffer.getvalue()).hexdigest()
    if made != digest:
        raise ValueError(f"{path.name} has the digest {made}, not {digest}: the source or pyarrow has changed")
    part = path.with_suffix(".part")
    part.write_bytes(buffer.getvalue())
    part.replace(path)


def download(source: Source, folder: Path) -> None:
    """Fetch, convert and write what the folder lacks of a source. Raises OSError or ValueError."""
    print(f"fetching {source.address}", file=sys.stderr)
    with urllib.request.urlopen(source.address, timeout=60) as answer:  # noqa: S310 - the addresses stand above
        given = answer.read(LARGEST + 1)
    if len(given) > LARGEST:
        raise ValueError(f"{source.address} is larger than {LARGEST:,} bytes")
    for name, table in source.convert(given).items():
        written(table, folder / f"{name}.parquet", source.digests[name])


def data_folder() -> Path:
    """The folder that holds all tables, after fetching what is missing. Raises OSError or ValueError."""
    if named := os.environ.get("AUDITOR_DATA"):
        return Path(named).resolve()
    beside = HERE.parent / "shared" / "data"
    if not any(missing(beside, source) for source in SOURCES):
        return beside
    folder = HERE / ".data"
    folder.mkdir(exist_ok=True)
    for source in SOURCES:
        if missing(folder, source):
            download(source, folder)
    return folder


def main() -> int:
    """Print the folder; say on the error stream what could not be fetched, and what to do."""
    try:
        print(data_folder())
    except (OSError, ValueError) as error:
        print(f"fetch: {error}\nfetch: or name a folder that holds the tables in AUDITOR_DATA", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
