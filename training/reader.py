"""Train the reader: which line of a passage answers a question, where in it the answer stands, or that none does.

    python -m training.reader [english|scans|multilingual] [--data DIR] [--epochs 3] [--to FILE]

On one core with bf16 instructions, 2,100 tokens a second, 1,500 where it rounds; with AVX2 alone, in float32, 600.
README.md says how the weights that ship were made. `python -m training.export` turns the result into what ships.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from lamplight.models.catalogue import ENGLISH, MULTILINGUAL
from lamplight.models.embedder import Embedder
from lamplight.models.prepare import ensure_embedder
from lamplight.models.reader_input import ReaderTokenizer
from training.evaluation import evaluate
from training.examples import COMMON, Example, dressed, examples, names_of
from training.forms import asked_elsewhere, forms
from training.network import (
    HAS_BF16,
    Language,
    ReaderNetwork,
    Target,
    batch_of,
    loss_of,
    new_network,
    padded,
    rounding,
    tokenizer_of,
)
from training.papers import FOLDER, Asked, asked_papers, document_of, drawn_papers, is_picture
from training.receipt_details import drawn_details, receipt_details
from training.shipped import SHIPPED, begin_with_shipped, language_of
from training.translated import translated
from training.translations import FOLDER as TRANSLATIONS

DATA = Path("..") / "shared" / "data"
SEED = 17
BATCH_TOKENS = 4_096
RATE = 1.2e-4  # of the encoder
HEAD_RATE = 10  # times faster learns the head, which begins with nothing
WARM_UP = 0.04  # of all steps
PROSE = 0.5  # of the groups of articles, drawn anew in each epoch: there are twice as many as of all other kinds
FORMS = 6_000  # made-up ones in each epoch, in nine languages
# Of the examples of a kind: so many more, with a question of another document.
ELSEWHERE = {"receipt": 0.5, "squad": 0.1, "tatqa": 0.3, "wtq": 0.2, "form": 0.3, "cell": 0.2}
OF_FORMS = 0.5  # of the questions of others that receipts are asked
EVALUATED = 600  # examples of those held out: all of them take more than ten minutes
SPANS_WEIGHT = 0.5
GUESSES_WEIGHT = 0.15  # where only what can't be the answer is known
WORD = re.compile(r"\w+")
QUANTITY = re.compile(
    r"\b(when|how (?:many|much|long|old|far|tall|large|big|high)|"
    r"what (?:year|date|day|month|percent\w*|number|time|century|age|decade)|"
    r"in (?:what|which) (?:year|month|century|decade))\b",
    re.IGNORECASE,
)
NUMBER = re.compile(
    r"(?i)^(?:.*\d.*|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|"
    r"thousand|half|january|february|march|april|may|june|july|august|september|october|november|december)$"
)


def targets_of(example: Example, tokenizer: ReaderTokenizer) -> list[Target]:
    """One target for each window of an example; an answer in another window is none in this one."""
    targets = []
    for window in tokenizer.windows(example.question, example.header, example.lines):
        target = Target(window, [], [], [], [])
        for place, line in enumerate(window.lines):
            if line not in example.answers:
                continue
            span = example.spans[example.answers.index(line)]
            offsets, first = window.offsets[place], window.marks[place] + 1
            starts, ends = _places(example, line, span, offsets)
            target.answers.append(place)
            target.starts.append([first + index for index in starts])
            target.ends.append([first + index for index in ends])
            target.known.append(span is not None)
        targets.append(target)
    return targets


def _places(
    example: Example, line: int, span: tuple[int, int] | None, offsets: Sequence[tuple[int, int]]
) -> tuple[list[int], list[int]]:
    if span is not None:
        inside = [index for index, (start, end) in enumerate(offsets) if start >= span[0] and end <= span[1]]
        return inside[:1], inside[-1:]
    if example.source not in ("squad", "tatqa"):
        return [], []
    return _possible(example.question, example.lines[line], offsets)


def _possible(question: str, line: str, offsets: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """An answer neither begins nor ends with a word of the question, and one to "when" has a number or a month."""
    asked = {word.lower() for word in WORD.findall(question)} | COMMON
    words = [(match.start(), match.end(), match[0]) for match in WORD.finditer(line)]
    free = [word for word in words if word[2].lower() not in asked]
    if QUANTITY.search(question):
        free = [word for word in free if NUMBER.match(word[2])] or free
    starts = [index for index, (start, _) in enumerate(offsets) if any(start == word[0] for word in free)]
    ends = [index for index, (_, end) in enumerate(offsets) if any(end == word[1] for word in free)]
    return starts, ends


def batches(targets: Sequence[Target], chance: random.Random) -> list[list[Target]]:
    """Of like length, so that little is padded, in any order; what doesn't fill a batch waits for the next epoch.

    There are few shapes: for each new one oneDNN compiles kernels and keeps them, gigabytes for hundreds.
    """
    by_length: dict[int, list[Target]] = {}
    for target in targets:
        by_length.setdefault(padded(len(target.window.ids)), []).append(target)
    made = []
    for length, members in by_length.items():
        chance.shuffle(members)
        size = max(1, BATCH_TOKENS // length)
        made += [members[start : start + size] for start in range(0, len(members) - size + 1, size)]
    chance.shuffle(made)
    return made


def held_out(everything: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """Every fiftieth question aside, by its text, so that the same question is never on both sides.

    Of what was written for the training every twelfth document, with all that is asked of it.
    """

    def aside(example: Example) -> bool:
        if example.source.startswith("paper"):
            return zlib.crc32(document_of(example).encode()) % 12 == 0
        if example.source == "receipt detail":
            return zlib.crc32(min(example.lines).encode()) % 12 == 0
        return zlib.crc32(example.question.lower()[-24:].encode()) % 50 == 0

    return [one for one in everything if not aside(one)], [one for one in everything if aside(one)]


@dataclass(frozen=True, slots=True)
class Shares:
    """Of the examples of an epoch: of what receipts are asked, of what papers are asked by itself, of all `others`."""

    receipts: float = 1.0
    papers: float = 1.0
    others: float = 1.0


def drawn_examples(
    data: Path, asked: Sequence[Asked], language: Language, shares: Shares, chance: random.Random
) -> list[Example]:
    """Of one epoch: all kinds, each in a dress drawn anew."""
    groups = examples(data, chance)
    names = names_of(groups)
    made = [*groups, *forms(FORMS, names, chance)]
    if language == "multilingual":
        made += [dressed(example, names, chance) for example in translated(data, chance)]
    else:
        made = [one for one in made if not one.source.startswith("form ") or one.source == "form en"]
    made += drawn_details(receipt_details(data), chance)
    kept = [
        example
        for example in made
        if chance.random() < (shares.receipts if example.source.startswith("receipt") else shares.others)
    ]
    return [*kept, *drawn_papers(asked, language, shares.papers, chance)]


def epochs(
    options: argparse.Namespace, tokenizer: ReaderTokenizer, asked: Sequence[Asked]
) -> Iterator[tuple[int, int, list[Target]]]:
    """(step, steps, batch); steps are estimated from the first epoch."""
    chance = random.Random(SEED)
    step = steps = 0
    for epoch in range(options.epochs):
        shares = Shares(options.receipts, options.papers, options.others)
        made, _ = held_out(drawn_examples(options.data, asked, language_of(options.which), shares, chance))
        made += [elsewhere for one in made if (elsewhere := _elsewhere(one, made, chance)) is not None]
        made = [one for one in made if one.source != "squad" or chance.random() < PROSE]
        targets = [target for example in made for target in targets_of(example, tokenizer)]
        drawn = batches(targets, chance)
        steps = steps if epoch else len(drawn) * options.epochs
        for batch in drawn:
            yield step, max(steps, step + 1), batch
            step += 1


def _elsewhere(example: Example, others: Sequence[Example], chance: random.Random) -> Example | None:
    """The lines of some examples again, asked what they can't answer: what another of their kind is asked."""
    if chance.random() >= ELSEWHERE.get(example.source.split()[0], 0.0):
        return None
    other = chance.choice(others)
    if example.source.startswith("receipt") and (chance.random() < OF_FORMS or not _is_of_a_paper(other)):
        return replace(example, question=asked_elsewhere(chance), answers=(), spans=())
    question = other.question
    return replace(example, question=question, answers=(), spans=())


def _is_of_a_paper(example: Example) -> bool:
    return example.source.startswith("paper") and not is_picture(example)


def main() -> int:
    """Train, print the rates on what was held out to stderr, save the `state_dict` at `--to` and return 0."""
    parser = argparse.ArgumentParser(description="Train the reader.")
    parser.add_argument("which", nargs="?", choices=SHIPPED, default="english")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=0.0, help="end after so long, the rate falling accordingly")
    parser.add_argument("--to", type=Path, default=Path("training") / "reader.pt")
    parser.add_argument("--begin-with", type=Path, help="weights to go on from")
    parser.add_argument("--go-on", choices=SHIPPED, help="begin with the weights of this reader that ship")
    parser.add_argument("--receipts", type=float, default=1.0, help="share of what receipts are asked")
    parser.add_argument("--others", type=float, default=1.0, help="share of all but papers and receipts")
    parser.add_argument("--papers", type=float, default=1.0, help="share of what papers are asked by itself")
    parser.add_argument("--rate", type=float, default=RATE, help="of the encoder, at first")
    parser.add_argument("--rounded-from", type=float, default=0.5, help="share of the training that doesn't round yet")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    language = language_of(options.which)
    torch.set_num_threads(options.threads)
    torch.manual_seed(SEED)
    with new_network(language) as (network, path):
        tokenizer = tokenizer_of(path)
        network.train()
    if options.begin_with:
        network.load_state_dict(torch.load(options.begin_with, weights_only=True))
    elif options.go_on:
        begin_with_shipped(network, options.go_on)
    base = {"english": ENGLISH, "multilingual": MULTILINGUAL}[language]
    asked = asked_papers(FOLDER, Embedder(ensure_embedder(base), model=base), TRANSLATIONS)
    chance = random.Random(SEED + 1)
    _, aside = held_out(drawn_examples(options.data, asked, language, Shares(), chance))
    aside = chance.sample(aside, min(EVALUATED, len(aside)))
    train(network, tokenizer, asked, aside, options)
    torch.save(network.state_dict(), options.to)
    sys.stderr.write(evaluate(network, lambda one: targets_of(one, tokenizer), aside) + "\n")
    return 0


def train(
    network: ReaderNetwork,
    tokenizer: ReaderTokenizer,
    asked: Sequence[Asked],
    aside: Sequence[Example],
    options: argparse.Namespace,
) -> None:
    """Until the epochs or the minutes are over, the rate falling; what is learnt so far is saved at times."""
    learning = [parameter for parameter in network.encoder.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": learning, "lr": options.rate},
            {"params": list(network.head.parameters()), "lr": HEAD_RATE * options.rate},
        ],
        weight_decay=0.01,
        fused=True,
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    started, recent, tokens = time.monotonic(), 0.0, 0
    for step, steps, batch in epochs(options, tokenizer, asked):
        elapsed = time.monotonic() - started
        done = elapsed / 60 / options.minutes if options.minutes else step / steps
        if done >= 1:
            break
        if done >= options.rounded_from:
            rounding(network)
        factor = min(1.0, done / WARM_UP + 0.02) * (1 - done)
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * factor
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=HAS_BF16):
            scores = network(**batch_of([target.window for target in batch]))
        loss = loss_of(scores, batch, SPANS_WEIGHT, GUESSES_WEIGHT)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        recent += float(loss.detach())
        tokens += sum(len(target.window.ids) for target in batch)
        if step % 50 == 49:
            sys.stderr.write(
                f"{step + 1} of {steps}: loss {recent / 50:.3f}, {tokens / (time.monotonic() - started):.0f} tokens/s\n"
            )
            recent = 0.0
        if step % 400 == 399:
            torch.save(network.state_dict(), options.to)
            sys.stderr.write(evaluate(network, lambda one: targets_of(one, tokenizer), aside) + "\n")


if __name__ == "__main__":
    sys.exit(main())
