"""Bar charts drawn by a plotting library in many styles are read to the value, and nothing else is."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import matplotlib

matplotlib.use("Agg")
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from PIL import Image

from lamplight.ingest.charts.chart import Chart, read_chart
from lamplight.ingest.charts.scale import find_scales, number_in
from lamplight.ingest.charts.unread import UnreadChart, unread_chart
from lamplight.models.loading import Models
from lamplight.samples import CHART
from lamplight.samples.chart import HARVEST, YEARS

PLACES = ["North", "South", "East", "West"]
FRUIT = {"Apples": [31, 12, 25, 8], "Pears": [14, 22, 9, 30], "Plums": [5, 17, 28, 21]}
ONE = [31, 12, 25, 8]
CLOSE = 0.01  # of the largest value: 2 pixels of 250

Values = dict[str, dict[str, float]]
BY_PLACE: Values = {place: {fruit: FRUIT[fruit][at] for fruit in FRUIT} for at, place in enumerate(PLACES)}


def single(values: list[float] | list[int], names: list[str] = PLACES) -> Values:
    return {name: {"": value} for name, value in zip(names, values, strict=True)}


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    pyplot.close("all")


def grouped(axes: Axes, across: bool = False, **options: Any) -> None:
    """Three bars for each place and their legend, with room above them."""
    width = 0.8 / len(FRUIT)
    for place, (fruit, values) in enumerate(FRUIT.items()):
        at = np.arange(len(PLACES)) + (place - 1) * width
        (axes.barh if across else axes.bar)(at, values, width, label=fruit, **options)
    (axes.set_yticks if across else axes.set_xticks)(range(len(PLACES)), PLACES)
    (axes.set_xlim if across else axes.set_ylim)(0, 48)
    axes.legend(ncol=1 if across else 3)


def plain(axes: Axes) -> None:
    grouped(axes)
    axes.set_title("Harvest")
    axes.set_ylabel("kg")


def with_grid(axes: Axes) -> None:
    grouped(axes)
    axes.grid(True)  # drawn over the bars, along and across


def legend_below(axes: Axes) -> None:
    grouped(axes)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.1), ncol=3)
    axes.figure.tight_layout()


def legend_outside(axes: Axes) -> None:
    grouped(axes)
    axes.legend(loc="center left", bbox_to_anchor=(1, 0.5))
    axes.figure.tight_layout()


def outlined(axes: Axes) -> None:
    grouped(axes, edgecolor="black", linewidth=1)


def across(axes: Axes) -> None:
    grouped(axes, across=True)


def across_from_the_top(axes: Axes) -> None:
    grouped(axes, across=True)
    axes.invert_yaxis()


def one_series(axes: Axes) -> None:
    axes.bar(PLACES, ONE)


def a_colour_each(axes: Axes) -> None:
    axes.bar(PLACES, ONE, color=["red", "green", "blue", "orange"])


LONG = ["Marketing", "Research and development", "Sales", "Human resources"]


def long_names(axes: Axes) -> None:
    axes.barh(LONG, ONE, color="gray")
    axes.figure.tight_layout()


WRAPPED = ["Research &\ndevelopment", "Sales", "Human\nresources", "Legal"]


def wrapped_names(axes: Axes) -> None:
    axes.bar(WRAPPED, ONE)
    axes.set_xlabel("Department")


def printed(axes: Axes) -> None:
    axes.bar_label(axes.bar(PLACES, [310, 455, 205, 120]))
    axes.yaxis.set_major_formatter(lambda value, _: f"${value:.0f}")


def thousands(axes: Axes) -> None:
    axes.bar(PLACES, [1200, 3400, 560, 2890])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def percent(axes: Axes) -> None:
    axes.bar(PLACES, [12.5, 34, 56, 28.9])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0f}%")


def dollars_in_thousands(axes: Axes) -> None:
    axes.bar(PLACES, [1200, 3400, 5600, 2900])
    axes.yaxis.set_major_formatter(lambda value, _: f"${value / 1000:.0f}K")


def below_zero(axes: Axes) -> None:
    axes.bar(PLACES, [12, -7, 5, -3.5])
    axes.axhline(0, color="black", linewidth=0.8)


def with_doubts(axes: Axes) -> None:
    axes.bar(PLACES, ONE, yerr=2, capsize=4)


CASES: list[tuple[Callable[[Axes], None], str, Values]] = [
    (plain, "default", BY_PLACE),
    (plain, "ggplot", BY_PLACE),
    (plain, "dark_background", BY_PLACE),
    (plain, "grayscale", BY_PLACE),
    (with_grid, "default", BY_PLACE),
    (legend_below, "bmh", BY_PLACE),
    (legend_outside, "default", BY_PLACE),
    (outlined, "default", BY_PLACE),
    (across, "default", BY_PLACE),
    (across_from_the_top, "ggplot", BY_PLACE),
    (one_series, "default", single(ONE)),
    (a_colour_each, "default", single(ONE)),
    (long_names, "default", single(ONE, LONG)),
    (wrapped_names, "default", single(ONE, [name.replace("\n", " ") for name in WRAPPED])),
    (printed, "default", single([310, 455, 205, 120])),
    (thousands, "default", single([1200, 3400, 560, 2890])),
    (percent, "default", single([12.5, 34, 56, 28.9])),
    (dollars_in_thousands, "default", single([1200, 3400, 5600, 2900])),
    (below_zero, "default", single([12, -7, 5, -3.5])),
    (with_doubts, "default", single(ONE)),
]

# Of what is read alike, one is quick: the dark style is the hardest, a legend in the picture is read before the bars.
RARE = {"ggplot", "grayscale", "bmh"}
ALIKE = {with_grid, legend_outside, outlined, a_colour_each, wrapped_names, thousands, percent, dollars_in_thousands}


def picture_of(draw: Callable[[Axes], None], style: str = "default", format_name: str = "png") -> Image.Image:
    with pyplot.style.context(style):
        figure, axes = pyplot.subplots(figsize=(6.4, 4.2))
        draw(axes)
        buffer = io.BytesIO()
        figure.savefig(buffer, format=format_name, dpi=100)
    return Image.open(buffer).convert("RGB")


def read(picture: Image.Image, models: Models) -> Chart | None:
    return read_chart(picture, models.ocr.words(picture))


@pytest.mark.parametrize(
    ("draw", "style", "values"),
    [
        pytest.param(
            draw,
            style,
            values,
            id=f"{draw.__name__}, {style}",
            marks=pytest.mark.long if style in RARE or draw in ALIKE else (),
        )
        for draw, style, values in CASES
    ],
)
def test_a_bar_charts_values_are_read_from_the_picture(
    models: Models, draw: Callable[[Axes], None], style: str, values: Values
) -> None:
    chart = read(picture_of(draw, style), models)
    assert chart is not None
    assert set(chart.values) == set(values)
    largest = max(abs(value) for series in values.values() for value in series.values())
    for category, series in values.items():
        assert chart.values[category] == pytest.approx(series, abs=CLOSE * largest)


@pytest.mark.long
def test_a_chart_is_read_from_a_jpeg_too(models: Models) -> None:
    chart = read(picture_of(plain, format_name="jpeg"), models)
    assert chart is not None
    assert chart.values["South"] == pytest.approx(BY_PLACE["South"], abs=CLOSE * 31)


@pytest.mark.long
def test_a_bar_of_no_height_is_not_given_a_value(models: Models) -> None:
    def draw(axes: Axes) -> None:
        axes.bar(np.arange(4) - 0.2, [31, 0, 25, 8], 0.4, label="Apples")
        axes.bar(np.arange(4) + 0.2, [14, 22, 9, 30], 0.4, label="Pears")
        axes.set_xticks(range(4), PLACES)
        axes.set_ylim(0, 48)
        axes.legend(ncol=2)

    chart = read(picture_of(draw), models)
    assert chart is not None
    assert set(chart.values["South"]) == {"Pears"}


def test_the_sample_chart_gives_its_numbers_with_their_unit_and_place(models: Models) -> None:
    with Image.open(CHART) as picture:
        chart = read(picture.convert("RGB"), models)
    assert chart is not None
    assert chart.values == {crop: dict(zip(YEARS, weights, strict=True)) for crop, weights in HARVEST.items()}
    rows = dict(chart.rows())
    left, top, right, bottom = rows["Potatoes: 2023 410 kg, 2024 455 kg, 2025 520 kg"]
    assert 150 < left < right < 450
    assert 290 < top < bottom < 970


def line(axes: Axes) -> None:
    axes.plot([1, 2, 3, 4], [5, 9, 2, 7], "s-", markersize=14, label="a")
    axes.set_ylim(0, 10)
    axes.legend()


def pie(axes: Axes) -> None:
    axes.pie([3, 4, 5], labels=["a", "b", "c"], autopct="%d%%")


def scatter(axes: Axes) -> None:
    axes.scatter(np.linspace(0, 10, 30), np.linspace(0, 10, 30) ** 1.2, marker="s", s=60)


def logarithmic(axes: Axes) -> None:
    axes.bar(PLACES, [1, 30, 500, 9000])
    axes.set_yscale("log")


def stacked(axes: Axes) -> None:
    foot = np.zeros(4)
    for fruit, values in FRUIT.items():
        axes.bar(PLACES, values, bottom=foot, label=fruit)
        foot = foot + np.array(values)
    axes.legend()


def histogram(axes: Axes) -> None:
    axes.hist(np.random.default_rng(0).normal(5, 1, 500), bins=8, edgecolor="white")


def without_legend(axes: Axes) -> None:
    grouped(axes)
    axes.get_legend().remove()


def not_from_zero(axes: Axes) -> None:
    axes.bar(PLACES, [52, 58, 61, 55])
    axes.set_ylim(50, 65)


def waterfall(axes: Axes) -> None:
    axes.bar(PLACES, [10, -4, 8, 6], bottom=[0, 10, 6, 14])


def overlaid(axes: Axes) -> None:
    axes.bar(PLACES, ONE)
    axes.bar(PLACES, FRUIT["Plums"], width=0.4)


def in_millions(axes: Axes) -> None:
    axes.bar(PLACES, [1.2e6, 3.4e6, 5.6e6, 2.9e6])  # the axis says 1 to 5, and 1e6 above it


def behind_its_legend(axes: Axes) -> None:
    grouped(axes)
    axes.set_ylim(0, 32)
    axes.legend(loc="upper right", framealpha=0.8)


OTHERS = [
    line,
    pie,
    scatter,
    logarithmic,
    stacked,
    histogram,
    without_legend,
    not_from_zero,
    waterfall,
    overlaid,
    in_millions,
    behind_its_legend,
]


UNUSUAL = {scatter, histogram, waterfall, overlaid, in_millions, behind_its_legend}


@pytest.mark.parametrize(
    "draw",
    [pytest.param(draw, id=draw.__name__, marks=pytest.mark.long if draw in UNUSUAL else ()) for draw in OTHERS],
)
def test_what_is_not_sure_is_not_guessed(models: Models, draw: Callable[[Axes], None]) -> None:
    assert read(picture_of(draw), models) is None


def test_noise_is_no_chart(models: Models) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (300, 400, 3), np.uint8)
    assert read(Image.fromarray(noise), models) is None


@pytest.mark.parametrize(
    ("text", "value", "before", "after"),
    [
        ("1,200", 1200, "", ""),
        ("$1.5K", 1500, "$", ""),
        ("\N{MINUS SIGN}20", -20, "", ""),
        ("(20)", -20, "", ""),
        ("600 kg", 600, "", "kg"),
        ("12.5%", 12.5, "", "%"),
        ("0,5", 0.5, "", ""),
    ],
)
def test_numbers_are_read_as_axes_write_them(text: str, value: float, before: str, after: str) -> None:
    number = number_in(text, (0, 0, 10, 10))
    assert number is not None
    assert (number.value, number.before, number.after) == (value, before, after)


@pytest.mark.parametrize("text", ["05", "1.200", "Sales", "2 + 2", "_", "10:30"])
def test_what_could_mean_two_numbers_is_none(text: str) -> None:
    assert number_in(text, (0, 0, 10, 10)) is None


def test_a_scale_lives_with_missing_and_garbled_ticks() -> None:
    ticks = {"0": 400, "10": 361, "7": 319, "30": 280, "50": 201}  # 20 was read as 7, and 40 not at all
    numbers = [number_in(text, (10.0, y - 8.0, 30.0, y + 8.0)) for text, y in ticks.items()]
    (scale,) = find_scales([number for number in numbers if number is not None])
    assert [tick.value for tick in scale.ticks] == [0, 10, 30, 50]
    assert scale.zero == pytest.approx(400, abs=2)
    assert scale.per_pixel == pytest.approx(0.25, rel=0.02)


def test_numbers_that_are_in_no_line_are_no_scale() -> None:
    prices = {"4.20": 100, "1.10": 120, "12.99": 140, "0.50": 160}
    numbers = [number_in(text, (10.0, y - 8.0, 60.0, y + 8.0)) for text, y in prices.items()]
    assert find_scales([number for number in numbers if number is not None]) == []


def stacked(axes: Axes) -> None:
    below = np.zeros(len(PLACES))
    for fruit, values in FRUIT.items():
        axes.bar(PLACES, values, bottom=below, label=fruit)
        below += values
    axes.set_ylim(0, 100)
    axes.legend(ncol=3, fontsize=14)


def test_stacked_bars_are_read_part_by_part(models: Models) -> None:
    chart = read(picture_of(stacked), models)
    assert chart is not None
    assert chart.name == "Stacked bar chart"
    for place, series in BY_PLACE.items():
        assert chart.values[place] == pytest.approx(series, abs=0.5)


def one_line(axes: Axes) -> None:
    axes.plot(["2018", "2019", "2020", "2021"], [120, 180, 90, 240], marker="o")


def test_a_single_line_is_read_over_each_label(models: Models) -> None:
    chart = read(picture_of(one_line), models)
    assert chart is not None
    assert chart.name == "Line chart"
    assert {label: value[""] for label, value in chart.values.items()} == pytest.approx(
        {"2018": 120, "2019": 180, "2020": 90, "2021": 240}, abs=2.4
    )


@pytest.mark.long
def test_a_chart_that_is_not_read_says_so_with_the_range_of_its_axis(models: Models) -> None:
    def draw(axes: Axes) -> None:
        axes.scatter(np.arange(30) * 1.5, np.arange(30) * 7 % 40)

    said = unread(models, draw)
    assert said.name == ""
    assert said.sentence.startswith("The values of this chart could not be read; its upright axis runs from 0 to ")


def unread(models: Models, draw: Callable[[Axes], None]) -> UnreadChart:
    picture = picture_of(draw)
    words = models.ocr.words(picture)
    assert read_chart(picture, words) is None
    return unread_chart(picture, words)


@pytest.mark.parametrize(
    "beside", [pytest.param(True, id="legend inside", marks=pytest.mark.long), pytest.param(False, id="legend below")]
)
def test_of_several_lines_the_names_are_said_and_no_values(models: Models, beside: bool) -> None:
    def draw(axes: Axes) -> None:
        for name, values in (("Alva", [120, 180, 90, 140]), ("Dollar", [60, 70, 210, 170]), ("Tain", [30, 20, 50, 40])):
            axes.plot([2018, 2019, 2020, 2021], values, label=name)
        axes.set_xticks([2018, 2019, 2020, 2021])
        axes.set_ylim(0, 300)
        _ = axes.legend() if beside else axes.legend(ncol=3, loc="upper center", bbox_to_anchor=(0.5, -0.06))

    said = unread(models, draw)
    assert said.name == "Line chart"
    assert said.sentence.startswith(
        "A line chart of Alva, Dollar and Tain from 2018 to 2021. The values of this chart could not be read; its "
    )


PARTS = {"Oats": 35, "Rye": 25, "Hay": 22, "Flax": 18}


@pytest.mark.parametrize(
    ("options", "legend"),
    [
        pytest.param({"labels": list(PARTS)}, False, id="names beside"),
        pytest.param({"labels": list(PARTS), "wedgeprops": {"width": 0.4}}, False, id="a ring", marks=pytest.mark.long),
        pytest.param({"wedgeprops": {"edgecolor": "white", "linewidth": 2}}, True, id="a legend"),
        pytest.param({"labels": list(PARTS), "autopct": "%d%%"}, False, id="shares inside", marks=pytest.mark.long),
    ],
)
def test_of_a_pie_the_parts_are_said(models: Models, options: dict[str, Any], legend: bool) -> None:
    def draw(axes: Axes) -> None:
        axes.pie(list(PARTS.values()), **options)
        if legend:
            axes.legend(list(PARTS), loc="center left", bbox_to_anchor=(0.9, 0.5))

    said = unread(models, draw)
    assert said.name == "Pie chart"
    assert all(part in said.sentence for part in PARTS)
    assert said.sentence.startswith("A pie chart with the parts ")


def test_a_round_sign_is_no_pie(models: Models) -> None:
    def draw(axes: Axes) -> None:
        for radius, colour in ((1.0, "tab:red"), (0.7, "white"), (0.4, "tab:blue")):
            axes.add_patch(Circle((0, 0), radius, color=colour))
        axes.set_xlim(-1.2, 1.2)
        axes.set_ylim(-1.2, 1.2)
        axes.set_aspect("equal")
        axes.axis("off")

    picture = picture_of(draw)
    assert unread_chart(picture, models.ocr.words(picture)).name == ""
