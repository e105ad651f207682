"""The coverage matrix as a picture for a slide: SVG of 1280 × 720 with real text, no script and no outside font.

There are no font metrics on a server, so widths are estimated, generously: a line breaks rather early. The size of the
letters goes down until the table fits; where it would go below what can be read, the picture grows instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.coverage.matrix import Cell, Matrix, Row, Setting

WIDTH, HEIGHT, MARGIN = 1280, 720, 24
TOP, BOTTOM = 62, 38
SETTING, LAYER = 224, 130
LARGEST, SMALLEST, STEP = 19.0, 9.5, 0.5
LETTER, BOLD_LETTER, LINE, PAD = 0.53, 0.58, 1.2, 5.0

FONT = "'Source Sans 3', Arial, Helvetica, 'Liberation Sans', sans-serif"
INK, MUTED, LINES, BAD = "#16212b", "#4a5660", "#8a97a3", "#8c1d18"
BRAND, SOFT, SUNKEN = "#0c4650", "#e2eef0", "#eceff2"


@dataclass(frozen=True)
class Box:
    """A rectangle with words in it."""

    x: float
    y: float
    width: float
    height: float
    lines: tuple[str, ...]
    kind: str


def draw(matrix: Matrix, title: str) -> str:
    """Return ``matrix`` as an SVG document with a title and a description; whatever the register says is only text."""
    size = LARGEST
    while True:
        drawing = _Drawing(matrix, size)
        boxes = list(drawing.boxes())
        end = max(box.y + box.height for box in boxes)
        if end <= HEIGHT - BOTTOM or size <= SMALLEST:
            break
        size -= STEP
    height = max(HEIGHT, round(end + BOTTOM))
    return "".join(_document(matrix, title, boxes, size, height))


class _Drawing:
    """The table laid out in letters of one size."""

    def __init__(self, matrix: Matrix, size: float) -> None:
        self.matrix, self.size = matrix, size
        self.column = (WIDTH - 2 * MARGIN - SETTING - LAYER) / max(1, len(matrix.columns))

    def boxes(self) -> Iterator[Box]:
        head = [_wrap(str(column.name), self.column, self.size, BOLD_LETTER) for column in self.matrix.columns]
        height = self.tall(max((len(lines) for lines in head), default=1))
        yield Box(MARGIN, TOP, SETTING, height, (_("Detention setting"),), "head")
        yield Box(MARGIN + SETTING, TOP, LAYER, height, (_("Layer"),), "head")
        for number, lines in enumerate(head):
            yield Box(self.left(number), TOP, self.column, height, lines, "head")
        y = TOP + height
        for setting in self.matrix.settings:
            heights = self.heights(setting)
            yield Box(MARGIN, y, SETTING, sum(heights), self.name(setting), "setting")
            for number, row in enumerate(setting.rows):
                yield Box(MARGIN + SETTING, y, LAYER, heights[number], self.label(row), "layer")
                for cell in row.cells:
                    first = [column.slug for column in self.matrix.columns].index(cell.jurisdictions[0])
                    tall = sum(heights[number : number + cell.rowspan])
                    wide, words = self.column * cell.colspan, self.words(row, cell)
                    yield Box(self.left(first), y, wide, tall, words, f"cell {cell.state}")
                y += heights[number]

    def heights(self, setting: Setting) -> list[float]:
        """Return the height of each row: what its own words need; what spans rows may stretch the last one."""
        heights = [
            self.tall(max([len(self.label(row)), *(len(self.words(row, c)) for c in row.cells if c.rowspan == 1)]))
            for row in setting.rows
        ]
        spanning = [len(self.words(row, c)) for row in setting.rows for c in row.cells if c.rowspan > 1]
        needed = self.tall(max([len(self.name(setting)), *spanning]))
        heights[-1] += max(0.0, needed - sum(heights))
        return heights

    def tall(self, lines: int) -> float:
        return lines * self.size * LINE + PAD

    def left(self, number: int) -> float:
        return MARGIN + SETTING + LAYER + number * self.column

    def name(self, setting: Setting) -> tuple[str, ...]:
        return _wrap(str(setting.name), SETTING, self.size, BOLD_LETTER)

    def label(self, row: Row) -> tuple[str, ...]:
        return _wrap(capfirst(str(row.label)), LAYER, self.size, LETTER)

    def words(self, row: Row, cell: Cell) -> tuple[str, ...]:
        """Return the lines of a cell."""
        if cell.is_none:
            said = [_("No monitor")]
        elif cell.is_unrecorded:
            said = [_("Not recorded")]
        elif cell.is_explained:
            said = [capfirst(cell.why_empty)]
        else:
            said = [entry.text for entry in cell.entries if entry.parts]
        said += [f"{_('Not covered:')} {what}" for _gap, what in self.matrix.uncovered(row, cell)]
        width = self.column * cell.colspan
        return tuple(line for words in said for line in _wrap(words, width, self.size, LETTER))


def _wrap(words: str, width: float, size: float, letter: float) -> tuple[str, ...]:
    """Break ``words`` into lines of ``width``; a word longer than a line is cut."""
    most = max(4, int((width - 2 * PAD) / (size * letter)))
    lines, line = [], ""
    for word in words.split():
        while len(word) > most:
            if line:
                lines.append(line)
                line = ""
            lines.append(word[:most])
            word = word[most:]
        if line and len(line) + 1 + len(word) > most:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return tuple([*lines, line] if line or not lines else lines)


def _text(words: object) -> str:
    """Return ``words`` as XML may hold them: escaped, and without the characters that XML knows nothing of."""
    plain = "".join(c for c in str(words) if c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    return escape(plain)


def _document(matrix: Matrix, title: str, boxes: list[Box], size: float, height: int) -> Iterator[str]:
    day = date_format(matrix.on)
    heading = _("Who monitors which setting, as at {day}").format(day=day)
    about = _("A table: detention settings and layers of monitoring by jurisdiction; hatched cells have no monitor.")
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'role="img" aria-labelledby="title desc" font-family="{FONT}">\n'
    )
    yield f'<title id="title">{_text(title)}: {_text(heading)}</title>\n<desc id="desc">{_text(about)}</desc>\n'
    yield (
        '<defs><pattern id="hatch" width="10" height="10" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="10" height="10" fill="#ffffff"/><rect width="4" height="10" fill="#f2d3d0"/></pattern></defs>\n'
    )
    yield f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>\n'
    yield f'<text x="{MARGIN}" y="30" font-size="22" font-weight="700" fill="{INK}">{_text(heading)}</text>\n'
    yield f'<text x="{MARGIN}" y="50" font-size="14" fill="{MUTED}">{_text(title)}</text>\n'
    for box in boxes:
        yield _box(box, size)
    yield from _key(height - 14)
    yield "</svg>\n"


def _box(box: Box, size: float) -> str:
    fills = {"head": BRAND, "setting": SOFT, "layer": SOFT, "cell none": "url(#hatch)", "cell unrecorded": SUNKEN}
    colours = {"head": "#ffffff", "cell none": BAD, "cell unrecorded": MUTED, "cell explained": MUTED}
    is_cell = box.kind.startswith("cell")
    x = box.x + box.width / 2 if is_cell else box.x + PAD + 2
    y = box.y + (box.height - len(box.lines) * size * LINE) / 2 + size * 0.95
    middle = ' text-anchor="middle"' if is_cell else ""
    bold = ' font-weight="700"' if box.kind in ("head", "setting", "cell none") else ""
    spans = "".join(
        f'<tspan x="{x:.1f}" y="{y + number * size * LINE:.1f}">{_text(line)}</tspan>'
        for number, line in enumerate(box.lines)
    )
    return (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" '
        f'fill="{fills.get(box.kind, "#ffffff")}" stroke="{LINES}"/>'
        f'<text font-size="{size}" fill="{colours.get(box.kind, INK)}"{bold}'
        f"{middle}>{spans}</text>\n"
    )


def _key(y: float) -> Iterator[str]:
    words = ((_("No monitor"), "url(#hatch)"), (_("Not recorded: no source read says who monitors here."), SUNKEN))
    x = float(MARGIN)
    for label, fill in words:
        yield f'<rect x="{x:.0f}" y="{y - 11:.0f}" width="22" height="13" fill="{fill}" stroke="{LINES}"/>'
        yield f'<text x="{x + 28:.0f}" y="{y:.0f}" font-size="12" fill="{MUTED}">{_text(label)}</text>\n'
        x += 60 + len(label) * 12 * LETTER
