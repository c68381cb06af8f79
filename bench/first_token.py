"""How long until the first word, over about 1,500 tokens of passages.

Baseline: `llama_cpp.Llama.create_chat_completion` with the passages in the prompt, on the file as it came, and on the
one we prepared (`…_same_file`). Floor: the question's own tokens alone behind the fixed prompt.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measuring import Measures, progress, summary
from bench.questions import Asked, articles
from bench.sections import Found, SectionFinder, index_sections
from lamplight.library.store import Library
from lamplight.models.catalogue import LANGUAGE_MODEL
from lamplight.models.engine import never
from lamplight.models.language_model import LanguageModel, PassagePrompt, Piece, PrefillStep, Usage
from lamplight.models.loading import Models
from lamplight.models.processor import physical_cores
from lamplight.models.quantise import saved_preparation
from lamplight.rag.finding import Finder
from lamplight.rag.reading import rank_prior, stable_order
from lamplight.rag.speculative_prefill import SpeculativePrefill
from lamplight.scheduling import Scheduler

SYSTEM = "You answer questions using only the passages the user gives. Answer in one or two short sentences."
TYPING_SECONDS = 6.0
GENERATED = 48
SEED = 3
Clock = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds to the first piece of text and to the end, and the text."""

    first: float
    total: float
    text: str
    usage: Usage


def first_token(models: Models, data: Path, runs: int) -> Measures:
    """Each run asks another question about other passages, of all sides in turn."""
    model = models.local_model
    model.forget()
    groups = articles(data)
    questions = random.Random(SEED).sample([asked for group in groups for asked in group], 4 * runs)
    with tempfile.TemporaryDirectory() as folder, Library(Path(folder) / "library") as library:
        sections = index_sections(groups, Path(folder), library, models)
        finder = SectionFinder(Finder(library, models), sections)
        baselines = baselines_of(models, model.context_tokens)
        taken: dict[str, list[float]] = {}
        identical = True
        rates: dict[str, list[float]] = {"ours": [], "raw": []}
        used: set[str] = set()
        tokens = alone = 0
        for asked in questions:
            found = finder.find(asked.text)
            if used & set(found.sections) and len(used) < len(sections) // 2:
                continue
            used |= set(found.sections)
            run, same, tokens = _one_run(model, baselines, finder, asked, found, rates)
            identical &= same
            for name, seconds in run.items():
                taken.setdefault(name, []).append(seconds)
            alone += found.near == 1
            count = len(taken["floor"])
            progress(f"run {count} of {runs}: " + ", ".join(f"{name} {value:.2f} s" for name, value in run.items()))
            if count == runs:
                break
    measures = _measures(model, taken, rates, identical, tokens)
    return {**measures, "one_passage_rate_of_runs": round(alone / len(taken["floor"]), 2)}


def _one_run(
    model: LanguageModel,
    baselines: dict[str, Any],
    finder: SectionFinder,
    asked: Asked,
    found: Found,
    rates: dict[str, list[float]],
) -> tuple[dict[str, float], bool, int]:
    """Seconds of each side, whether speculative prefill changed nothing, and the tokens of the passages."""
    together = PassagePrompt(SYSTEM, tuple(found.sections), asked.text)
    near = PassagePrompt(SYSTEM, together.passages[: found.near], asked.text)
    other = f"Which words in it matter most? {asked.text}"
    warm(model)
    floor = timed(model.read(PassagePrompt(SYSTEM, (), asked.text), GENERATED, never))
    typing, plain = _while_typing(model, finder, asked)
    typing_together, plain_together = _while_typing_together(model, finder, asked)
    model.forget()
    model.prewarm(SYSTEM, found.sections, never)
    warm(model)
    apart = timed(model.read_apart(near, GENERATED, never, rank_prior(found.near)))
    follow = timed(
        model.read_apart(PassagePrompt(SYSTEM, near.passages, other), GENERATED, never, rank_prior(found.near))
    )
    warm(model)
    four = timed(model.read_apart(together, GENERATED, never, rank_prior(len(found.sections))))
    exact = timed(model.read(together, GENERATED, never))
    follow_together = timed(model.read(PassagePrompt(SYSTEM, together.passages, other), GENERATED, never))
    follow_floor = timed(model.read(PassagePrompt(SYSTEM, (), other), GENERATED, never))
    rates["ours"].append(floor.usage.generated_tokens / floor.usage.decode_seconds)
    rates["raw"].append(_raw_rate(model, floor.usage.prompt_tokens))
    seconds = {
        "floor": floor.first, "remembered": apart.first, "remembered_answer": apart.total, "exact": exact.first,
        "remembered_four": four.first, "typing": typing.first, "plain": plain.first,
        "typing_together": typing_together.first, "plain_together": plain_together.first,
        "followup": follow.first, "followup_together": follow_together.first, "followup_floor": follow_floor.first,
    }  # fmt: skip
    for name, llama in baselines.items():
        seconds[name], seconds[f"{name}_answer"] = ask_baseline(llama, together)
    same = typing.text == plain.text and typing_together.text == plain_together.text
    return seconds, same, sum(model.count_tokens(text) for text in found.sections)


def warm(model: LanguageModel) -> None:
    """The fixed prompt is in memory, as it is in the app after the first question."""
    timed(model.read(PassagePrompt(SYSTEM, (), "Hello?"), 1, never))


def _while_typing(model: LanguageModel, finder: SectionFinder, asked: Asked) -> tuple[Timed, Timed]:
    """The answer after `TYPING_SECONDS` of typing, and the one to the same prompt of a model that did not listen.

    As the app reads a plain question: what is found meanwhile is remembered, the passages near the best are read.
    """
    model.forget()
    typed(
        asked.text,
        lambda text: finder.find(text).sections,
        lambda text, passages, stopped: model.prewarm(SYSTEM, passages, stopped),
    )
    found = finder.find(asked.text)
    reading = PassagePrompt(SYSTEM, tuple(found.sections[: found.near]), asked.text)
    typing = timed(model.read_apart(reading, GENERATED, never, rank_prior(found.near)))
    model.forget()
    return typing, timed(model.read_apart(reading, GENERATED, never, rank_prior(found.near)))


def _while_typing_together(model: LanguageModel, finder: SectionFinder, asked: Asked) -> tuple[Timed, Timed]:
    """Likewise, with all passages in one prompt, as the app reads comparisons and lists."""
    model.forget()
    begun: list[str] = []

    def find(text: str) -> list[str]:
        begun[:] = stable_order(begun, finder.find(text).sections)
        return list(begun)

    typed(
        asked.text,
        find,
        lambda text, passages, stopped: model.prefill(PassagePrompt(SYSTEM, tuple(passages), ""), stopped),
    )
    reading = PassagePrompt(SYSTEM, tuple(find(asked.text)), asked.text)
    typing = timed(model.read(reading, GENERATED, never))
    model.forget()
    return typing, timed(model.read(reading, GENERATED, never))


def typed(
    text: str,
    find: Callable[[str], Sequence[str]],
    read: Callable[[str, Sequence[str], Callable[[], bool]], object],
) -> None:
    """A question word by word, in `TYPING_SECONDS`; what `find` finds is read meanwhile."""
    prefill = SpeculativePrefill(Scheduler(), find, read)
    words = text.split()
    for count in range(1, len(words) + 1):
        prefill.typed(" ".join(words[:count]))
        time.sleep(TYPING_SECONDS / len(words))
    prefill.stop()


def timed(events: Iterator[PrefillStep | Piece | Usage], clock: Clock = time.perf_counter) -> Timed:
    """Exhausts `events`. `first` is `total` where no text came, and `usage` is all zeros where none came."""
    started, first, text, usage = clock(), 0.0, "", Usage(0, 0, 0, 0, 0.0)
    for event in events:
        if isinstance(event, Piece):
            first = first or clock() - started
            text += event.text
        elif isinstance(event, Usage):
            usage = event
    total = clock() - started
    return Timed(first or total, total, text, usage)


def _raw_rate(model: LanguageModel, position: int) -> float:
    """Tokens/s of a loop that does nothing but `llama_decode` and an argmax, at the same place of the context."""
    engine = model.engine
    llama, context = engine.llama, engine.context
    engine.clear()
    tokens = (llama.llama_token * position)(*[100] * position)
    llama.llama_decode(context, llama.llama_batch_get_one(tokens, position))
    single = (llama.llama_token * 1)(100)
    started = time.perf_counter()
    for _ in range(GENERATED):
        llama.llama_decode(context, llama.llama_batch_get_one(single, 1))
        single[0] = int(engine.last_logits().argmax())
    rate = GENERATED / (time.perf_counter() - started)
    model.forget()
    return rate


def baselines_of(models: Models, context_tokens: int) -> dict[str, Any]:
    """Loaded `Llama` models: `baseline`, and `baseline_same_file` if a file was prepared. Raises `WeightsError`."""
    files = {"baseline": LANGUAGE_MODEL.verified_path()}
    prepared = saved_preparation(models.folder, LANGUAGE_MODEL.sha256)
    if prepared is not None and prepared.file:
        files["baseline_same_file"] = models.folder / prepared.file
    return {name: usual(path, context_tokens) for name, path in files.items()}


def usual(path: Path, context_tokens: int, threads: int = 0) -> Any:
    """A model run as everybody does, on all cores unless told otherwise."""
    from llama_cpp import Llama

    threads = threads or physical_cores()
    return Llama(str(path), n_ctx=context_tokens, n_threads=threads, n_threads_batch=threads, verbose=False)


def ask_baseline(
    llama: Any, prompt: PassagePrompt, tokens: int = GENERATED, clock: Clock = time.perf_counter
) -> tuple[float, float]:
    """Seconds to the first piece of at most so many tokens, and to the end; nothing of an earlier prompt is left."""
    llama.reset()
    passages = "\n\n".join(text.strip() for text in prompt.passages)
    chat = [
        {"role": "system", "content": prompt.system},
        {"role": "user", "content": f"Passages:\n\n{passages}\n\nQuestion: {prompt.question}"},
    ]
    started, first = clock(), 0.0
    stream = llama.create_chat_completion(chat, max_tokens=tokens, temperature=0.0, repeat_penalty=1.1, stream=True)
    for part in stream:
        if part["choices"][0]["delta"].get("content"):
            first = first or clock() - started
    total = clock() - started
    return first or total, total


def _measures(
    model: LanguageModel,
    taken: dict[str, list[float]],
    rates: dict[str, list[float]],
    identical: bool,
    tokens: int,
) -> Measures:
    def ratio(one: str, other: str) -> float:
        """The median of each run's own ratio: a busy moment hits both sides of it."""
        return round(statistics.median(a / b for a, b in zip(taken[one], taken[other], strict=True)), 2)

    measures: Measures = {
        "first_token_speedup_remembered": ratio("baseline", "remembered"),
        "first_token_vs_floor_remembered": ratio("remembered", "floor"),
        "first_token_vs_floor_remembered_four": ratio("remembered_four", "floor"),
        "first_token_speedup_typing": ratio("baseline", "typing"),
        "first_token_speedup_typing_together": ratio("baseline", "typing_together"),
        "typing_tokens_identical": int(identical),
        "followup_vs_floor": ratio("followup", "followup_floor"),
        "followup_together_vs_floor": ratio("followup_together", "followup_floor"),
        "decode_vs_raw": round(statistics.median(a / b for a, b in zip(rates["ours"], rates["raw"], strict=True)), 3),
        "first_token_speedup_exact": ratio("baseline", "exact"),
        "first_token_speedup_plain": ratio("baseline", "plain"),
        "answer_speedup_remembered": ratio("baseline_answer", "remembered_answer"),
        "bytes_per_token": model.bytes_per_token(),
        "passage_tokens": tokens,
        "language_model": model.name,
    }
    if "baseline_same_file" in taken:
        measures["first_token_speedup_remembered_same_file"] = ratio("baseline_same_file", "remembered")
    for name, seconds in taken.items():
        measures |= summary(name, seconds)
    return measures
