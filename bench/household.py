"""Ten devices of a household ask at once: whether any of them fails, how long they wait, and whether the order is fair.

    python -m bench.household [--count CLIENTS] [--json]

The real app on this computer's own address in its network, encrypted; each client signs in as a person of its own and
asks as the page does, a twentieth of a second after the one before. `wait` is from the question to the whole answer.
There is no baseline: the floor is one client alone. In a second round one person asks five questions at once and the
others one each, just after.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from threading import Barrier

import httpx

from bench.measuring import Measures, options, percentile, progress, report
from lamplight import ROOT
from lamplight.samples import SAMPLES
from lamplight.ui.household.certificate import CERTIFICATE_FILE
from lamplight.ui.household.network import own_addresses

CLIENTS = 10
GREEDY = 5  # questions of one person at once
PASSWORD = "plum jam on toast"
LOOK_SECONDS = 0.1
APART_SECONDS = 0.05  # what comes closer together is at once, and nobody's turn
PATIENCE = 600.0  # seconds
QUESTIONS = (
    "When are bonfires allowed?",
    "How many plots does Fernhill have?",
    "Who looks after the bees?",
    "What does a half plot cost?",
    "Are dogs allowed?",
    "What is the deposit for a key?",
    "When is the water turned off?",
    "Who may use the shredder?",
    "What was paid at the hardware shop?",
    "How high may a shed be?",
)


@dataclass
class Client:
    """A signed-in device. `asked` and `answered` are seconds by one clock, by conversation."""

    http: httpx.Client
    asked: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)

    @classmethod
    def signed_in(cls, address: str, trusting: ssl.SSLContext, name: str) -> Client:
        """Raises `httpx.HTTPError`, as the others do."""
        http = httpx.Client(base_url=address, verify=trusting, timeout=PATIENCE, follow_redirects=True)
        http.post("/sign-in", data={"name": name, "password": PASSWORD}).raise_for_status()
        return cls(http)

    def ask(self, question: str) -> None:
        """Returns as soon as the app has taken the question."""
        begun = time.perf_counter()
        joined = self.http.post("/gradio_api/call/ask", json={"data": [{"question": question}]}).raise_for_status()
        said = self.http.get(f"/gradio_api/call/ask/{joined.json()['event_id']}").raise_for_status().text
        (state,) = json.loads(said.partition("event: complete\ndata: ")[2])
        self.asked[state["conversation"]] = begun

    def wait(self) -> None:
        """Until all that was asked is answered."""
        while missing := self.asked.keys() - self.answered.keys():
            answering = self.http.get("/activity").raise_for_status().json()["answering"]
            for conversation in missing - set(answering):
                self.answered[conversation] = time.perf_counter()
            time.sleep(LOOK_SECONDS)

    def check(self) -> None:
        """Raises `AssertionError` for a conversation without an answer, or where another's is shown."""
        shown = {one["id"] for one in self.http.get("/conversations").raise_for_status().json()}
        assert shown == set(self.asked), "conversations of others are shown"
        for conversation in self.asked:
            text = self.http.get(f"/conversations/{conversation}/export.md").raise_for_status().text
            assert "Something went wrong" not in text and len(text.splitlines()) > 3, text


def lamplight(folder: Path, *arguments: str | Path) -> list[str]:
    """The command, for `subprocess`, that runs `app.py` with these arguments on the library in `folder`."""
    return [sys.executable, str(ROOT / "app.py"), *map(str, arguments), "--library", str(folder)]


@contextmanager
def household(folder: Path) -> Iterator[tuple[str, ssl.SSLContext]]:
    """The app in a process of its own, with the samples: its address for others, and trust in its certificate."""
    subprocess.run(lamplight(folder, "password"), input=f"{PASSWORD}\n", text=True, check=True, capture_output=True)
    subprocess.run(lamplight(folder, "add", *SAMPLES), check=True, capture_output=True)
    command = [*lamplight(folder), "--host", "0.0.0.0", "--port", "0", "--no-browser"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as app:
        assert app.stdout is not None
        _, others = app.stdout.readline(), app.stdout.readline()
        address = others.split(": ", 1)[1].split(" or ")[0].strip().rstrip("/")
        try:
            yield address, ssl.create_default_context(cafile=str(folder / CERTIFICATE_FILE))
        finally:
            app.terminate()


def at_once(clients: Sequence[Client], questions: Sequence[str]) -> list[BaseException]:
    """Each asks its question and waits, in threads of their own. What went wrong is returned."""
    together = Barrier(len(clients))

    def one(number: int) -> BaseException | None:
        client = clients[number]
        try:
            together.wait()
            time.sleep(number * APART_SECONDS)
            client.ask(questions[number])
            client.wait()
            client.check()
        except Exception as error:
            return error
        return None

    with ThreadPoolExecutor(len(clients)) as pool:
        return [error for error in pool.map(one, range(len(clients))) if error is not None]


def in_turn(clients: Sequence[Client]) -> float:
    """The share of neighbours in the order of asking that were also answered in it, as far as looking tells.

    The order is the app's, which numbers conversations as it takes them: what is sent a moment apart may be overtaken
    on its way.
    """
    answers = {one: moment for client in clients for one, moment in client.answered.items()}
    answered = [answers[one] for one in sorted(answers)]
    return sum(first <= second + LOOK_SECONDS for first, second in pairwise(answered)) / (len(answered) - 1)


def greedy_round(clients: Sequence[Client], greedy: Client) -> Measures:
    """One person asks five questions at once, then the others one each: how long the others wait, who comes when."""
    for question in QUESTIONS[:GREEDY]:
        greedy.ask(question)
    errors = at_once(clients, QUESTIONS[-len(clients) :])
    greedy.wait()
    waits = [client.answered[one] - client.asked[one] for client in clients for one in client.asked]
    second = sorted(greedy.answered.values())[1]
    before = sum(client.answered[one] <= second + LOOK_SECONDS for client in clients for one in client.asked)
    return {
        "greedy_errors": len(errors),
        "greedy_others": len(clients),
        "greedy_others_before_its_second": before,
        "greedy_others_wait_p95": round(percentile(waits, 0.95), 2),
        "greedy_wait_last": round(max(greedy.answered[one] - greedy.asked[one] for one in greedy.asked), 2),
    }


def measure(count: int) -> Measures:
    """`count` clients, 2 to 11, and one alone before them. Waits are in seconds; errors are counted, not raised."""
    with tempfile.TemporaryDirectory() as scratch, ExitStack() as open_things:
        address, trusting = open_things.enter_context(household(Path(scratch) / "library"))

        def client(name: str) -> Client:
            made = Client.signed_in(address, trusting, name)
            open_things.callback(made.http.close)
            return made

        alone = client("Alone")
        for question in QUESTIONS[: max(3, GREEDY)]:  # the models are loaded with the first
            alone.ask(question)
            alone.wait()
        single = [alone.answered[one] - alone.asked[one] for one in alone.asked][1:]
        progress(f"{count} clients at once")
        clients = [client(f"Person {number}") for number in range(count)]
        errors = at_once(clients, [QUESTIONS[number % len(QUESTIONS)] for number in range(count)])
        for error in errors:
            progress(str(error))
        waits = [one.answered[number] - one.asked[number] for one in clients for number in one.answered]
        progress("one who asks five questions at once")
        others = [client(f"Other {number}") for number in range(count - 1)]
        return {
            "clients": count,
            "errors": len(errors),
            "alone_p50": round(percentile(single, 0.5), 2),
            "wait_p50": round(percentile(waits, 0.5), 2),
            "wait_p95": round(percentile(waits, 0.95), 2),
            "wait_most": round(max(waits), 2),
            "answered_in_the_order_of_asking": round(in_turn(clients), 3),
            **greedy_round(others, client("Greedy")),
        }


def main() -> None:
    """Measure and print. Exits with 1 and a sentence where the computer is in no network."""
    parser = options("Ten devices of a household ask at once.")
    chosen = parser.parse_args()
    if not own_addresses():
        parser.exit(1, "This computer is in no network, so there is no address to ask on.\n")
    report(measure(chosen.count or CLIENTS), chosen.json)


if __name__ == "__main__":
    main()
