"""Changes of valid files: of their tree, so that most still pass the first test of their form, and of their bytes."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

HOSTILE: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**31,
    10**9,
    10**30,
    -0.5,
    1e308,
    float("nan"),
    float("inf"),
    "",
    " ",
    "nan",
    "../../etc/passwd",
    "/dev/zero",
    "file:///etc/passwd",
    "=HYPERLINK(1)",
    "\x1b[2J\u202e",
    "\x00",
    "\ud800",
    "{{ 7 * 7 }}",
    "<script>",
    "x" * 5000,
    [],
    {},
    [[[[[[]]]]]],
    {"class_name": "Lambda", "config": {"name": "evil"}},
    {"class_name": "function", "config": "system", "module": "os"},
)
_KEYS = ("class_name", "module", "config", "limit", "extends", "path", "__class__", "", "verdict", "status", "name")


def places(tree: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value in a tree of dicts and lists, but the root's."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    found = []
    for key, value in inner:
        found += [(*at, key), *places(value, (*at, key))]
    return found


def changed_tree(tree: Any, random: Random) -> Any:
    """A copy with one to three changes: a value replaced, taken out, moved, doubled, put under another key."""
    tree = copy.deepcopy(tree)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        paths = places(tree)
        if not paths:
            return tree
        *way, last = random.choice(paths)
        holder = _at(tree, way)
        _change(tree, holder, last, random)
    return tree


def _at(tree: Any, way: list[Any]) -> Any:
    for step in way:
        tree = tree[step]
    return tree


def _change(tree: Any, holder: Any, last: Any, random: Random) -> None:
    match random.randrange(6):
        case 0:
            del holder[last]
        case 1:
            other = random.choice(places(tree))
            holder[last] = copy.deepcopy(_at(tree, list(other)))
        case 2 if isinstance(holder, dict):
            holder[random.choice(_KEYS)] = holder.pop(last)
        case 3 if isinstance(holder, dict):
            holder[random.choice(_KEYS)] = copy.deepcopy(random.choice(HOSTILE))
        case 4:
            holder[last] = [holder[last], copy.deepcopy(holder[last])]
        case _:
            holder[last] = copy.deepcopy(random.choice(HOSTILE))


def changed_bytes(raw: bytes, random: Random) -> bytes:
    """A few bytes flipped, put in, taken out or cut off."""
    made = bytearray(raw)
    for _ in range(random.randrange(1, 5)):
        at = random.randrange(max(1, len(made)))
        match random.randrange(5):
            case 0:
                made[at : at + 1] = bytes([random.randrange(256)])
            case 1:
                made[at:at] = random.randbytes(random.randrange(1, 9))
            case 2:
                del made[at : at + random.randrange(1, 30)]
            case 3:
                made[at:at] = made[at : at + random.randrange(1, 99)]
            case _:
                del made[at:]
    return bytes(made)


def text_of(tree: Any) -> bytes:
    """JSON, which is YAML as well; a lone surrogate stays the escape that it is."""
    return json.dumps(tree).encode()
