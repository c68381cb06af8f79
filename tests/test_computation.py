"""What computed answers promise: the right number with its query and cells, and silence whenever that isn't certain."""

from __future__ import annotations

import csv
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from lamplight.ingest.pipeline import index_file
from lamplight.library.records import Table
from lamplight.library.store import Library
from lamplight.models.loading import Models
from lamplight.rag.computation import Computation, compute
from lamplight.rag.tables.cells import grids
from lamplight.rag.tables.query import load, query, quote_identifier
from lamplight.rag.tables.question import parse_table_question
from lamplight.samples import FEES as FEES_FILE
from lamplight.samples.fees import FEES, HEADINGS


def table(name: str, text: str, boxes: bool = False) -> Table:
    """A table written as lines of cells between bars, its heads first."""
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    places = [(10.0, 20.0 * index, 200.0, 20.0 * index + 15) for index in range(len(rows) - 1)] if boxes else []
    return Table(1, name, rows[0], rows[1:], places)


FEE_TABLE = Table(1, "Fernhill fees by year", list(HEADINGS), [list(row) for row in FEES])
STOCK = table(
    "Stock!A1:E7",
    """
    Item | Supplier | Quantity | Unit price | Last ordered
    Hammer | Toolworks | 40 | £12.50 | 2025-03-02
    Cordless drill | Toolworks | 7 | £89.00 | 2025-01-15
    Wood glue | Stickwell | 120 | £4.20 | 2024-11-30
    Paint roller | Brightcoat | 65 | £6.75 | 2025-02-20
    Masking tape | Stickwell | 300 | £1.99 | 2025-04-01
    Step ladder | Toolworks | n/a | £54.00 | 2023-06-18
    """,
)
GUESTS = table(
    "Guests",
    """
    Guest | Coming | Table
    Maya Cole | yes | Oak
    Uncle Joe | no | Elm
    Leo Hart | not yet known | Elm
    Priya Nair | yes | Oak
    Sam Cole | yes | Elm
    """,
)
STATEMENT = table(
    "Consolidated income statement (in millions, except per share data)",
    """
     | 2021 | 2022 | 2023
    Revenue: | | |
    Subscriptions | $1,640 | $1,890 | $2,105
    Services | 310 | 295 | 280
    Total revenue | 1,950 | 2,185 | 2,385
    Cost of revenue: | | |
    Subscriptions | 210 | 240 | 260
    Services | 190 | 185 | 180
    Total cost of revenue | 400 | 425 | 440
    Gross profit | 1,550 | 1,760 | 1,945
    Net income (loss) | (120) | 85 | 230
    Basic earnings per share | $(0.60) | $0.42 | $1.15
    """,
    boxes=True,
)
SURVEY = table(
    "Visitor survey 2025",
    """
    Respondent | Age | Town | Would come again | Rating
    R1 | 34 | Ashford | Yes | 5
    R2 | 41 | Ashford | No | 2
    R3 | 29 | Dover | Yes | 4
    R4 | 63 | Canterbury | Yes | 5
    R5 | 52 | Dover | Undecided | 3
    R6 | 47 | Ashford | Yes |
    """,
)
RAINFALL = table(
    "Rainfall",
    """
    Month | Rainfall (mm) | Wet days
    January | 82,5 | 14
    February | 61,0 | 11
    March | 48,2 | 9
    April | 1.020,4 | 21
    """,
)
MEMBERS = table(
    "Plots",
    """
    Plot | Holder | Size | Rent | Status
    11 | Nora Field | Half | £36 | Let
    12 | Ivo Marsh | Full | £64 | Let
    13 | | Half | £36 | Vacant
    14 | Greta Stone | Full | £64 | Let
    Total | | | £200 |
    """,
)

QUARTERS = table(
    "Revenue by quarter (EUR thousand)",
    """
    Product | Q1 2024 | Q2 2024 | Q3 2024 | Q4 2024 | FY 2024
    Lamps | 120 | 130 | 110 | 150 | 510
    Desks | 80 | 75 | 90 | 95 | 340
    """,
)


def expense_rows() -> list[list[str]]:
    chance = random.Random(5)
    return [
        [
            f"2025-{1 + index % 12:02d}-{1 + index % 28:02d}",
            chance.choice(("Aeon", "Northwind", "Kite & Sons")),
            chance.choice(("Travel", "Meals", "Software")),
            f"{chance.randint(100, 90_000) / 100:,.2f}",
        ]
        for index in range(200)
    ]


EXPENSE_ROWS = expense_rows()
EXPENSES = Table(1, "expenses", ["Date", "Supplier", "Category", "Amount (EUR)"], EXPENSE_ROWS)
TRAVEL = [float(row[3].replace(",", "")) for row in EXPENSE_ROWS if row[2] == "Travel"]
AEON = [float(row[3].replace(",", "")) for row in EXPENSE_ROWS if row[1] == "Aeon"]
ALL = [float(row[3].replace(",", "")) for row in EXPENSE_ROWS]
JUNE = [float(row[3].replace(",", "")) for row in EXPENSE_ROWS if row[0][5:7] == "06"]

ANSWERED = [
    (FEE_TABLE, "How much is a half plot in 2026?", 36.0, "£36"),
    (FEE_TABLE, "What did a full plot cost in 2023?", 52.0, "£52"),
    (FEE_TABLE, "what was the key deposit in 2024", 15.0, "£15"),
    (FEE_TABLE, "Which year had the highest water charge?", "2026", "£15"),
    (FEE_TABLE, "In which year was the full plot cheapest?", "2022", "£48"),
    (FEE_TABLE, "How much more is a full plot than a half plot in 2026?", 28.0, "£28"),
    (FEE_TABLE, "What is the average rent of a half plot from 2022 to 2026?", 31.2, "£31.20"),
    (FEE_TABLE, "How much did the water charge rise from 2022 to 2026?", 6.0, "£6"),
    (FEE_TABLE, "By what percentage did a half plot go up between 2022 and 2026?", 33.3, "33.3%"),
    (FEE_TABLE, "What was the lowest water charge since 2024?", 12.0, "£12"),
    (FEE_TABLE, "How many years does the table list?", 5.0, "5"),
    (STOCK, "How many rows are in the table?", 6.0, "6 rows"),
    (STOCK, "What is the quantity of wood glue?", 120.0, "120"),
    (STOCK, "How much does the cordless drill cost?", 89.0, "£89.00"),
    (STOCK, "What is the unit price of masking tape?", 1.99, "£1.99"),
    (STOCK, "Who is the supplier of the paint roller?", "Brightcoat", "Brightcoat"),
    (STOCK, "When was the step ladder last ordered?", "2023-06-18", "2023-06-18"),
    (STOCK, "What is the most expensive item?", "Cordless drill", "£89.00"),
    (STOCK, "Which item has the smallest quantity?", "Cordless drill", "7"),
    (STOCK, "What are the 2 highest unit prices?", "Cordless drill £89.00; Step ladder £54.00", "£54.00"),
    (STOCK, "What is the total quantity from Stickwell?", 420.0, "420"),
    (STOCK, "How many items have a unit price over £10?", 3.0, "3"),
    (STOCK, "How many different suppliers are there?", 3.0, "3"),
    (GUESTS, "How many guests are coming?", 3.0, "3"),
    (STOCK, "What is the median unit price?", 9.625, "£9.63"),
    (STOCK, "What is the total quantity?", 532.0, "532"),
    (STATEMENT, "What was total revenue in 2022?", 2185.0, "2,185 million"),
    (STATEMENT, "What was the gross profit in FY2023?", 1945.0, "1,945 million"),
    (STATEMENT, "What was the net income in 2021?", -120.0, "(120) million"),
    (STATEMENT, "What were basic earnings per share in 2023?", 1.15, "is $1.15."),
    (STATEMENT, "How much did total revenue grow from 2021 to 2023?", 435.0, "435 million"),
    (STATEMENT, "By what percent did gross profit increase from 2021 to 2022?", 13.5, "13.5%"),
    (STATEMENT, "Which year had the lowest net income?", "2021", "2021"),
    (STATEMENT, "What is the average gross profit?", 1751.6667, "1,751.67 million"),
    (STATEMENT, "What is the difference between total revenue and gross profit in 2023?", 440.0, "440 million"),
    (SURVEY, "How many respondents are from Dover?", 2.0, "2"),
    (SURVEY, "What is the average rating?", 3.8, "3.8"),
    (SURVEY, "What is the average age in Ashford?", 40.6667, "40.67"),
    (SURVEY, "What share of respondents is from Ashford?", 50.0, "3 of 6"),
    (SURVEY, "What was the rating of R4?", 5.0, "5"),
    (RAINFALL, "What was the rainfall in February?", 61.0, "61,0 mm"),
    (RAINFALL, "What is the total rainfall?", 1212.1, "1,212.1 mm"),
    (RAINFALL, "Which month had the most wet days?", "April", "21"),
    (QUARTERS, "What was the revenue of Lamps in Q2 2024?", 130.0, "€130 thousand"),
    (QUARTERS, "What is the total of Q1 2024?", 200.0, "€200 thousand"),
    (MEMBERS, "Who is the holder of plot 12?", "Ivo Marsh", "Ivo Marsh"),
    (MEMBERS, "What is the total rent?", 200.0, "£200"),
    (MEMBERS, "How many plots are vacant?", 1.0, "1"),
    (EXPENSES, "What is the total amount?", sum(ALL), f"€{sum(ALL):,.2f}"),
    (EXPENSES, "How much did we spend on travel?", sum(TRAVEL), f"€{sum(TRAVEL):,.2f}"),
    (EXPENSES, "What is the average amount spent by Aeon?", sum(AEON) / len(AEON), "Aeon"),
    (EXPENSES, "How many expenses are in the Travel category?", len(TRAVEL), str(len(TRAVEL))),
    (EXPENSES, "What was the total amount in June 2025?", sum(JUNE), f"€{sum(JUNE):,.2f}"),
    (EXPENSES, "What is the largest amount for travel?", max(TRAVEL), f"€{max(TRAVEL):,.2f}"),
    (EXPENSES, "How many expenses were over €500?", sum(amount > 500 for amount in ALL), "500"),
    (EXPENSES, "What percentage of the total amount was travel?", 100 * sum(TRAVEL) / sum(ALL), "%"),
]

UNANSWERED = [
    (FEE_TABLE, "When are bonfires allowed?"),
    (FEE_TABLE, "How much was the revenue?"),
    (FEE_TABLE, "How much is a plot in 2026?"),
    (FEE_TABLE, "How much is a half plot?"),
    (FEE_TABLE, "How much will a half plot cost in 2027?"),
    (FEE_TABLE, "What is the average half plot from 2018 to 2026?"),
    (FEE_TABLE, "Why did the water charge rise from 2022 to 2026?"),
    (FEE_TABLE, "How much is a half plot in 2026 for members over 70?"),
    (FEE_TABLE, "Is a half plot cheaper than a full plot?"),
    (FEE_TABLE, "How much did members pay in 2026?"),
    (STOCK, "How much does a saw cost?"),
    (STOCK, "How many hammers were sold?"),
    (STOCK, "What is the quantity of all items except hammers?"),
    (STOCK, "What is the unit price of items from Toolworks?"),
    (STOCK, "How much does a hammer weigh?"),
    (STOCK, "How many step ladders are in stock?"),
    (STOCK, "What share price does Toolworks have?"),
    (STOCK, "How much did the hammer cost in 2019?"),
    (STATEMENT, "What was revenue in 2022?"),
    (STATEMENT, "What were subscriptions in 2022?"),
    (STATEMENT, "What was total revenue in 2019?"),
    (STATEMENT, "What was total revenue in the third quarter of 2022?"),
    (STATEMENT, "What was the net profit margin in 2022?"),
    (STATEMENT, "What is the total of 2022?"),
    (STATEMENT, "What drove the change in gross profit from 2021 to 2022?"),
    (STATEMENT, "What was the cost in 2022?"),
    (SURVEY, "How many respondents are happy?"),
    (SURVEY, "How many respondents said yes?"),
    (SURVEY, "What does R1 mean?"),
    (SURVEY, "How many respondents are not from Dover?"),
    (SURVEY, "What was the rating of R6?"),
    (RAINFALL, "How much snow fell in January?"),
    (RAINFALL, "What was the total rainfall from January to March?"),
    (RAINFALL, "What was the rainfall in January of last year?"),
    (QUARTERS, "What is the total of Lamps?"),
    (QUARTERS, "What is the average of Desks?"),
    (QUARTERS, "What was the revenue of Lamps in 2024?"),
    (STOCK, "What is the maximum quantity of wood glue?"),
    (STOCK, "What is the average unit price of the hammer?"),
    (MEMBERS, "Who is the holder of plot 13?"),
    (MEMBERS, "Who is the holder of plot 99?"),
    (EXPENSES, "How much did we spend on advertising?"),
    (EXPENSES, "How much did we spend on travel per month?"),
    (EXPENSES, "What was the total amount in 2019?"),
    (EXPENSES, "What is the total amount before tax?"),
]
EVERY_TABLE = [FEE_TABLE, STOCK, STATEMENT, SURVEY, RAINFALL, QUARTERS, MEMBERS, EXPENSES]


def is_value(value: float | str, expected: float | str) -> bool:
    if isinstance(value, str) or isinstance(expected, str):
        return value == expected
    return value == pytest.approx(expected, rel=1e-6, abs=0.051)  # percentages are given to a tenth


def computed(question: str, *tables: Table) -> Computation:
    found = compute(question, tables)
    assert found is not None, f"nothing was computed for: {question}"
    return found


@pytest.mark.parametrize(("source", "question", "value", "words"), ANSWERED, ids=[case[1] for case in ANSWERED])
def test_a_question_about_a_table_is_computed(source: Table, question: str, value: float | str, words: str) -> None:
    found = computed(question, source)
    assert is_value(found.value, value), found.answer
    assert words in found.answer
    assert found.table is source
    assert found.cells
    assert found.sql.startswith("SELECT ")


@pytest.mark.parametrize(("source", "question"), UNANSWERED, ids=[case[1] for case in UNANSWERED])
def test_what_a_table_does_not_say_is_not_computed(source: Table, question: str) -> None:
    assert compute(question, [source]) is None
    assert compute(question, EVERY_TABLE) is None


@pytest.mark.parametrize(("source", "question", "value", "words"), ANSWERED, ids=[case[1] for case in ANSWERED])
def test_other_tables_change_no_answer(source: Table, question: str, value: float | str, words: str) -> None:
    found = compute(question, EVERY_TABLE)
    assert found is None or (found.table is source and is_value(found.value, value))


def test_a_question_that_two_tables_answer_differently_is_left_alone() -> None:
    later = Table(1, "Fernhill fees by year", list(HEADINGS), [["2026", "£70", "£40", "£16", "£20", "£8"]])
    question = "How much is a half plot in 2026?"
    assert compute(question, [FEE_TABLE, later]) is None
    assert compute(question, [FEE_TABLE, FEE_TABLE]) is not None  # the same file twice says the same


def test_a_question_may_name_the_document() -> None:
    rows = {1: [["2025", "40"]], 2: [["2025", "55"]]}
    tables = [Table(1, "", ["Year", "Members"], cells, document_id=number) for number, cells in rows.items()]
    names = {1: "Fernhill_report.pdf", 2: "Oakdale_report.pdf"}
    found = compute("How many members did Oakdale have in 2025?", tables, names)
    assert found is not None and found.value == 55.0
    assert compute("How many members did Oakdale have in 2025?", tables) is None
    assert compute("How many members were there in 2025?", tables, names) is None


@pytest.mark.long
def test_files_that_were_added_are_computed(library: Library, models: Models, tmp_path: Path) -> None:
    path = tmp_path / "expenses.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([EXPENSES.columns, *EXPENSES.rows])
    for source in (path, FEES_FILE):
        assert index_file(source, library, models).status == "added"
    names = {document.id: document.name for document in library.documents.all()}
    tables = library.tables.of(names)
    found = compute("How much did we spend on travel?", tables, names)
    assert found is not None
    assert found.value == pytest.approx(sum(TRAVEL))
    found = compute("How much is a half plot in 2026?", tables, names)
    assert found is not None
    assert found.answer == "Half plot in 2026 is £36."
    assert names[found.table.document_id] == FEES_FILE.name


def test_the_cells_and_boxes_are_those_that_were_used() -> None:
    found = computed("How much did total revenue grow from 2021 to 2023?", STATEMENT)
    assert sorted(found.cells) == [(3, 1), (3, 3)]
    assert found.boxes == [STATEMENT.boxes[3]]
    found = computed("Which year had the highest water charge?", FEE_TABLE)
    assert [FEE_TABLE.rows[row][column] for row, column in found.cells] == ["2026", "£15"]
    assert found.boxes == []


def test_rows_without_a_number_are_named() -> None:
    assert computed("What is the total quantity?", STOCK).note == "1 row left out, as Quantity holds no number there."
    assert computed("What is the average rent?", MEMBERS).note == "Not counted: Total."


def test_thousands_that_are_parted_by_points_are_added_up() -> None:
    flats = table("Heating meter", "Flat | 2023 | Consumption\nA | 14.220 | 1.714\nB | 9.871 | 571\nC | 21.005 | 2.885")
    assert computed("What is the total consumption?", flats).answer.endswith("is 5,170.")
    houses = table("Immobilien", "Objekt | Kaufpreis\nReihenhaus | 450.000 €\nBungalow | 315.000 €")
    assert computed("What is the total Kaufpreis?", houses).answer.endswith("is €765,000.")
    fuel = table("Fuel", "Day | Price\nMonday | 1.459 €\nTuesday | 1.609 €")
    assert compute("What is the average price?", [fuel]) is None


def test_a_total_that_is_not_the_sum_of_its_rows_is_only_quoted() -> None:
    wrong = Table(1, "Plots", MEMBERS.columns, [*MEMBERS.rows[:-1], ["Total", "", "", "£210", ""]])
    assert computed("What is the total rent?", wrong).answer == "Rent for Total is £210."
    assert compute("What is the sum of the rent?", [wrong]) is None
    assert computed("What is the sum of the rent?", MEMBERS).value == 200.0


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1,5", "2,25"], "number"),
        (["1,5", "2.5"], "text"),
        (["1.459", "1.609"], "text"),
        (["£5", "$6"], "text"),
        (["5", "n/a", "7", ""], "number"),
        (["5", "six", "7", "eight"], "text"),
        (["2021", "FY2022"], "year"),
        (["13/02/2025", "01/03/2025"], "date"),
        (["03/04/2025", "05/06/2025"], "text"),
        (["", "n/a"], "text"),
    ],
    ids=[
        "decimal commas",
        "two styles",
        "thousands or decimals",
        "two currencies",
        "blanks",
        "words",
        "years",
        "dates",
        "either order",
        "nothing",
    ],
)
def test_a_column_is_only_what_all_of_it_can_be(cells: list[str], kind: str) -> None:
    source = Table(1, "", ["Item", "Value"], [[str(index), cell] for index, cell in enumerate(cells)])
    assert grids(source)[0].columns[1].kind == kind


HOSTILE = Table(
    1,
    'x"; DROP TABLE "x"; --',
    ["Name\"); ATTACH 'evil.db' AS e; --", "Amount", "Amount", "rowid", ""],
    [
        ["'; DELETE FROM x; --", "10", "1", "7", "a"],
        ['" UNION SELECT load_extension(1) --', "20", "2", "8", "b"],
        ["Robert'); DROP TABLE x", "30", "3", "9", "\x00c"],
    ],
)


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("How many rows are in the table?", 3.0),
        ("What is the amount for Robert'); DROP TABLE x?", None),
        ("What is the total amount?", None),
        ("What is the rowid of '; DELETE FROM x; --?", 7.0),
    ],
)
def test_names_and_cells_of_a_document_are_never_run(
    question: str, value: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = compute(question, [HOSTILE])
    assert (found.value if found else None) == value
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE stock",
        "DELETE FROM stock",
        "INSERT INTO stock VALUES (1)",
        "UPDATE stock SET Item = 'x'",
        "ATTACH 'other.db' AS other",
        "PRAGMA writable_schema = 1",
        "SELECT * FROM sqlite_master",
        "SELECT load_extension('x')",
        "SELECT randomblob(1000000000)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "CREATE TEMP TABLE t (a)",
        "VACUUM INTO 'copy.db'",
    ],
)
def test_the_database_does_nothing_but_select_on_its_table(
    statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    stock = Table(1, "stock", STOCK.columns, STOCK.rows)
    with closing(load(grids(stock)[0])) as database:
        assert database.execute('SELECT count(*) FROM "stock"').fetchone() == (6,)
        with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited|authorization denied"):
            database.execute(statement).fetchall()
    assert list(tmp_path.iterdir()) == []


def test_the_query_that_is_shown_is_the_one_that_gives_the_value(tmp_path: Path) -> None:
    """A person can run it on the file with sqlite3 and get the same."""
    found = computed("How much did we spend on travel?", EXPENSES)
    path = tmp_path / "expenses.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([EXPENSES.columns, *EXPENSES.rows])
    with closing(sqlite3.connect(":memory:")) as database, path.open(newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
        columns = ", ".join(quote_identifier(name) for name in head)
        database.execute(f"CREATE TABLE expenses ({columns})")
        numbers = [[*row[:3], float(row[3].replace(",", ""))] for row in rows]
        database.executemany("INSERT INTO expenses VALUES (?, ?, ?, ?)", numbers)
        (value,) = database.execute(found.sql).fetchone()
    assert value == pytest.approx(found.value)


@pytest.mark.parametrize(
    "source",
    [
        Table(1, "", [], []),
        Table(1, "", ["A", "B"], []),
        Table(1, "", ["A", "B"], [["1"]]),
        Table(1, "", ["", ""], [["", ""]]),
        Table(1, "", [f"c{index}" for index in range(3000)], [["1"] * 3000]),
    ],
    ids=["nothing", "heads only", "ragged", "blank", "too wide"],
)
def test_a_broken_table_gives_no_answer(source: Table) -> None:
    assert compute("What is the total of A?", [source]) is None
    assert compute("How many B are there?", [source]) is None


def test_columns_with_the_same_head_are_not_mixed_up() -> None:
    twice = Table(1, "", ["Item", "Price", "Price"], [["Pen", "1", "2"], ["Ink", "3", "4"]])
    assert [column.name for column in grids(twice)[0].columns] == ["Item", "Price", "Price #2"]
    assert compute("What is the price of the pen?", [twice]) is None


@pytest.mark.parametrize("question", ["", "?", "total", "How many", "a" * 5000, "what " * 500], ids=range(6))
def test_a_question_that_is_none_gives_no_answer(question: str) -> None:
    assert compute(question, EVERY_TABLE) is None


def test_every_plan_becomes_a_query_sqlite_accepts() -> None:
    for source, question, _, _ in ANSWERED:
        plan = parse_table_question(question, source)[0]
        with closing(load(plan.grid)) as database:
            database.execute(query(plan)).fetchall()
