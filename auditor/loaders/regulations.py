"""Reading catalogues of clauses: the shipped ones, and an institution's own beside its policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from auditor.errors import Problem, WrittenFault
from auditor.loaders.links import refuse_way_out
from auditor.regulation import Instrument, cited
from auditor.shipped import shipped
from auditor.yamlfile import Keys, Marked, closest, nearest, read_yaml, validated

FOLDER = "regulations"


def shipped_names() -> list[str]:
    """The names of the instruments that come with the program."""
    return sorted(path.stem for path in _root().glob("*.yaml"))


def shipped_instrument(name: str) -> Instrument:
    """A shipped instrument. Raises WrittenFault where there is none of that name."""
    if name not in shipped_names():
        raise WrittenFault(f"there is no instrument '{name}'", remedy=nearest(name, shipped_names()))
    return _read_once(_root() / f"{name}.yaml")


@cache  # what is shipped stays as it is, and a policy that cites eight of them is read several times
def _read_once(path: Path) -> Instrument:
    return read_instrument(path)


def _root() -> Path:
    return Path(str(shipped("policies"))) / FOLDER


def read_instrument(path: Path) -> Instrument:
    """A catalogue of clauses. Raises WrittenFault with every fault, also where the file is not called as it is."""
    marked = read_yaml(path)
    instrument = validated(Instrument, marked)
    if instrument.instrument != path.stem:
        what = f"the instrument '{instrument.instrument}' stands in a file of another name"
        raise WrittenFault(
            what, where=marked.where("instrument"), remedy=f"Call the file {instrument.instrument}.yaml."
        )
    return instrument


def known_to(policies: Iterable[Marked]) -> dict[str, Instrument]:
    """The instruments that policies cite: shipped ones, and those in catalogues of their own."""
    found: dict[str, Instrument] = {}
    for marked in policies:
        for at, name in enumerate(_listed(marked.data, "catalogues")):
            refuse_way_out(marked.path.parent, str(name), marked.where("catalogues", at))
            path = marked.path.parent / str(name)
            if not path.exists():
                where, remedy = marked.where("catalogues", at), "Paths are relative to the file that names them."
                raise WrittenFault(f"there is no file '{name}'", where=where, remedy=remedy)
            instrument = read_instrument(path)
            if instrument.instrument in shipped_names():
                what = f"'{instrument.instrument}' is the name of a catalogue that comes with the program"
                where = marked.where("catalogues", at)
                raise WrittenFault(what, where=where, remedy="Give your own another name, file and `instrument`.")
            if found.setdefault(instrument.instrument, instrument) != instrument:
                what = f"'{instrument.instrument}' is the name of another catalogue that this policy has, too"
                raise WrittenFault(what, where=marked.where("catalogues", at), remedy="Give one of them another name.")
        listed = [str(name) for name in _listed(marked.data, "regulations")]
        for name in (*listed, *(cite.partition("/")[0] for _, cite in _cites(marked))):
            if name not in found and name in shipped_names():
                found[name] = shipped_instrument(name)
    return found


def unknown(marked: Marked, instruments: dict[str, Instrument]) -> Iterator[Problem]:
    """Instruments and clauses that a policy file names and that no catalogue has."""
    for at, name in enumerate(_listed(marked.data, "regulations")):
        if str(name) not in instruments:
            where = marked.where("regulations", at)
            yield Problem(
                where, f"there is no instrument '{name}'", nearest(name, sorted({*instruments, *shipped_names()}))
            )
    for place, cite in _cites(marked):
        if place in marked.values and cited(cite, instruments) is None:
            yield Problem(marked.where(*place), f"there is no clause '{cite}'", _near(cite, instruments))


def _cites(marked: Marked) -> Iterator[tuple[Keys, str]]:
    for at, requirement in enumerate(_listed(marked.data, "requirements")):
        for n, cite in enumerate(_listed(requirement, "cites")):
            yield ("requirements", at, "cites", n), str(cite)


def _listed(holder: object, key: str) -> list[object]:
    given = holder.get(key) if isinstance(holder, dict) else None
    return given if isinstance(given, list) else []


def _near(cite: str, instruments: dict[str, Instrument]) -> str:
    name, _, clause = cite.partition("/")
    known = instruments.get(name)
    if known is None:
        every = sorted({*instruments, *shipped_names()})
        meant = closest(name, every)
        other = instruments.get(meant) or (shipped_instrument(meant) if meant else None)
        whole = f"{meant}/{clause}"
        return f"Did you mean '{whole}'?" if other and cited(whole, {meant: other}) else nearest(name, every)
    meant = closest(clause, [one.id for one in known.clauses]) if clause else ""
    listing = name if name in shipped_names() else f"{name}.yaml"
    return f"Did you mean '{name}/{meant}'?" if meant else f"`auditor regulations {listing}` lists its clauses."
