"""How numbers, amounts and days are read, wherever they stand: in cells, on receipts, in prose, in questions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lamplight.library.records import Table
from lamplight.rag.lexicon.amounts import (
    comma_decimal_in,
    decimal_comma,
    first_number,
    only_number,
    parse_amount,
    two_styles,
)
from lamplight.rag.lexicon.dates import dates_of, parse_dates
from lamplight.rag.lexicon.numbers import read_digits
from lamplight.rag.lexicon.quantities import quantities_of
from lamplight.rag.programs.view import canonical, view_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234.50", 1234.5),
        ("(1,234)", -1234),
        ("$(0.60)", -0.6),
        ("(12.5)%", -12.5),
        ("-£12.50", -12.5),
        ("\u22125", -5),
        ("–5", -5),
        ("12 %", 12),
        ("$1.2m", 1_200_000),
        ("€3bn", 3_000_000_000),
        ("1.5 Mio. €", 1_500_000),
        ("5k", 5_000),
        ("12万", 120_000),
        ("1 234", 1234),
        ("1'234.5", 1234.5),
        ("CHF 1'234.50", 1234.5),
        ("CHF 5.–", 5),
        ("64 €", 64),
        ("USD 20", 20),
        ("RM12.90", 12.9),
        ("Rs. 5,000", 5000),
        ("1,23,456", 123456),
        ("₹ 12,34,567.50", 1_234_567.5),
        ("2,371 (1)", 2371),
        ("2,371¹", 2371),
        ("12.5 %²", 12.5),
        ("82 m²", 82),
        ("10⁶", None),
        ("12,34", None),
        ("5 apples", None),
        ("39:12", None),
        ("n/a", None),
        ("—", None),
        ("", None),
        ("12345678901234567890", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, value: float | None) -> None:
    amount = parse_amount(text)
    assert (amount.value if amount else None) == value


@pytest.mark.parametrize(
    ("text", "point", "comma", "either"),
    [
        ("1,234", "1234", "1.234", "1234"),
        ("1.234", "1.234", "1234", "1.234"),
        ("1.234,5", None, "1234.5", "1234.5"),
        ("1.234.567", None, "1234567", "1234567"),
        ("0,750", None, "0.750", "0.750"),
        ("1 234,56", None, "1234.56", "1234.56"),
        ("12,34,567", "1234567", None, "1234567"),
        ("1.2.3", None, None, None),
        ("1,2,3", None, None, None),
    ],
)
def test_what_can_be_read_in_one_way_only_needs_no_column(
    text: str, point: str | None, comma: str | None, either: str | None
) -> None:
    assert (read_digits(text, False), read_digits(text, True), read_digits(text)) == (point, comma, either)


def test_a_column_says_where_its_decimals_stand() -> None:
    assert comma_decimal_in(["1.500", "2,5"]) and not comma_decimal_in(["1.500", "2.5"])
    assert two_styles(["1,5", "2.5"]) and not two_styles(["1.500", "1,500"])


@pytest.mark.parametrize(
    ("columns", "comma"),
    [
        pytest.param([["1.714", "571", "2.885"]], True, id="hundreds beside thousands"),
        pytest.param([["14.220", "9.871"], ["1.714", "571"]], True, id="hundreds in another column"),
        pytest.param([["450.000 €", "680.000 €"]], True, id="money has no three decimals"),
        pytest.param([["€ 12.500", "€ 9.500"]], True, id="the sign before it"),
        pytest.param([["1.234.567", "2.345.678"]], True, id="two groups"),
        pytest.param([["3.450", "1.680"], ["7,5", "12"]], True, id="another column has decimal commas"),
        pytest.param([["1.459 €", "1.609 €"]], None, id="fuel or thousands"),
        pytest.param([["1.333", "2", "1.667"]], None, id="thirds or thousands"),
        pytest.param([["14.220", "15.934"]], None, id="nothing tells"),
        pytest.param([["1.459", "1.609"], ["40.5", "38"]], False, id="another column has decimal points"),
        pytest.param([["1.234", "0.987"]], False, id="no thousand begins with 0"),
        pytest.param([["1,234", "571"]], False, id="English thousands"),
    ],
)
def test_a_point_is_read_by_what_stands_beside_it_or_not_at_all(columns: list[list[str]], comma: bool | None) -> None:
    assert decimal_comma(columns) is comma
    prices = view_of(Table(1, "", ["Was", "Preis"], [["Zaun", "1.500"], ["Tor", "249,90"]]))
    assert prices.columns[1].numbers == (1500.0, 249.9)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("RM 1,234.50", "1234.50"),
        ("1.234,50 €", "1234.50"),
        ("TOTAL 1 234,50 EUR", "1234.50"),
        ("-79,00", "-79.00"),
        ("Total: $5k", "5000"),
        (">100", "100"),
        ("7", "7"),
        ("tea", None),
        ("2 x 3.50", None),
        ("2024-03-31", None),
    ],
)
def test_an_amount_is_read_with_its_label_and_in_either_notation(text: str, value: str | None) -> None:
    assert only_number(text) == (None if value is None else Decimal(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [("W 24-17", 24), ("5 apples", 5), ("#3", 3), ("\u22125 °C (night)", -5), ("12–15", 12), ("tea", None)],
)
def test_of_a_cell_that_says_more_the_first_number_counts(text: str, value: float | None) -> None:
    assert first_number(text) == value


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("It cost ₹12,34,567.50 in all.", [1_234_567.5]),
        ("Die Miete beträgt 1.234,56 Euro.", [1234.56]),
        ("Es kostet CHF 1’234.50 im Jahr.", [1234.5]),
        ("The address is 192.168.1.1 here.", [192, 168, 1, 1]),
        ("About 2 lakh people try 5 times.", [200_000, 5]),
        ("共有12万人。", [120_000]),
    ],
)
def test_numbers_in_prose(text: str, values: list[float]) -> None:
    assert [quantity.value for quantity in quantities_of(text)] == values
    assert not any(quantity.currency == "try" for quantity in quantities_of(text))  # a lira is written TRY


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("March 3rd, 2020", (2020, 3, 3)),
        ("March\u00a03,\u00a02020", (2020, 3, 3)),
        ("3rd of March 2020", (2020, 3, 3)),
        ("3-Mar-20", (2020, 3, 3)),
        ("2020/03/03", (2020, 3, 3)),
        ("2024-11-01T10:00:00", (2024, 11, 1)),
        ("Oct 12 1492", (1492, 10, 12)),
        ("Sept. 9, 2024", (2024, 9, 9)),
        ("31. März 2024", (2024, 3, 31)),
        ("1er mars 2024", (2024, 3, 1)),
        ("15 août 2023", (2023, 8, 15)),
        ("5 de mayo de 2024", (2024, 5, 5)),
        ("Dez. 2023", (2023, 12, 0)),
        ("2024年3月3日", (2024, 3, 3)),
        ("May", (0, 5, 0)),
        ("3.4.2020", (2020, 4, 3)),  # with points the day comes first
    ],
)
def test_days_are_read_as_people_write_them(text: str, day: tuple[int, int, int]) -> None:
    [date] = dates_of(text)
    assert (date.year, date.month, date.day) == day and date.swapped is None


def test_may_is_a_verb_and_a_slashed_day_may_be_another() -> None:
    assert dates_of("You may go.") == ()
    [date] = dates_of("Paid on 03/04/2020.")
    assert (date.day, date.month, date.swapped) == (3, 4, (4, 3))


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["13/02/2025", "01/03/2025"], ["2025-02-13", "2025-03-01"]),
        (["02/13/2025", "03/01/2025"], ["2025-02-13", "2025-03-01"]),
        (["03/04/2025", "05/06/2025"], None),
        (["13/02/2025", "02/13/2025", "03/04/2025"], None),
        (["3.4.2025", "5 June 2025"], ["2025-04-03", "2025-06-05"]),
        (["31/02/2025", "13/02/2025"], None),
        (["1.2.10", "1.2.11"], None),  # versions
        (["3 March", "5 March"], None),  # of which year?
    ],
)
def test_a_column_of_days_says_in_which_order_they_are_written(cells: list[str], days: list[str] | None) -> None:
    assert parse_dates(cells, cells) == days


def test_days_in_figures_order_the_rows_of_a_table() -> None:
    dated = view_of(Table(1, "", ["Day", "Who"], [["2020-03-03", "Ann"], ["2019-05-01", "Bo"]]))
    assert dated.columns[0].kind == "date" and dated.columns[0].values == (20200303.0, 20190501.0)
    spans = view_of(Table(1, "", ["Held", "Who"], [["March 3 – April 5, 2020", "Ann"], ["July 4th, 2019", "Bo"]]))
    assert spans.columns[0].values == (20200303.0, 20190704.0)


@pytest.mark.parametrize(
    ("one", "other"), [("1,200.0", "1200"), ("12.5 %", "12.5%"), ("1'234", "1,234"), ("(5)", "-5"), ("Café", "cafe")]
)
def test_two_spellings_of_the_same_answer_are_the_same(one: str, other: str) -> None:
    assert canonical(one) == canonical(other)
