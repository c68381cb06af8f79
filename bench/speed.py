"""What a person waits for: the first page, the first token, the stream of tokens.

    python -m bench.speed [--count RUNS] [--questions NUMBER] [--headline] [--typing] [--shape 0.5B|1.5B|4B]
                          [--processor] [--json]

What counts most, the same passages on both sides, comes first (`bench.same_passages`; `--headline` measures nothing
else, `--shape` that of a larger model). `--typing` measures only what typing a question letter by letter does
(`bench.typing`). The start is compared with `import gradio` alone; more about the first token is in
`bench.first_token`, and what remembered passages do to the answers in `bench.remembered`. All sides of a comparison
take turns.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from bench.first_token import first_token
from bench.measuring import Measures, interleaved, options, progress, report, summary
from bench.remembered import accuracy
from bench.same_passages import same_passages
from bench.shapes import SHAPES
from bench.typing import typing
from lamplight.models.loading import Models

RUNS = 5
ROOT = Path(__file__).resolve().parent.parent
START_PORT = 7951
QUESTIONS = 300


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
                assert b"<title>Lamplight</title>" in page.read()
        finally:
            process.terminate()
            process.wait()


def import_gradio() -> None:
    """In an interpreter of its own, with Gradio's analytics off."""
    environment = {**os.environ, "GRADIO_ANALYTICS_ENABLED": "False"}
    subprocess.run([sys.executable, "-c", "import gradio"], check=True, env=environment)


def start(runs: int) -> Measures:
    """Seconds until the page is there and those of `import gradio`, each `runs` times, and the ratio of the medians."""
    seconds = interleaved({"start": start_app, "import_gradio": import_gradio}, runs)
    ratio = statistics.median(seconds["start"]) / statistics.median(seconds["import_gradio"])
    return {
        "start_vs_import_gradio": round(ratio, 2),
        **summary("start", seconds["start"]),
        **summary("import_gradio", seconds["import_gradio"]),
    }


def main() -> int:
    """Wait for the models, measure what the arguments ask for, print and return 0."""
    parser = options("What a person waits for.")
    parser.add_argument("--questions", type=int, default=QUESTIONS, help="how many for the accuracy; 0 leaves it out")
    parser.add_argument("--shape", choices=tuple(SHAPES), default="", help="of a model of this size, random weights")
    parser.add_argument("--headline", action="store_true", help="only the first word over the same passages")
    parser.add_argument(
        "--typing", action="store_true", help="only the first word of a question typed letter by letter"
    )
    parser.add_argument("--processor", action="store_true", help="the same in processor seconds of one thread")
    parsed = parser.parse_args()
    runs = parsed.count or RUNS
    models = Models()
    progress("preparing the language model")
    models.start_loading()
    models.settled.wait()
    if parsed.typing:
        report(typing(models, parsed.data, runs), parsed.json)
        return 0
    measures = same_passages(models, parsed.data, runs, parsed.shape, parsed.processor)
    if parsed.shape or parsed.headline or parsed.processor:
        report(measures, parsed.json)
        return 0
    progress("starting the app")
    measures |= start(runs)
    measures |= first_token(models, parsed.data, runs)
    if parsed.questions:
        measures |= accuracy(models, parsed.data, parsed.questions)
    report(measures, parsed.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
