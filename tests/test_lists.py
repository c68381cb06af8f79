"""Lists are complete, can be saved, and what is asked next is about what was shown."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Message, Passage
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.answerer import Answerer
from lamplight.rag.events import Finished, Rows
from lamplight.rag.finding import Finder
from lamplight.rag.lists.parts import apart, lines_of
from lamplight.rag.lists.rows import columns_of
from lamplight.rag.requests.paper_totals import with_known_total
from lamplight.rag.requests.request import Materials, Request
from lamplight.rag.requests.shops import with_lines_of_shop
from lamplight.rag.requests.unit_prices import asks_per_unit
from lamplight.rag.sentences import Sentence
from lamplight.rag.suggestions import Suggestions
from lamplight.scheduling import CancelToken
from lamplight.ui.answers import Answer
from lamplight.ui.table_file import BYTE_ORDER_MARK, csv_text, saving
from tests.test_scans import scan_of

REPORT = """# Tern Ferries, annual report

## Directors

Ada Moss, Bela Kun, Carla Diaz

## Risk factors

Our results may suffer from any of the following.

**Weather.** Storms cancelled 3 % of our sailings. A longer winter would cost us more.

**Fuel.** Diesel is a fifth of our costs. We hedge half of it.

**Pensions.** The scheme has a deficit. Lower interest would make it grow.

## Ships

| Ship | Built | Cars |
|---|---|---|
| Tern | 1993 | 48 |
| Solan | 2006 | 72 |
"""
MANUAL = """DRYER D2
Instructions for use

Safety warnings
Never cover the air outlet.
Keep a distance of 20 cm to walls.

Error codes
E1: The sensor is broken. Call the service.
E2: The tank is full. Empty it.

SPARE PARTS
Filter F2 ......... 9.90
Drain hose H1 ..... 7.50
"""


def asked(library: Library, models: Models, text: str, history: Sequence[Message] = ()) -> Finished:
    answers = Answerer(library, models).answer(text, history)
    return next(event for event in answers if isinstance(event, Finished))


def turn(question: str, finished: Finished) -> list[Message]:
    """A question and its answer as a conversation keeps them."""
    answer = Answer()
    answer.absorb(finished)
    return [Message(1, "user", question), Message(2, "assistant", answer.text, answer.details())]


@pytest.fixture
def papers(library: Library, models: Models, tmp_path: Path) -> Library:
    for name, text in {"report of Tern.md": REPORT, "manual of the dryer.txt": MANUAL}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert index_file(tmp_path / name, library, models).status == "added"
    return library


@pytest.fixture
def receipts(library: Library, models: Models, tmp_path: Path) -> Library:
    for shop, day, total in (("Aster", 9, "12.50"), ("Birch", 2, "7.25"), ("Cedar", 11, "100.00")):
        path = tmp_path / f"receipt {shop}.txt"
        path.write_text(f"{shop} Ltd\nReceipt\nDate: {day} May 2024\nTOTAL: EUR {total}\nThanks!\n", encoding="utf-8")
        assert index_file(path, library, models).status == "added"
    return library


@pytest.mark.parametrize(
    ("request_", "items"),
    [
        ("List all risk factors in the report of Tern", ["Weather. Storms", "Fuel. Diesel", "Pensions. The scheme"]),
        ("List all directors in the report of Tern", ["Ada Moss", "Bela Kun", "Carla Diaz"]),
        ("List all ships in the report of Tern", ["Tern | 1993", "Solan | 2006"]),
        ("List all warnings in the manual of the dryer", ["Never cover", "20 cm"]),
        ("List all error codes in the manual of the dryer", ["E1:", "E2:"]),
        ("List all spare parts in the manual of the dryer", ["Filter F2", "Drain hose H1"]),
    ],
    ids=["run-ins", "enumeration", "column", "plain heading", "labels", "capitals"],
)
def test_a_list_has_all_that_stands_under_what_is_called_so(
    papers: Library, models: Models, request_: str, items: list[str]
) -> None:
    finished = asked(papers, models, request_)
    assert finished.kind == "list" and finished.rows is not None
    listed = [row[1] for row in finished.rows.rows]
    assert len(listed) == len(items)
    assert all(item in line for item, line in zip(items, listed, strict=True))
    assert all(marks[1] for marks in finished.rows.sources)


def test_sentences_set_apart_are_the_items_of_a_long_section(library: Library, models: Models, tmp_path: Path) -> None:
    below = "It could do so in many ways, which differ from year to year and from place to place. We watch it closely, "
    below += "and we report to the board about it, but we can't be sure that this is enough."
    risks = [f"{thing} may harm our business." for thing in ("A dry summer", "A strike of pilots", "A new law")]
    told = "\n".join(f"{risk}\n{below}" for risk in risks)
    text = f"Item 1. Business.\nWe fly kites.\nItem 1A. Risk Factors.\n{told}\nItem 2. Properties.\nWe own a hill.\n"
    (tmp_path / "kites report.txt").write_text(text, encoding="utf-8")
    index_file(tmp_path / "kites report.txt", library, models)
    finished = asked(library, models, "List all risk factors in the kites report")
    assert finished.rows is not None and [row[1] for row in finished.rows.rows] == risks


def test_the_second_one_is_the_second_that_was_shown(receipts: Library, models: Models) -> None:
    first = "List all receipts with their totals"
    history = turn(first, asked(receipts, models, first))
    for text in ("the second one", "der zweite", "la deuxième", "number 2"):
        finished = asked(receipts, models, text, history)
        assert finished.rows is not None and [row[0] for row in finished.rows.rows] == ["receipt Birch.txt"]
    assert [citation.document for citation in finished.citations] == ["receipt Birch.txt"] * len(finished.citations)
    history += turn("the second one", finished)
    assert "7.25" in asked(receipts, models, "and its total?", history).answer
    assert "2 May 2024" in asked(receipts, models, "and its date?", history).answer


def test_a_table_is_limited_and_sorted_by_what_it_shows(receipts: Library, models: Models) -> None:
    first = "List all receipts with their totals"
    history = turn(first, asked(receipts, models, first))
    finished = asked(receipts, models, "only those over 10", history)
    assert finished.rows is not None and len(finished.rows.rows) == 2 and finished.rows.sums[1].endswith("112.50")
    assert asked(receipts, models, "only those over 5000", history).refused
    finished = asked(receipts, models, "sort them by total", history)
    assert finished.rows is not None
    assert [row[0][8:13] for row in finished.rows.rows] == ["Birch", "Aster", "Cedar"]
    finished = asked(receipts, models, "sort by date", history)
    assert finished.rows is not None and [row[0][8:13] for row in finished.rows.rows] == ["Birch", "Aster", "Cedar"]
    assert finished.rows.columns[-1] == "date"


def test_another_question_after_a_table_is_another_question(receipts: Library, models: Models) -> None:
    first = "List all receipts with their totals"
    history = turn(first, asked(receipts, models, first))
    assert asked(receipts, models, "What was bought in the second quarter at Cedar?", history).kind == "fact"
    assert asked(receipts, models, "hello", history).kind == "talk"


TILL = """{shop}
TAX INVOICE
Date: {date}
{items}
Total Qty {count}
Total Sales (Excluding GST): {net}
Discount 0.00
Total GST {tax}
Total Sales (Inclusive of GST): {total}
{paid} {total}
GST SUMMARY
SR 6 {net} {tax}
Thank you, please come again
"""


@pytest.fixture
def till_receipts(library: Library, models: Models, tmp_path: Path) -> Library:
    for number, (shop, day, items, net, tax, total, paid) in enumerate(
        (
            ("MILL HARDWARE", "13/01/2018", "GLOVE 3 2.12 6.36", "6.00", "0.36", "6.36", "CASH"),
            ("MILL HARDWARE", "03/02/2018", "HAMMER 1 60.95 60.95", "57.50", "3.45", "60.95", "CASH"),
            ("QUAY CAFE", "05/02/2018", "LUNCH 1 21.20 21.20", "20.00", "1.20", "21.20", "VISA CARD"),
            ("FERN BOOKS", "09/02/2018", "ATLAS 1 42.40 42.40", "40.00", "2.40", "42.40", "CASH"),
        ),
        1,
    ):
        text = TILL.format(shop=shop, date=day, items=items, count=3, net=net, tax=tax, total=total, paid=paid)
        (tmp_path / f"receipt {number}.txt").write_text(text, encoding="utf-8")
        assert index_file(tmp_path / f"receipt {number}.txt", library, models).status == "added"
    return library


@pytest.mark.parametrize(
    "request_",
    [
        "List all receipts with amounts",
        "alle Quittungen mit Preis",
        "List all the receipts I paid by card, with amounts",
    ],
)
def test_a_column_that_asks_for_amounts_of_receipts_has_their_totals(
    till_receipts: Library, models: Models, request_: str
) -> None:
    finished = asked(till_receipts, models, request_)
    assert finished.kind == "list" and finished.rows is not None
    assert {row[0]: row[-1] for row in finished.rows.rows} == {
        "receipt 1.txt": "6.36", "receipt 2.txt": "60.95", "receipt 3.txt": "21.20", "receipt 4.txt": "42.40",
    }  # fmt: skip


SHORT_TILL = """2204.551
{shop}
NO 12, MARKET LANE
SIMPLIFIED TAX INVOICE
Date: {date}
Item Qty S/Price Amount Tax
{items}
Total Qty 3 {total}
Total Sales (Excluding GST): {net}
Discount 0.00
Total GST {tax}
Rounding 0.00
Total Sales (Inclusive of GST) : {total}
CASH : {total}
Change : 0.00
Tax Code Amt Tax
SR 6 {net} {tax}
Total : {net} {tax}
"""


@pytest.fixture
def photographed(library: Library, models: Models, tmp_path: Path) -> Library:
    for number, (shop, day, items, net, tax, total) in enumerate(
        (
            ("SEDGE HARDWARE", "13/01/2018", "1432 3 2.12 6.36 SR", "6.00", "0.36", "6.36"),
            ("SEDGE HARDWARE", "03/02/2018", "1433 3 20.00 60.00 SR", "56.60", "3.40", "60.00"),
            ("FERN BOOKS", "09/02/2018", "0081 3 14.00 42.00 SR", "39.62", "2.38", "42.00"),
        ),
        1,
    ):
        text = SHORT_TILL.format(shop=shop, date=day, items=items, net=net, tax=tax, total=total)
        scan_of(text.splitlines()).save(tmp_path / f"IMG_{number}.png")
        assert index_file(tmp_path / f"IMG_{number}.png", library, models).status == "added"
    return library


def test_a_total_that_several_receipts_may_mean_is_told_of_each(photographed: Library, models: Models) -> None:
    finished = asked(photographed, models, "how much did i pay at sedge hardware")
    assert finished.rows is not None and [row[1] for row in finished.rows.rows] == ["6.36", "60.00"]
    assert finished.rows.sums[1] == "66.36"
    finished = asked(photographed, models, "how much did i pay at fern books")
    assert finished.rows is None and "42.00" in finished.answer


def test_totals_of_others_are_not_told_of_a_shop_that_no_paper_says(photographed: Library, models: Models) -> None:
    finished = asked(photographed, models, "whats the invoice no on the hardware bill, Marlowfields")
    assert finished.rows is None


DOTTED = """M.R. {shop}
LOT 12, MARKET LANE
TAX INVOICE
{items}
Total Incl. Tax RM {total}
CASH RM 50.00
CHANGE RM {change}
{date} 12:18 R0001
"""


@pytest.fixture
def dotted(photographed: Library, models: Models, tmp_path: Path) -> Library:
    """Two receipts of a shop that is written with dots, beside three of others."""
    for number, (items, total, change, day) in enumerate(
        (
            (
                "EVA MEN SANDAL M1044\n9555825905982 1 X 11.23 11.23\nSOAP DISH\n88007 2 X 4.50 9.00",
                "20.23",
                "29.77",
                "11-06-18",
            ),
            ("SPONGE MESH\n6928794601200 1 X 2.30 2.30\nCOLANDER\n692629 1 X 5.50 5.50", "7.80", "42.20", "19-04-18"),
        ),
        1,
    ):
        text = DOTTED.format(shop="D.I.Y. TRADING", items=items, total=total, change=change, date=day)
        scan_of(text.splitlines()).save(tmp_path / f"SCAN_{number}.png")
        assert index_file(tmp_path / f"SCAN_{number}.png", photographed, models).status == "added"
    return photographed


def test_receipts_of_a_shop_are_listed_alone_however_its_name_is_written(dotted: Library, models: Models) -> None:
    for request in ("list all my diy receipts with date and total", "list all receipts of D.I.Y. with date and total"):
        finished = asked(dotted, models, request)
        assert finished.rows is not None and finished.rows.columns[1:] == ["date", "total"]
        assert {row[0] for row in finished.rows.rows} == {"SCAN_1.png", "SCAN_2.png"}
    # What stands on every receipt sets none apart.
    finished = asked(dotted, models, "list all receipts with total and tax")
    assert finished.rows is not None and len(finished.rows.rows) == 5


def test_the_bills_of_a_shop_are_added_up(dotted: Library, models: Models) -> None:
    for question in ("total of the two diy trading bills", "how much did i pay at diy trading altogether"):
        finished = asked(dotted, models, question)
        assert finished.rows is not None and finished.rows.sums[1].endswith("28.03")
    assert asked(dotted, models, "total of the two diy trading bills").short.endswith("28.03")


def test_an_item_of_a_receipt_is_shown_with_the_amounts_beside_it(dotted: Library, models: Models) -> None:
    finished = asked(dotted, models, "how much were the mens sandals")
    assert finished.quote is not None and finished.unsure and not finished.short
    assert "SANDAL" in finished.quote.text and "11.23" in finished.quote.text
    # A total isn't the price of one thing.
    finished = asked(dotted, models, "how much did i pay for the colander")
    assert finished.unsure and finished.quote is not None and "5.50" in finished.quote.text


def test_the_lines_of_other_shops_are_not_shown_beside_those_of_the_one_asked_about(
    dotted: Library, models: Models
) -> None:
    question = "total spent at fern books"
    finder, suggestions = Finder(dotted, models), Suggestions(dotted)
    materials, selection = Materials(dotted, models, finder, suggestions), finder.select(question)
    fern = [line for line in selection.lines if line.sentence.passage.document == "IMG_3.png"]
    others = [line for line in selection.lines if line not in fern]
    assert fern and others
    with models.scheduler.answering("", CancelToken()) as lease:
        request = Request(question, question, "documents", lease, finder.lookup())
        unsure = replace(selection, lines=[*fern, *others], sure=False)
        assert with_lines_of_shop(unsure, request, materials).lines == fern
        other = replace(unsure, lines=[*others, *fern])  # whose likeliest line is of another
        assert with_lines_of_shop(other, request, materials) is other


PETROL = """HERON FUEL
LOT 1138, MARKET LANE
38.61 litre Pump 07
V-Power 97 RM 100.00 K
2.590 RM / litre
Total RM 100.00
Cash RM 100.00
26/06/18 22:40
"""


def test_the_price_of_one_unit_is_not_the_amount_that_was_paid(
    photographed: Library, models: Models, tmp_path: Path
) -> None:
    scan_of(PETROL.splitlines()).save(tmp_path / "IMG_9.png")
    assert index_file(tmp_path / "IMG_9.png", photographed, models).status == "added"
    finished = asked(photographed, models, "V-Power 97 price per litre on that petrol receipt")
    assert finished.short.startswith("2.590") or (finished.quote and "2.590" in finished.quote.text)
    assert asks_per_unit("Was kostete das pro Liter?") and asks_per_unit("quel prix par litre ?")
    assert not asks_per_unit("how much did I pay per card?")


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize(
    ("question", "likeliest", "amount"),
    [
        ("total spent at fern books", "Total3962", "42.00"),
        ("total excluding GST at fern books", "TotalSalesExcl", "39.62"),
    ],
)
def test_the_total_that_is_known_of_a_paper_is_told_unless_another_is_asked_for(
    photographed: Library, models: Models, question: str, likeliest: str, amount: str
) -> None:
    finder, suggestions = Finder(photographed, models), Suggestions(photographed)
    selection = finder.select(question)
    other = next(line for line in selection.lines if letters(line.sentence.text).startswith(likeliest))
    best = max(line.score for line in selection.lines)
    doubtful = replace(
        selection,
        lines=[replace(other, score=best + 0.1), *(line for line in selection.lines if line is not other)],
        sure=True,
    )
    known = with_known_total(doubtful, finder.lookup(), Materials(photographed, models, finder, suggestions))
    assert amount in known.lines[0].sentence.text


def test_how_many_of_a_kind_counts_those_and_not_all(receipts: Library, models: Models, tmp_path: Path) -> None:
    (tmp_path / "poem.txt").write_text("The sea is wide and blue today.\n", encoding="utf-8")
    index_file(tmp_path / "poem.txt", receipts, models)
    assert "**3** of 4 documents" in asked(receipts, models, "How many receipts do I have?").answer
    assert "**3** von 4 Dokumenten" in asked(receipts, models, "Wie viele Quittungen habe ich?").answer
    assert "**0** of 4 documents" in asked(receipts, models, "How many contracts do I have?").answer
    assert "4 documents" in asked(receipts, models, "How many documents do I have?").answer


def test_a_table_is_saved_as_spreadsheets_open_it() -> None:
    rows = {"columns": ["Document", "Total"], "rows": [["a.txt", "-1,50 €"], ["=b", "+x"]], "sums": ["", "1"]}
    rows |= {"sources": [[1, 1], [2, 2]]}
    text = csv_text(rows, {1: "a.txt, page 1", 2: "b, page 3"}, ";")
    assert text.startswith(BYTE_ORDER_MARK) and "\r\n" in text
    assert list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK)), delimiter=";")) == [
        ["Document", "Total", "Source"],
        ["a.txt", "-1,50 €", "a.txt, page 1"],
        ["'=b", "'+x", "b, page 3"],
        ["", "1"],
    ]


def test_each_cell_of_a_comparison_has_its_own_source() -> None:
    rows = {"columns": ["", "A", "B"], "rows": [["rent", "5", "6"]], "sums": [], "sources": [[0, 1, 2]]}
    text = csv_text(rows, {1: "A, page 1", 2: "B, page 2"}).removeprefix(BYTE_ORDER_MARK)
    assert text.splitlines() == [",A,A: Source,B,B: Source", 'rent,5,"A, page 1",6,"B, page 2"']


def test_the_terminal_saves_a_list_and_says_when_there_is_none(
    receipts: Library, models: Models, tmp_path: Path
) -> None:
    from lamplight.ui.commands import answer_to_json

    finished = asked(receipts, models, "List all receipts with their totals")
    path = tmp_path / "totals.csv"
    assert len(list(saving([{"answer": answer_to_json(finished)}], path))) == 1
    assert "receipt Aster.txt, page 1" in path.read_text(encoding="utf-8-sig")
    spoken = answer_to_json(asked(receipts, models, "hello"))
    assert "neither a table nor a list" in list(saving([{"answer": spoken}], path))[1]["problem"]


def test_a_list_of_an_earlier_version_has_no_sources() -> None:
    assert Rows(**{"columns": ["a"], "rows": [["b"]], "sums": []}).sources == []


GARAGE = """# Estimate 4471, Skoda Fabia

## Parts

| No. | Part | Price | When |
|---|---|---|---|
| 1 | Brake pads | £64 | now |
| 2 | Coil spring | £48 | now |
| 3 | Pollen filter | £18 | can wait |
| 4 | Wiper blade | £12 | can wait |
| 5 | Battery | £95 | now |

## Before you come

Please bring the locking wheel nut, the service book and the spare key.

The car stays with us for two days. We open at eight.
"""


@pytest.fixture
def garage(library: Library, models: Models, tmp_path: Path) -> Library:
    (tmp_path / "estimate.md").write_text(GARAGE, encoding="utf-8")
    (tmp_path / "manual.txt").write_text(MANUAL, encoding="utf-8")
    for name in ("estimate.md", "manual.txt"):
        assert index_file(tmp_path / name, library, models).status == "added"
    return library


def test_a_question_for_several_things_is_answered_by_the_list_it_means(garage: Library, models: Models) -> None:
    told = asked(garage, models, "what error codes can the dryer show?")
    assert "The sensor is broken" in told.answer
    assert "The tank is full" in told.answer
    assert {citation.document for citation in told.citations} == {"manual.txt"}
    told = asked(garage, models, "which parts for the car can still wait?")
    first = told.answer.split("\n\n")[1 + told.unsure]  # under the heading of the likeliest list, or at once
    assert "Pollen filter" in first
    assert "Wiper blade" in first
    assert "Battery" not in first


def test_the_rows_of_a_table_are_listed_under_their_heads(garage: Library, models: Models) -> None:
    told = asked(garage, models, "List all the parts for the Skoda")
    assert told.rows is not None
    assert told.rows.columns == ["No.", "Part", "Price", "When"]
    assert [row[1] for row in told.rows.rows] == [
        "Brake pads", "Coil spring", "Pollen filter", "Wiper blade", "Battery",
    ]  # fmt: skip


def test_who_asks_for_one_thing_gets_no_list(garage: Library, models: Models) -> None:
    told = asked(garage, models, "How much is the battery?")
    assert told.kind == "fact"
    assert "£95" in told.answer
    assert "Coil spring" not in told.answer.partition("\n\n")[0]


def test_a_bullet_is_not_told_twice(library: Library, models: Models, tmp_path: Path) -> None:
    (tmp_path / "trip.md").write_text(
        "# Trip to the coast\n\n## What to bring\n\n- wellington boots\n- a raincoat\n- a packed lunch\n", "utf-8"
    )
    assert index_file(tmp_path / "trip.md", library, models).status == "added"
    told = asked(library, models, "List everything I have to bring to the coast")
    assert "- wellington boots [1]" in told.answer.split("\n")
    assert "- a packed lunch [1]" in told.answer.split("\n")


@pytest.fixture
def invoices(library: Library, models: Models, tmp_path: Path) -> Library:
    """Beside other papers: a word of their names is what they are."""
    sold = {"301": ("3 April", "20 March", "620.00"), "302": ("9 May", "25 April", "470.00")} | {
        "307": ("1 March", "14 February", "85.50")
    }
    files = {
        f"Invoice INV-{number}.txt": f"Brightside Studio\nInvoice INV-{number}\n\nInvoice date: {day} 2024\n"
        f"Due date: {due} 2024\n\nItem: Design of flyers\nTotal: £{total}\n"
        for number, (due, day, total) in sold.items()
    }
    others = ("The garden club meets in May.", "Bread needs flour.", "The flat has two rooms.", "A cat sleeps.")
    others += ("The train leaves at nine.", "Paint dries in a day.", "Bees like clover.")
    files |= {f"note {number}.txt": text for number, text in enumerate(others)}
    for name, text in (files | {"report of Tern.md": REPORT, "manual of the dryer.txt": MANUAL}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert index_file(tmp_path / name, library, models).status == "added"
    return library


def rows_of(finished: Finished) -> list[list[str]]:
    assert finished.rows is not None, finished.answer
    return finished.rows.rows


def test_what_several_documents_are_called_is_their_kind(invoices: Library, models: Models) -> None:
    told = rows_of(asked(invoices, models, "List all invoices with their totals"))
    assert [row[0] for row in told] == [f"Invoice INV-{number}.txt" for number in (301, 302, 307)]
    assert all(amount in row[1] for amount, row in zip(("620", "470", "85.50"), told, strict=True))


def test_a_row_that_is_called_by_its_file_is_summarised_whole(invoices: Library, models: Models) -> None:
    """The ending of the file is no topic."""
    question = "List my invoices"
    history = turn(question, asked(invoices, models, question))
    told = asked(invoices, models, "summarise the first one", history)
    assert told.kind == "summary" and "“" not in told.answer and "INV-301" in told.answer


@pytest.mark.parametrize(
    ("question", "numbers"),
    [("List my invoices by due date", (307, 301, 302)), ("Liste alle Rechnungen nach Betrag auf", (307, 302, 301))],
)
def test_a_list_of_documents_is_in_the_order_that_is_asked_for(
    invoices: Library, models: Models, question: str, numbers: Sequence[int]
) -> None:
    told = rows_of(asked(invoices, models, question))
    assert [row[0] for row in told] == [f"Invoice INV-{number}.txt" for number in numbers]


def test_a_question_about_all_papers_of_a_kind_is_answered_for_each(invoices: Library, models: Models) -> None:
    told = asked(invoices, models, "When are my invoices due?")
    assert [(row[0], row[1]) for row in rows_of(told)] == [
        ("Invoice INV-301.txt", "3 April 2024"),
        ("Invoice INV-302.txt", "9 May 2024"),
        ("Invoice INV-307.txt", "1 March 2024"),
    ]


def test_who_asks_for_one_paper_gets_no_table(invoices: Library, models: Models) -> None:
    for question in ("When is invoice INV-302 due?", "Which invoices did I pay by card?", "Are my invoices paid?"):
        told = asked(invoices, models, question)
        assert told.rows is None


@pytest.fixture
def deadlines(library: Library, models: Models, tmp_path: Path) -> Library:
    mail = (
        "Deadlines of the project\n\nThe form has to be in by 18 November 2024.\nThe draft is due on 2 December 2024.\n"
    )
    minutes = "The work on the pump must be finished by 30 April 2024. The tent has to be ordered by 20 May 2024.\n"
    files = {"deadlines of the project.txt": mail, "minutes.txt": minutes, "recipe.txt": "Bread needs flour.\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert index_file(tmp_path / name, library, models).status == "added"
    return library


@pytest.mark.parametrize("question", ["List all deadlines", "Liste alle Fristen auf"])
def test_what_is_listed_names_no_document(deadlines: Library, models: Models, question: str) -> None:
    told = asked(deadlines, models, question).answer
    assert all(said in told for said in ("18 November", "2 December", "30 April", "20 May"))


def test_a_document_that_is_named_besides_is_listed_alone(deadlines: Library, models: Models) -> None:
    told = asked(deadlines, models, "List all deadlines in the minutes").answer
    assert "30 April" in told and "20 May" in told and "November" not in told


RECIPES = """# Recipes

## Lentil soup

Serves 4. Takes 40 minutes.

- 250 g red lentils
- 2 carrots
- 1 onion

1. Chop the onion and carrots.
2. Add the lentils.
3. Simmer for 25 minutes.

## Apple crumble

Serves 6. Takes 60 minutes.

- 800 g apples
- 150 g flour
- 100 g butter
- 80 g sugar

1. Slice the apples into a dish.
2. Rub flour, butter and sugar.
3. Spread over the apples.
4. Bake at 180 °C for 40 minutes.
"""


def test_of_two_lists_under_a_heading_the_one_asked_for_is_told(
    library: Library, models: Models, tmp_path: Path
) -> None:
    (tmp_path / "recipes.md").write_text(RECIPES, encoding="utf-8")
    assert index_file(tmp_path / "recipes.md", library, models).status == "added"
    told = rows_of(asked(library, models, "List the ingredients of apple crumble"))
    assert [row[1] for row in told] == ["- 800 g apples", "- 150 g flour", "- 100 g butter", "- 80 g sugar"]


def test_items_of_an_item_are_no_list_of_their_own() -> None:
    passage = Passage(1, 1, "a.md", 1, "text", "", "", [])
    lists = (["- a b", "- c d", "1. e f", "2. g h"], ["1. a b", "- c d", "- e f", "2. g h", "3. i j"], ["- a b", "c d"])
    parts = [apart([Sentence(passage, text, []) for text in texts]) for texts in lists]
    assert [len(one) for one in parts] == [2, 1, 1]


MINUTES = """# Protokoll der Eigentümerversammlung, Lindenhof 4

Anwesend sind 9 von 12 Einheiten. Die Einladung ging fristgerecht zu.

## TOP 1 Jahresabrechnung

Die Verwaltung erläutert die Abrechnung. Die Heizkosten sind gesunken.

Beschluss: Die Abrechnung wird genehmigt. Ja 9, Nein 0.

## TOP 2 Wirtschaftsplan

Das Hausgeld steigt ab Juni um 6 %.

Beschluss: Angenommen. Ja 7, Nein 2.

## TOP 3 Sanierung des Daches

Drei Angebote liegen vor.

| Firma | Angebot | Ausführung |
|---|---|---|
| Zimmerei Hug | 68.400 € | September |
| Dachbau Faller | 61.950 € | August |
| Meier Bedachungen | 73.120 € | Juli |

Beschluss: Der Auftrag geht an Dachbau Faller. Ja 8, Nein 1.

## TOP 4 Grillen auf Balkonen

Nach Beschwerden über Rauch wird beraten.

Beschluss: Holzkohle und Gas sind auf Balkonen untersagt. Elektrogrills sind bis 22 Uhr erlaubt. Ja 6, Nein 2.
"""
MEETING = """# Minutes of the choir committee

## Hall

The roof leaks over the stage.

Decision: Ask three firms. For 5, against 0.

## Summer concert

Decision: Accepted. For 4, against 1.

## Fees

The fees have not risen for six years.

Decision: They stay as they are. For 3, against 2.
"""


@pytest.fixture
def minutes(library: Library, models: Models, tmp_path: Path) -> Library:
    for name, text in {"Protokoll.md": MINUTES, "choir.md": MEETING, "manual.txt": MANUAL}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert index_file(tmp_path / name, library, models).status == "added"
    return library


@pytest.mark.parametrize(
    ("request_", "items"),
    [
        (
            "Liste mir alle Beschlüsse der Eigentümerversammlung mit Stimmen auf",
            ["genehmigt. Ja 9, Nein 0.", "Angenommen. Ja 7", "Faller. Ja 8, Nein 1.", "erlaubt. Ja 6, Nein 2."],
        ),
        ("List all decisions of the choir committee with votes", ["For 5, against 0.", "For 4", "For 3, against 2."]),
    ],
)
def test_what_shares_the_label_that_is_asked_for_is_a_list(
    minutes: Library, models: Models, request_: str, items: list[str]
) -> None:
    finished = asked(minutes, models, request_)
    assert not finished.unsure
    told = rows_of(finished)
    assert len(told) == len(items)
    assert all(item in row[1] for item, row in zip(items, told, strict=True))
    # "Accepted." says little without what it is about.
    assert ("TOP 2 Wirtschaftsplan:** Angenommen" in finished.answer) or (
        "Summer concert:** Accepted" in finished.answer
    )


def test_things_compared_in_one_document_are_the_rows_of_their_table(minutes: Library, models: Models) -> None:
    told = asked(minutes, models, "Vergleiche die drei Angebote für das Dach")
    assert not told.unsure
    assert [row[0] for row in rows_of(told)] == ["Zimmerei Hug", "Dachbau Faller", "Meier Bedachungen"]


def test_what_one_sentence_surely_answers_is_no_list_of_the_prose_around_it(minutes: Library, models: Models) -> None:
    for question in ("are barbecues allowed on the balcony at Lindenhof?", "Darf man auf dem Balkon mit Gas grillen?"):
        told = asked(minutes, models, question)
        assert told.kind == "fact"
        assert "untersagt" in told.answer


def test_a_cut_table_is_one_list_and_two_sheets_are_two() -> None:
    heads, other = "Date | Litres | Station", "Date | Garage | Work"
    log = [f"0{day}/01/2024 | {40 + day} | Tesco" for day in range(1, 7)]
    repairs = ["21/02/2024 | Larkhall | Belt", "14/11/2024 | Larkhall | Discs"]
    texts = ["\n".join(["Diesel log", heads, *log[:3]]), "\n".join([heads, *log[3:]]), "\n".join([other, *repairs])]
    chunks = [Passage(number, 1, "car.xlsx", 1, "table", "", text, []) for number, text in enumerate(texts, start=1)]
    lists = {tuple(item.text for item in part.items) for part in columns_of(lines_of(chunks))}
    assert lists == {tuple(log), tuple(repairs)}
