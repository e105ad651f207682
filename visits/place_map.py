"""Where the places lie: points on a grid of degrees with the outlines of the countries, drawn by the portal itself.

No map is fetched from anywhere: who asks for one tells which places are looked at. Degrees of longitude are drawn as
long as they are in the middle of the picture.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from visits.outlines import Window, outline

WIDTH, MOST_HEIGHT, LEAST_HEIGHT = 640.0, 860.0, 320.0
MARGIN = 36.0
STEPS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 45.0)
LINES = 6  # about so many lines each way
LEAST_EXTENT = 0.2  # degrees: a single place is not blown up to a street
MOST_POINTS = 5_000


@dataclass(frozen=True)
class Point:
    """One place in the picture; ``number`` where it stands in the list beside it."""

    x: float
    y: float
    name: str
    is_closed: bool
    number: int | None = None


@dataclass(frozen=True)
class Line:
    """One line of the grid, with its degree in words."""

    x1: float
    y1: float
    x2: float
    y2: float
    label: str


@dataclass
class Picture:
    """What the template draws."""

    width: float = WIDTH
    height: float = LEAST_HEIGHT
    outline: str = ""
    lines: list[Line] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    has_more: bool = False

    @property
    def listed(self) -> list[Point]:
        """The points with a number, the highest first: where they touch, the lower number is on top."""
        return sorted((point for point in self.points if point.number), key=lambda point: -(point.number or 0))

    @property
    def dots(self) -> str:
        """The other open places as one path: thousands of elements would be slow to write and to read."""
        return "".join(f"M{p.x} {p.y}h0" for p in self.points if not p.number and not p.is_closed)

    @property
    def crosses(self) -> str:
        """The other places that are closed, as one path of small crosses."""
        return "".join(
            f"M{p.x - 3:.1f} {p.y - 3:.1f}l6 6m0 -6l-6 6" for p in self.points if not p.number and p.is_closed
        )


def draw(positions: Sequence[tuple[Any, float, float, str, bool]], listed: Iterable[Any]) -> Picture:
    """Return the picture of ``positions`` (key, latitude, longitude, name, whether closed).

    Those whose keys are ``listed`` get the numbers 1, 2, 3, … in that order.
    """
    if not positions:
        return Picture()
    numbers = {key: number for number, key in enumerate(listed, start=1)}
    frame = _Frame(positions)
    points = [
        Point(frame.x(longitude), frame.y(latitude), name, is_closed, numbers.get(key))
        for key, latitude, longitude, name, is_closed in positions[:MOST_POINTS]
    ]
    drawn = outline(frame.window())
    return Picture(WIDTH, frame.height, drawn, frame.lines(), points, len(positions) > MOST_POINTS)


class _Frame:
    """The part of the earth in the picture, and where its degrees lie in it."""

    def __init__(self, positions: Sequence[tuple[Any, float, float, str, bool]]) -> None:
        south, north = _padded([position[1] for position in positions], 90)
        west, east = _padded([position[2] for position in positions], 180)
        self.south, self.north, self.west, self.east = south, north, west, east
        squeeze = max(math.cos(math.radians((south + north) / 2)), 0.05)
        inside = WIDTH - 2 * MARGIN
        self.scale_x = inside / (east - west)
        self.scale_y = self.scale_x / squeeze
        tall = (north - south) * self.scale_y
        shrink = min(1.0, (MOST_HEIGHT - 2 * MARGIN) / tall)
        self.scale_x, self.scale_y = self.scale_x * shrink, self.scale_y * shrink
        self.left = MARGIN + (inside - (east - west) * self.scale_x) / 2
        drawn = (north - south) * self.scale_y
        self.height = round(max(drawn + 2 * MARGIN, LEAST_HEIGHT), 1)
        self.top = (self.height - drawn) / 2

    def x(self, longitude: float) -> float:
        return round(self.left + (longitude - self.west) * self.scale_x, 1)

    def y(self, latitude: float) -> float:
        return round(self.top + (self.north - latitude) * self.scale_y, 1)

    def window(self) -> Window:
        """Return what the whole picture shows, its margins too."""
        west, north = self.west - self.left / self.scale_x, self.north + self.top / self.scale_y
        return Window(west, north, self.scale_x, self.scale_y, WIDTH, self.height)

    def lines(self) -> list[Line]:
        found = []
        left, right = self.x(self.west), self.x(self.east)
        top, bottom = self.y(self.north), self.y(self.south)
        for degree in _degrees(self.south, self.north):
            found.append(Line(left, self.y(degree), right, self.y(degree), _said(degree, "N", "S")))
        for degree in _degrees(self.west, self.east):
            found.append(Line(self.x(degree), top, self.x(degree), bottom, _said(degree, "E", "W")))
        return found


def _padded(degrees: list[float], most: float) -> tuple[float, float]:
    """Return the extent of ``degrees`` with a little air around it, on the earth."""
    first, last = min(degrees), max(degrees)
    air = max((last - first) * 0.06, (LEAST_EXTENT - (last - first)) / 2, 0.02)
    return max(first - air, -most), min(last + air, most)


def _degrees(first: float, last: float) -> list[float]:
    step = next((step for step in STEPS if (last - first) / step <= LINES), STEPS[-1])
    start = math.ceil(first / step)
    return [round(number * step, 4) for number in range(start, math.floor(last / step) + 1)]


def _said(degree: float, positive: str, negative: str) -> str:
    side = positive if degree > 0 else negative if degree < 0 else ""
    return f"{abs(degree):g}° {side}".strip()
