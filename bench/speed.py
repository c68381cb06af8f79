"""What a person waits for: the first page, the first token, the stream of tokens.

    python -m bench.speed [--count RUNS] [--json]

The start is compared with `import gradio` alone, generation with `llama_cpp.Llama` on the same file, threads and
prompt, and a second question about the same passages with the first.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench.measuring import Measures, interleaved, options, progress, report, summary
from models.catalogue import LANGUAGE_MODEL
from models.language_model import ChatMessage, LanguageModel, Piece, Prefill, Usage, default_threads

RUNS = 5
ROOT = Path(__file__).resolve().parent.parent
START_PORT = 7951
FILLER = "Revenue for fiscal year 2024 was $60.9 billion, up 126% from a year ago. "
PASSAGE_REPEATS = 28  # about 700 tokens, as three retrieved passages are
GENERATED = 48


def start_app() -> None:
    """From `python app.py` to the answered request for the page."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "app.py", "--library", folder, "--no-browser", "--port", str(START_PORT)]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            address = next(word for word in process.stdout.readline().split() if word.startswith("http"))
            opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
            with opener.open(address, timeout=60) as page:
                assert b"gradio" in page.read().lower()
        finally:
            process.terminate()
            process.wait()


def import_gradio() -> None:
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
    subprocess.run([sys.executable, "-c", "import gradio"], check=True, env=environment)


def start(runs: int) -> Measures:
    seconds = interleaved({"start": start_app, "import_gradio": import_gradio}, runs)
    ratio = statistics.median(seconds["start"]) / statistics.median(seconds["import_gradio"])
    return {
        "start_vs_import_gradio": round(ratio, 2),
        **summary("start", seconds["start"]),
        **summary("import_gradio", seconds["import_gradio"]),
    }


def messages(subject: int, question: str) -> list[ChatMessage]:
    """A prompt whose passages differ with `subject`, so that nothing of another is reused."""
    return [
        ChatMessage("system", "You answer questions from passages."),
        ChatMessage("user", f"Report {subject}. {FILLER * PASSAGE_REPEATS}\n\nQuestion: {question}"),
    ]


def generation(runs: int) -> Measures:
    """First tokens of ours with a new prompt, ours with the same passages again, and the high-level class."""
    from llama_cpp import Llama

    path = str(LANGUAGE_MODEL.verified_path())
    ours = LanguageModel(Path(path), LANGUAGE_MODEL.name)
    threads = default_threads()
    raw = Llama(path, n_ctx=ours.context_tokens, n_threads=threads, n_threads_batch=threads, verbose=False)
    first: dict[str, list[float]] = {"new": [], "again": [], "raw": []}
    rates: dict[str, list[float]] = {"ours": [], "raw": []}
    tokens = Usage(0, 0, 0, 0, 0.0)
    for run in range(runs):
        seconds, tokens, rate = _ours(ours, messages(run, "How much was the revenue?"))
        first["new"].append(seconds)
        rates["ours"].append(rate)
        first["again"].append(_ours(ours, messages(run, "By how much did it grow?"))[0])
        seconds, rate = _raw(raw, messages(run, "How much was the revenue?"))
        first["raw"].append(seconds)
        rates["raw"].append(rate)
        progress(f"run {run + 1} of {runs}")
    medians = {name: statistics.median(values) for name, values in first.items()}
    return {
        "first_token_vs_raw": round(medians["raw"] / medians["new"], 2),
        "followup_speedup": round(medians["new"] / medians["again"], 2),
        "decode_vs_raw": round(statistics.median(rates["ours"]) / statistics.median(rates["raw"]), 2),
        "prompt_tokens": tokens.prompt_tokens,
        **summary("first_token", first["new"]),
        **summary("first_token_followup", first["again"]),
        **summary("first_token_raw", first["raw"]),
    }


def _ours(model: LanguageModel, prompt: list[ChatMessage]) -> tuple[float, Usage, float]:
    """Seconds to the first token, the usage, tokens per second."""
    never, started, first = threading.Event(), time.perf_counter(), 0.0
    usage = Usage(0, 0, 0, 0, 0.0)
    for event in model.generate(prompt, GENERATED, never.is_set):
        if isinstance(event, Piece) and not first:
            first = time.perf_counter() - started
        elif isinstance(event, Usage):
            usage = event
        elif isinstance(event, Prefill):
            continue
    return first, usage, usage.generated_tokens / usage.decode_seconds


def _raw(model: Any, prompt: list[ChatMessage]) -> tuple[float, float]:
    chat = [{"role": message.role, "content": message.content} for message in prompt]
    started, first, pieces = time.perf_counter(), 0.0, 0
    stream = model.create_chat_completion(chat, max_tokens=GENERATED, temperature=0.0, repeat_penalty=1.1, stream=True)
    for part in stream:
        if part["choices"][0]["delta"].get("content"):
            first = first or time.perf_counter() - started
            pieces += 1
    return first, (pieces - 1) / (time.perf_counter() - started - first)


def main() -> int:
    parsed = options("What a person waits for.").parse_args()
    runs = parsed.count or RUNS
    progress("starting the app")
    measures = start(runs)
    progress("generating")
    measures |= generation(runs)
    report(measures, parsed.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
