"""Outlines of the countries of the earth, for the map of places: coasts and borders, drawn by the portal itself.

The lines are those of Natural Earth (public domain), made for maps of 1 : 10 million: true to a kilometre or two. They
come with the portal as a file of the package world-atlas, in the format TopoJSON: lines that countries share stand in
it once, as steps on a grid. No map is fetched from anywhere.
"""

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from typing import Any

from npmportal.assets import OUTLINES

LEAST_STEP = 1.2  # units of the picture: points that lie nearer to the last one are left out


@dataclass(frozen=True)
class Window:
    """What a picture shows of the earth: its upper left corner in degrees, its units a degree, its size in units."""

    west: float
    north: float
    scale_x: float
    scale_y: float
    width: float
    height: float


@dataclass(frozen=True)
class _Line:
    """One line on the grid of the file, and the rectangle it lies in."""

    xs: "array[int]"
    ys: "array[int]"
    box: tuple[int, int, int, int]  # west, south, east, north


@dataclass(frozen=True)
class _Earth:
    """All lines; a point (x, y) of them lies at ``x * step + first`` degrees, for longitude and latitude."""

    lines: list[_Line]
    step: tuple[float, float]
    first: tuple[float, float]


@lru_cache(maxsize=64)
def outline(window: Window) -> str:
    """Return the coasts and borders that ``window`` shows, as the `d` of an SVG path; "" where it shows none."""
    earth = _earth()
    step_x, step_y = earth.step[0] * window.scale_x, -earth.step[1] * window.scale_y
    first_x = (earth.first[0] - window.west) * window.scale_x
    first_y = (window.north - earth.first[1]) * window.scale_y
    # The window on the grid of the file.
    west, east = -first_x / step_x, (window.width - first_x) / step_x
    north, south = -first_y / step_y, (window.height - first_y) / step_y
    found: list[str] = []
    for line in earth.lines:
        if line.box[0] <= east and line.box[2] >= west and line.box[1] <= north and line.box[3] >= south:
            points = [(first_x + x * step_x, first_y + y * step_y) for x, y in zip(line.xs, line.ys, strict=True)]
            found += (_path(part) for part in _inside(_thinned(points), window))
    return "".join(found)


@cache
def _earth() -> _Earth:
    """Return the file, read once: it takes a quarter of a second, and four megabytes."""
    file: dict[str, Any] = json.loads(OUTLINES.read_text(encoding="utf-8"))
    lines = []
    for steps in file["arcs"]:
        xs, ys = (array("i", accumulate(step[axis] for step in steps)) for axis in (0, 1))
        lines.append(_Line(xs, ys, (min(xs), min(ys), max(xs), max(ys))))
    return _Earth(lines, tuple(file["transform"]["scale"]), tuple(file["transform"]["translate"]))


Points = list[tuple[float, float]]


def _thinned(points: Points) -> Points:
    """Leave out points that nobody could tell from the one before; the ends stay, where other lines begin."""
    kept = [points[0]]
    x, y = points[0]
    for point in points[1:-1]:
        if abs(point[0] - x) + abs(point[1] - y) >= LEAST_STEP:
            kept.append(point)
            x, y = point
    return [*kept, points[-1]]


def _inside(points: Points, window: Window) -> Iterator[Points]:
    """Yield the stretches of a line that may be seen: between two points beyond the same edge nothing is."""
    part = points[:1]
    for before, point in zip(points, points[1:], strict=False):
        if _beyond(before, window) & _beyond(point, window):
            if len(part) > 1:
                yield part
            part = [point]
        else:
            part.append(point)
    if len(part) > 1:
        yield part


def _beyond(point: tuple[float, float], window: Window) -> int:
    """Tell beyond which edges of the picture a point lies: one bit for each."""
    x, y = point
    return (x < 0) | (x > window.width) << 1 | (y < 0) << 2 | (y > window.height) << 3


def _path(points: Points) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
