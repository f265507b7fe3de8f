"""What differs between two captures, equal differences told once."""

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

ANSWERS = "answers.jsonl.gz"
FACTS = ("status", "type", "location")
Key = tuple[str, str, str]  # person, language, address
Hunk = tuple[str, ...]  # lines gone with a minus, lines come with a plus


def answers(folder: Path) -> Iterator[dict]:
    with gzip.open(folder / ANSWERS, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def by_address(folder: Path) -> dict[Key, dict]:
    return {(one["person"], one["language"], one["address"]): one for one in answers(folder)}


def hunks(before: list[str], after: list[str]) -> Iterator[Hunk]:
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            yield (*(f"- {line}" for line in before[a:b]), *(f"+ {line}" for line in after[c:d]))


def part_of(part: str, hunk: Hunk) -> str:
    """``breaks`` where only lines and cells are broken otherwise, ``figures`` where only digits differ."""
    gone, come = (
        re.sub(r"[\s|]", "", "".join(line[2:] for line in hunk if line[0] == sign)) for sign in "-+"
    )
    if gone == come:
        return "breaks"
    return "figures" if re.sub(r"\d+", "#", gone) == re.sub(r"\d+", "#", come) else part


def differences(old: dict, new: dict) -> Iterator[tuple[str, Hunk]]:
    for part in FACTS:
        if old[part] != new[part]:
            yield part, (f"- {old[part]}", f"+ {new[part]}")
    for part in sorted({*old, *new} - {*FACTS, "person", "language", "address", "route"}):
        before, after = old.get(part, []), new.get(part, [])
        if part == "links":
            yield from ((part, (f"- {link}",)) for link in sorted({*before} - {*after}))
            yield from ((part, (f"+ {link}",)) for link in sorted({*after} - {*before}))
        elif before != after:
            yield from ((part_of(part, hunk), hunk) for hunk in hunks(before, after))


@dataclass
class Comparison:
    """Two captures, and for each kind of difference that is not meant where it is."""

    old: dict[Key, dict]
    new: dict[Key, dict]
    ignored: set[str]
    meant: list[str]
    places: dict[tuple[str, str], list[Key]] = field(default_factory=lambda: defaultdict(list))
    samples: dict[tuple[str, str], Hunk] = field(default_factory=dict)
    met: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.both = [key for key in self.old if key in self.new]
        for key in self.both:
            for part, hunk in differences(self.old[key], self.new[key]):
                if part not in self.ignored and not self.is_meant(key, part, hunk):
                    shape = part, re.sub(r"\d+", "#", "\n".join(hunk))
                    self.places[shape].append(key)
                    self.samples.setdefault(shape, hunk)

    def is_meant(self, key: Key, part: str, hunk: Hunk) -> bool:
        told = "\n".join([f"{part} /{self.route(key)}", *hunk])
        found = next((pattern for pattern in self.meant if re.search(pattern, told, re.M)), None)
        if found:
            self.met[found] += 1
        return found is not None

    def route(self, key: Key) -> str:
        return str(self.old[key]["route"])

    def alone(self) -> Iterator[str]:
        """Addresses that were asked for once only."""
        for side, ours, theirs in (("before", self.old, self.new), ("after", self.new, self.old)):
            only = [one for key, one in ours.items() if key not in theirs]
            for (route, status), count in sorted(
                Counter((one["route"], one["status"]) for one in only).items()
            ):
                yield f"only {side}: {count:5} of /{route}, status {status}"

    def by_route(self) -> Iterator[str]:
        """How many answers of each route differ, and in what."""
        compared, differing = Counter(map(self.route, self.both)), defaultdict(set)
        for (part, _shape), keys in self.places.items():
            for key in keys:
                differing[self.route(key), part].add(key)
        for (route, part), found in sorted(differing.items()):
            yield f"{part:9} {len(found):5} of {compared[route]:5}  /{route}"

    def by_kind(self) -> Iterator[str]:
        """Equal differences once, the most frequent first."""
        for shape, keys in sorted(self.places.items(), key=lambda place: -len(place[1])):
            routes = sorted(set(map(self.route, keys)))
            where = f"{len(routes)} routes: {', '.join(routes[:6])}"
            lines = (f"    {line[:300]}" for line in self.samples[shape][:12])
            query = f"  for example {' '.join(keys[0])}"
            yield "\n".join([f"\n{shape[0]}: {len(keys)} times, {where}", query, *lines])


def diff(before: Path, after: Path, ignored: set[str], meant: list[str], most: int) -> int:
    found = Comparison(by_address(before), by_address(after), ignored, meant)
    print(f"{len(found.both)} answers compared; {len(found.old)} before, {len(found.new)} after")
    print(*(f"meant {found.met[pattern]:5}  {pattern}" for pattern in meant), sep="\n")
    alone = [*found.alone()]
    print(*alone, *found.by_route(), *[*found.by_kind()][:most], sep="\n")
    if len(found.places) > most:
        print(f"\n{len(found.places) - most} further; --most {len(found.places)} shows them")
    return 1 if alone or found.places else 0
