"""Files that are broken in a thousand ways, read as `add` reads them: does every one end, in time and in a sentence?

    python -m bench.mutations [--data ../shared/cases/files] [--count 1000] [--keep FOLDER]

Each is a real file with bytes flipped, a part cut off, taken out, doubled or put in from another file, or under another
file's name. `mutations_bugs` are errors of a reader that nobody foresaw: a file's failure, but a poor sentence.
"""

from __future__ import annotations

import random
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.measuring import Measures, options, progress, report
from lamplight.ingest.pipeline import FileResult, index_files
from lamplight.ingest.reading_process import ReadingProcesses
from lamplight.library.store import Library
from lamplight.models.loading import Models

SEED = 11
COUNT = 1_000
MOST_BYTES = 2_000_000  # of a file that is mutated: what takes long whole takes long broken
PAGE_SECONDS = 30.0  # of processor time without a page, after which a file is given up
LIMIT = 120.0  # seconds for one file, all in all, on a busy computer
UNFORESEEN = re.compile(r"\((\w*(?:Error|Exception|Warning|Interrupt|StopIteration))\b")
Mutator = Callable[[bytes, bytes, random.Random], bytes]


def flips(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Random values at 1, 4, 32 or 256 places, some of which may coincide. `data` can't be empty."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 4, 32, 256))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """A beginning, which may be empty but is never all of it. `data` can't be empty."""
    return data[: chance.randrange(len(data))]


def beheaded(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """All but its first 1 to 63 bytes; empty where it has no more."""
    return data[chance.randrange(1, 64) :]


def hole(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """A stretch of any length is taken out or becomes zeros."""
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:start] + chance.choice((b"", bytes(end - start))) + data[end:]


def doubled(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """A stretch of any length comes twice in a row."""
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:end] + data[start:]


def spliced(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """A beginning of `data`, which may be empty, and an end of `other`, which isn't. Neither of them can be empty."""
    return data[: chance.randrange(len(data))] + other[chance.randrange(len(other)) :]


def digits(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """Numbers become huge, or negative: lengths, counts, sizes of pictures."""
    found = list(re.finditer(rb"\d+", data))
    for match in sorted(chance.sample(found, min(len(found), 8)), key=lambda match: -match.start()):
        data = data[: match.start()] + chance.choice((b"0", b"-1", b"99999999999", b"4294967296")) + data[match.end() :]
    return data


def misnamed(data: bytes, other: bytes, chance: random.Random) -> bytes:
    """As it is; only its ending is another file's."""
    return data


MUTATORS: tuple[Mutator, ...] = (flips, cut, beheaded, hole, doubled, spliced, digits, misnamed)


def mutated(files: list[Path], count: int, folder: Path) -> Iterator[tuple[Path, str]]:
    """Written one by one, kinds of files and mutators taking turns."""
    chance = random.Random(SEED)
    by_kind: dict[str, list[Path]] = {}
    for path in files:
        by_kind.setdefault(path.suffix.lower(), []).append(path)
    kinds = sorted(by_kind)
    for number in range(count):
        source, other = (chance.choice(by_kind[kind]) for kind in (kinds[number % len(kinds)], chance.choice(kinds)))
        mutator = MUTATORS[number // len(kinds) % len(MUTATORS)]
        ending = other.suffix if mutator is misnamed else source.suffix
        path = folder / f"{number:04}-{mutator.__name__}{ending}"
        path.write_bytes(mutator(source.read_bytes(), other.read_bytes(), chance))
        yield path, f"{mutator.__name__} {source.name}"


def mutations(data: Path, count: int, keep: Path | None) -> Measures:
    """How `count` broken files end, from `data` and its subfolders, and whether their new library is sound (1 or 0).

    Those that end badly are copied to `keep`; None copies nothing.
    """
    files = sorted(path for path in data.rglob("*") if path.is_file() and 0 < path.stat().st_size <= MOST_BYTES)
    models = Models()
    ends: Counter[str] = Counter()
    started, slowest = time.monotonic(), 0.0
    with tempfile.TemporaryDirectory() as name, Library(Path(name, "library")) as library:
        processes = ReadingProcesses(page_seconds=PAGE_SECONDS)
        (folder := Path(name, "files")).mkdir()
        origins = {str(path.resolve()): origin for path, origin in mutated(files, count, folder)}
        try:
            for result in index_files(((Path(path), "") for path in origins), library, models, processes):
                if isinstance(result, FileResult):
                    what = _end(result)
                    ends.update(what)
                    slowest = max(slowest, result.seconds)
                    if what & {"bugs", "crashes", "hangs", "silent"}:
                        progress(f"{', '.join(sorted(what))}: {origins[result.path]}: {result.error} {result.seconds}")
                        if keep is not None:
                            keep.mkdir(parents=True, exist_ok=True)
                            shutil.copy(result.path, keep)
        finally:
            processes.close()
        sound = library.database.problems() == [] and library.vectors.store(models.embedder).ids() == set(
            library.passages.findable()
        )
    names = ("added", "unchanged", "failed", "skipped", "silent", "bugs", "crashes", "hangs")
    return {
        "mutations": count,
        **{f"mutations_{name}": ends[name] for name in names},
        "mutations_without_result": count - ends["results"],
        "mutations_library_sound": int(sound),
        "mutations_slowest_seconds": round(slowest, 1),
        "mutations_seconds": round(time.monotonic() - started),
    }


def _end(result: FileResult) -> set[str]:
    ends = {"results", result.status}
    if result.status in ("failed", "skipped") and not result.error.rstrip().endswith((".", "!", "?", ")")):
        ends.add("silent")
    if UNFORESEEN.search(result.error):
        ends.add("bugs")
    if "made its reader crash" in result.error:
        ends.add("crashes")
    if result.seconds > LIMIT:
        ends.add("hangs")
    return ends


if __name__ == "__main__":
    parser = options(__doc__ or "")
    parser.set_defaults(data=Path("..") / "shared" / "cases" / "files")
    parser.add_argument("--keep", type=Path, help="copy the files that ended badly into this folder")
    parsed = parser.parse_args()
    report(mutations(parsed.data, parsed.count or COUNT, parsed.keep), parsed.json)
