"""Charts as plain data for the SVG templates: lengths computed here, numbers printed in the table beside each chart."""

import textwrap
from dataclasses import dataclass

WIDTH = 620
LABEL_WIDTH = 230
BAR_HEIGHT, BAR_STEP, TALL_STEP = 15, 23, 29
LETTERS_IN_A_LINE = 40
COLUMN_AREA = (46, 14, 560, 190)  # left, top, width, height
# Dark to light, so that they differ in print without colour too.
SHADES = ("#0c4650", "#5a9aa3", "#bfd8db", "#e4b363")


@dataclass(frozen=True)
class Bar:
    lines: tuple[str, ...]
    value: int
    y: int
    length: float

    @property
    def text_y(self) -> float:
        return self.y + BAR_HEIGHT - 3.5

    @property
    def label_y(self) -> float:
        """Where the first line of the label stands: one line in the middle of the bar, two around it."""
        return round(self.text_y - (len(self.lines) - 1) * 6.5, 1)

    @property
    def second_y(self) -> float:
        return round(self.label_y + 13, 1)

    @property
    def value_x(self) -> float:
        return LABEL_WIDTH + self.length + 6


@dataclass(frozen=True)
class BarChart:
    """Horizontal bars, one for each label."""

    key: str
    title: str
    description: str
    bars: tuple[Bar, ...]
    height: int
    template: str = "reports/annual/_bars.svg"


@dataclass(frozen=True)
class Piece:
    y: float
    height: float
    shade: str


@dataclass(frozen=True)
class Column:
    label: str
    x: float
    width: float
    pieces: tuple[Piece, ...]
    total: int
    top: float

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True)
class Line:
    label: int
    y: float

    @property
    def text_y(self) -> float:
        return round(self.y + 4, 1)


@dataclass(frozen=True)
class Legend:
    label: str
    shade: str
    x: int


@dataclass(frozen=True)
class ColumnChart:
    """Stacked columns, one for each month."""

    key: str
    title: str
    description: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    legend: tuple[Legend, ...]
    template: str = "reports/annual/_columns.svg"


def bar_chart(key: str, title: str, description: str, values: list[tuple[str, int]]) -> BarChart:
    """Return the chart of ``values``, the longest bar as long as the paper allows."""
    longest = max((value for _label, value in values), default=0) or 1
    room = WIDTH - LABEL_WIDTH - 60
    labels = [_lines(label) for label, _value in values]
    step = TALL_STEP if any(len(lines) > 1 for lines in labels) else BAR_STEP
    top = (step - BAR_HEIGHT) // 2
    bars = tuple(
        Bar(lines, value, top + position * step, round(room * value / longest, 1))
        for position, (lines, (_label, value)) in enumerate(zip(labels, values, strict=True))
    )
    return BarChart(key, title, description, bars, len(values) * step)


def column_chart(
    key: str, title: str, description: str, series: list[str], values: list[tuple[str, list[int]]]
) -> ColumnChart:
    """Return stacked columns: for each label one number for each of the ``series``."""
    left, top, width, height = COLUMN_AREA
    ceiling = _ceiling(max((sum(parts) for _label, parts in values), default=0))
    step = width / max(len(values), 1)
    columns = []
    for position, (label, parts) in enumerate(values):
        y = float(top + height)
        pieces = []
        for shade, part in zip(SHADES, parts, strict=False):
            tall = round(height * part / ceiling, 1)
            y = round(y - tall, 1)
            if part:
                pieces.append(Piece(y, tall, shade))
        x = round(left + position * step + step * 0.16, 1)
        columns.append(Column(label, x, round(step * 0.68, 1), tuple(pieces), sum(parts), round(y - 4, 1)))
    lines = tuple(Line(ceiling * n // 4, round(top + height * (1 - n / 4), 1)) for n in range(5))
    legend = tuple(
        Legend(label, shade, left + position * 190)
        for position, (label, shade) in enumerate(zip(series, SHADES, strict=False))
    )
    return ColumnChart(key, title, description, tuple(columns), lines, legend)


def _ceiling(value: int) -> int:
    """Return the next number whose quarters are round."""
    step = 4
    while step * 25 < value:
        step *= 10
    unit = next((step * factor for factor in (1, 2, 3, 5, 10, 15, 20, 25) if step * factor >= value), step * 25)
    return max(unit, 4)


def _lines(label: str) -> tuple[str, ...]:
    """Return the label in one line or two; the table beside the chart has it whole."""
    lines = textwrap.wrap(label, LETTERS_IN_A_LINE, max_lines=2, placeholder=" …")
    return tuple(lines) or ("",)
