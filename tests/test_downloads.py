"""What downloading promises: nothing wrong gets a name, nothing that has come is fetched twice, a person decides."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lamplight.errors import DownloadError
from lamplight.models.catalogue import DOWNLOADABLE, Downloadable, HubFile
from lamplight.models.downloads import Downloads, DownloadStatus
from lamplight.models.hub import endpoint
from tests.hub import Hub, serving
from tests.waiting import until

ROOT = Path(__file__).parent.parent
CONTENT = random.Random(6).randbytes(600_000)
PROJECTOR = random.Random(7).randbytes(90_000)
SMALL = Downloadable("small", "answers", "", (HubFile("maker/small", "small.gguf", 600_000),), 1e6)
PAIR = Downloadable(
    "pair",
    "pictures",
    "",
    (HubFile("maker/small", "small.gguf", 600_000), HubFile("maker/small", "mmproj small.gguf", 90_000)),
    1e6,
)
ENOUGH = 60.0  # seconds; nothing here takes one


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with serving({"maker/small/small.gguf": CONTENT, "maker/small/mmproj small.gguf": PROJECTOR}) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("LAMPLIGHT_MODELS", str(tmp_path))
        yield hub


@pytest.fixture
def downloads(hub: Hub) -> Iterator[Downloads]:
    downloads = Downloads((SMALL, PAIR), backoff=0.001)
    yield downloads
    hub.go.set()
    downloads.close()


def ended(downloads: Downloads, name: str = "small") -> DownloadStatus:
    until(lambda: downloads.progress(name).state not in ("downloading", "checking"))
    return downloads.progress(name)


def fetched(downloads: Downloads, name: str = "small") -> DownloadStatus:
    downloads.start(name)
    return ended(downloads, name)


def file(downloads: Downloads, suffix: str = "") -> Path:
    return downloads.folder("small") / f"small.gguf{suffix}"


def test_a_model_comes_whole_and_checked(downloads: Downloads) -> None:
    assert downloads.progress("small") == DownloadStatus("absent", 0, 600_000)
    assert fetched(downloads) == DownloadStatus("installed", 600_000, 600_000)
    assert file(downloads).read_bytes() == CONTENT
    assert [path.name for path in downloads.folder("small").glob("small*")] == ["small.gguf"]


def test_a_pair_comes_one_after_the_other(downloads: Downloads, hub: Hub) -> None:
    assert fetched(downloads, "pair") == DownloadStatus("installed", 690_000, 690_000)
    assert (downloads.folder("pair") / "mmproj small.gguf").read_bytes() == PROJECTOR
    hub.status = 500  # what is here is not asked for again
    assert fetched(downloads, "pair").state == "installed"


def test_a_connection_that_drops_again_and_again_still_brings_all_of_it(downloads: Downloads, hub: Hub) -> None:
    hub.drops = [70_000] * 7
    assert fetched(downloads).state == "installed"
    assert file(downloads).read_bytes() == CONTENT
    starts = [int(wanted.removeprefix("bytes=").rstrip("-")) for wanted in hub.sent_from[1:]]
    assert starts == [70_000 * connection for connection in range(1, 8)]  # each went on behind the last byte


def test_a_connection_that_brings_nothing_pauses_with_a_sentence(downloads: Downloads, hub: Hub) -> None:
    hub.drops = [100_000, *[0] * 20]
    progress = fetched(downloads)
    assert (progress.state, progress.total) == ("paused", 600_000)
    assert 0 < progress.done <= 100_000
    assert "resume when the network is back" in progress.trouble
    hub.drops = []
    assert fetched(downloads).state == "installed"
    assert hub.sent_from[-1] == f"bytes={progress.done}-"


def test_no_network_at_all_is_a_sentence(downloads: Downloads, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    progress = fetched(downloads)
    assert progress.state == "absent"
    assert "127.0.0.1:9 failed 5 times" in progress.trouble


def test_wrong_bytes_never_get_a_name(downloads: Downloads, hub: Hub) -> None:
    hub.wrong = True
    progress = fetched(downloads)
    assert progress.state == "absent"
    assert "is not the small.gguf it announced, so it was deleted" in progress.trouble
    assert list(downloads.folder("small").glob("small*")) == []
    hub.wrong = False
    assert fetched(downloads).state == "installed"


def test_more_bytes_than_announced_are_not_taken(downloads: Downloads, hub: Hub) -> None:
    hub.longer = True
    progress = fetched(downloads)
    assert progress.state == "absent"
    assert "it was deleted" in progress.trouble


def test_one_wrong_byte_in_what_was_kept_is_found(downloads: Downloads, hub: Hub) -> None:
    hub.drops = [100_000, *[0] * 20]
    fetched(downloads)
    part = bytearray(file(downloads, ".part").read_bytes())
    part[50] ^= 1
    file(downloads, ".part").write_bytes(part)
    hub.drops = []
    assert "it was deleted" in fetched(downloads).trouble


def test_a_hub_that_cannot_begin_in_the_middle_sends_it_all_again(downloads: Downloads, hub: Hub) -> None:
    hub.ranges, hub.drops = False, [100_000]
    assert fetched(downloads).state == "installed"
    assert file(downloads).read_bytes() == CONTENT


def test_a_file_that_changed_meanwhile_is_begun_anew(downloads: Downloads, hub: Hub) -> None:
    hub.drops = [100_000, *[0] * 20]
    fetched(downloads)
    hub.drops, hub.files["maker/small/small.gguf"] = [], CONTENT[::-1]
    assert fetched(downloads).state == "installed"
    assert file(downloads).read_bytes() == CONTENT[::-1]


def test_pause_takes_effect_at_once_and_resume_goes_on(downloads: Downloads, hub: Hub) -> None:
    hub.hold_after = 200_000
    downloads.start("small")
    until(hub.held.is_set)
    until(lambda: downloads.progress("small").done >= 128 << 10)
    assert downloads.progress("small").state == "downloading"
    downloads.pause("small")
    assert downloads.progress("small").state == "paused"  # though the connection stands still
    downloads.start("small")
    hub.hold_after = -1
    hub.go.set()
    assert ended(downloads).state == "installed"
    assert hub.sent_from[-1] != ""
    assert file(downloads).read_bytes() == CONTENT


def test_cancel_leaves_nothing(downloads: Downloads, hub: Hub) -> None:
    hub.hold_after = 200_000
    downloads.start("small")
    until(hub.held.is_set)
    downloads.remove("small")
    assert downloads.progress("small") == DownloadStatus("absent", 0, 600_000)
    hub.go.set()
    until(lambda: not downloads.folder("small").exists())
    assert fetched(downloads).state == "installed"
    downloads.remove("small")
    assert downloads.progress("small").state == "absent"
    assert not downloads.folder("small").exists()


KILLED = """
import sys
from tests.test_downloads import SMALL
from lamplight.models.downloads import Downloads
downloads = Downloads((SMALL,))
downloads.start("small")
print("begun", flush=True)
sys.stdin.read()
"""


def test_a_killed_download_goes_on_where_it_was(downloads: Downloads, hub: Hub) -> None:
    hub.hold_after = 200_000
    process = subprocess.Popen([sys.executable, "-c", KILLED], cwd=ROOT, stdin=subprocess.PIPE)
    until(hub.held.is_set)
    until(lambda: file(downloads, ".part").is_file() and file(downloads, ".part").stat().st_size > 0)
    refused = fetched(downloads)
    assert "Another Lamplight is downloading" in refused.trouble  # two would write into one file
    process.send_signal(signal.SIGKILL)
    process.communicate()
    after = downloads.progress("small")
    assert after.state == "paused"
    assert after.done > 0
    hub.hold_after = -1
    hub.go.set()
    assert fetched(downloads).state == "installed"
    assert hub.sent_from[-1] == f"bytes={after.done}-"
    assert file(downloads).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("status", "sentence"),
    [(404, "has no small.gguf"), (401, "signed in"), (418, "answered 418"), (503, "it answered 503")],
)
def test_a_refusal_is_a_sentence(downloads: Downloads, hub: Hub, status: int, sentence: str) -> None:
    hub.status = status
    progress = fetched(downloads)
    assert progress.state == "absent"
    assert sentence in progress.trouble


def test_what_could_not_be_checked_is_not_fetched(downloads: Downloads, hub: Hub) -> None:
    hub.announced["maker/small/small.gguf"] = ""
    assert "announces no sha256" in fetched(downloads).trouble
    assert hub.sent_from == []


def test_a_pinned_sha256_counts_more_than_the_announced_one(hub: Hub) -> None:
    pinned = HubFile("maker/small", "small.gguf", 600_000, "0" * 64)
    downloads = Downloads((Downloadable("small", "answers", "", (pinned,), 1e6),))
    assert "has another small.gguf than the one Lamplight knows" in fetched(downloads).trouble
    assert hub.sent_from == []


def test_a_renamed_repository_is_followed(hub: Hub) -> None:
    hub.renamed = "maker/old"
    old = Downloadable("small", "answers", "", (HubFile("maker/old", "small.gguf", 600_000),), 1e6)
    assert fetched(Downloads((old,), backoff=0.001)).state == "installed"


def test_a_full_disk_is_noticed_before_the_first_byte(downloads: Downloads, hub: Hub) -> None:
    hub.sizes["maker/small/small.gguf"] = 10**15
    assert "GB are free; free some, then resume" in fetched(downloads).trouble
    assert hub.sent_from == []


def test_a_name_that_is_not_in_the_catalogue_is_a_sentence(downloads: Downloads) -> None:
    with pytest.raises(DownloadError, match="no \\.\\./elsewhere in the catalogue"):
        downloads.start("../elsewhere")


def test_the_catalogue_is_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len({model.name for model in DOWNLOADABLE}) == len(DOWNLOADABLE)
    for model in DOWNLOADABLE:
        assert model.files[-1].name.startswith("mmproj") == (model.purpose == "pictures")
        assert model.size > (2e8 if model.purpose == "search" else 1e9)
        assert (model.embedding is not None) == (model.purpose == "search")
    monkeypatch.delenv("HF_ENDPOINT", raising=False)
    assert endpoint().startswith("https://")
