"""What a summary tells of small documents: what has the figures, a short part whole, the part that is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from lamplight.library.store import Library
from lamplight.models.loading import Models
from tests.test_requests import BULLET, add, asked

REPORT = """# Annual report of the Hollin Museum

## Visitors

In 2023 the museum had 31,870 visitors, 4 % fewer than in 2022. Sunday was the busiest day. Pupils with their \
teachers made up a fifth of the visitors.

## Finances

Income was £208,000, of which the city paid £150,500. Expenditure was £211,300. The loss of £3,300 was covered by \
the friends of the museum, who gave more than ever before.

## Results

| Room | Visits | Days |
|---|---|---|
| Ships | 812 | 20 |
| Clocks | 633 | 16 |

Ships drew 54 % of those who were asked, clocks 31 % and maps 15 %.

## Outlook

The café opens again in spring. A new lift is to be built beside the stairs. Evening tours will be offered.
"""
LEASE = """# Lease

This lease is made on 1 March 2021 between Ida Marsh (landlord) and Noor Said and Luis Prado (tenants) for 3 Quay Row.

## Rent

The monthly rent is £980, payable on the first day of each month. The deposit is £1,470. The rent may be raised once \
a year by no more than 3 %.

## Term

The lease begins on 15 March 2021 and ends on 14 March 2024. Either party may give notice of two months in writing.

## Duties of the tenants

- Keep the flat clean and heated.
- Report damage within three days.
- Clear snow from the path.
"""
CHINESE = """# 博物馆年报

## 参观者

2023年博物馆共有31870名参观者,比2022年减少了百分之四。星期天是参观者最多的一天。学生和老师占参观者的五分之一。

## 财务

收入为208000英镑,其中城市支付了150500英镑。支出为211300英镑。亏损由博物馆的朋友们承担。
"""


@pytest.fixture
def papers(library: Library, models: Models, tmp_path: Path) -> Library:
    add(library, models, tmp_path, {"annual report.md": REPORT, "lease.md": LEASE, "年报.md": CHINESE})
    return library


def points(library: Library, models: Models, text: str) -> list[str]:
    finished = asked(library, models, text, kind="summary")
    return BULLET.findall(finished.answer)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("Finances", ["Income was £208,000", "Expenditure was £211,300", "The loss of £3,300"]),
        ("Visitors", ["In 2023 the museum had 31,870", "Sunday was", "Pupils with their teachers"]),
    ],
)
def test_a_part_that_is_short_is_told_whole(papers: Library, models: Models, part: str, said: list[str]) -> None:
    told = points(papers, models, f"Summarise the section {part} of the annual report")
    assert len(told) == len(said) and all(one.startswith(begins) for one, begins in zip(told, said, strict=True))


def test_a_short_contract_is_told_by_all_its_sections(papers: Library, models: Models) -> None:
    told = " ".join(points(papers, models, "Summarise the lease"))
    assert all(said in told for said in ("Ida Marsh", "monthly rent", "15 March 2021 and ends"))
    assert any(duty in told for duty in ("Keep the flat", "Report damage", "Clear snow"))


def test_sentences_are_told_of_what_is_written_without_blanks(papers: Library, models: Models) -> None:
    told = points(papers, models, "Summarise 财务 in 年报")
    assert [one[:3] for one in told] == ["收入为", "支出为", "亏损由"]


def test_a_section_is_found_by_a_heading_that_is_a_usual_word_of_such_requests(papers: Library, models: Models) -> None:
    finished = asked(papers, models, "Summarise the Results section of the annual report")
    assert "Results" in finished.answer.split("\n")[0] and "Ships drew 54 %" in finished.answer
    assert all(room in finished.answer for room in ("812", "633"))
    assert "lift" not in finished.answer


@pytest.mark.parametrize(
    ("heading", "request_text"),
    [
        ("Summary", "Give me a summary of the report"),
        ("Main points", "What are the main points of the report?"),
        ("Overview", "Give me an overview of the report"),
        ("Zusammenfassung", "Ich möchte eine Zusammenfassung von report"),
    ],
)
def test_a_heading_that_is_the_word_for_the_request_is_not_meant(
    library: Library, models: Models, tmp_path: Path, heading: str, request_text: str
) -> None:
    text = f"# Bees\n\n## {heading}\n\nThe year was a good one for bees.\n\n## Honey\n\nForty jars were sold in May.\n"
    add(library, models, tmp_path, {"report.md": text})
    assert "Forty jars" in asked(library, models, request_text, kind="summary").answer
