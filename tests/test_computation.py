"""What computed answers promise: the right number with its query and cells, and silence whenever that isn't certain."""

from __future__ import annotations

import csv
import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from library.records import Table
from rag.cells import grids, parse_amount
from rag.computation import Computation, compute
from rag.table_query import load, query
from rag.table_question import read_question
from samples.fees import FEES, HEADINGS


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
    (MEMBERS, "Who is the holder of plot 13?"),
    (MEMBERS, "Who is the holder of plot 99?"),
    (EXPENSES, "How much did we spend on advertising?"),
    (EXPENSES, "How much did we spend on travel per month?"),
    (EXPENSES, "What was the total amount in 2019?"),
    (EXPENSES, "What is the total amount before tax?"),
]
EVERY_TABLE = [FEE_TABLE, STOCK, STATEMENT, SURVEY, RAINFALL, MEMBERS, EXPENSES]
