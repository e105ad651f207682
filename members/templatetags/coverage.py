"""Print the coverage matrix, in one go: as nested templates its cells cost half of the time of a page."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from django import template
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from members.coverage.matrix import Cell, Entry, Gap, Matrix, Row, Setting
from members.models import Remit
from members.periods import period_in_words

register = template.Library()


@register.simple_tag
def coverage_table(
    matrix: Matrix, cell_url: str = "", gap_urls: Mapping[str, str] | None = None, *, on_screen: bool = False
) -> SafeString:
    """Print ``matrix`` as a table with row and column headers and spanning cells.

    ``cell_url`` is the address of the page about one cell: then each cell is a link; ``gap_urls`` (address by anchor)
    makes links of the kinds of places in a cell that nobody monitors. With ``cell_url`` or ``on_screen`` the table
    carries roles and each cell says where it is, because a small screen shows a list (css); without, it suits paper.
    Asks the database nothing.
    """
    printer = _Printer(matrix, cell_url, gap_urls or {}, bool(cell_url) or on_screen)
    return mark_safe("".join(printer.table()))  # every text in it is escaped below


class _Printer:
    """One table being written."""

    def __init__(self, matrix: Matrix, cell_url: str, gap_urls: Mapping[str, str], on_screen: bool) -> None:
        self.matrix, self.cell_url, self.gap_urls, self.on_screen = matrix, cell_url, gap_urls, on_screen
        self.names = {column.slug: escape(column.name) for column in matrix.columns}
        self.no_monitor, self.not_recorded = escape(_("No monitor")), escape(_("Not recorded"))
        self.not_covered, self.both = escape(_("Not covered:")), escape(_("both layers"))
        self.layers = {layer: escape(capfirst(str(label))) for layer, label in Remit.Layer.choices}

    def role(self, name: str) -> str:
        return f' role="{name}"' if self.on_screen else ""

    def table(self) -> Iterator[str]:
        caption = _("Who monitors which setting, as at {day}").format(day=date_format(self.matrix.on))
        yield f'<table class="coverage"{self.role("table")}><caption>{escape(caption)}</caption>'
        head = self.role("columnheader")
        yield f"<thead{self.role('rowgroup')}><tr{self.role('row')}>"
        yield f'<th scope="col" class="coverage-setting"{head}>{escape(_("Detention setting"))}</th>'
        yield f'<th scope="col" class="coverage-layer"{head}>{escape(_("Layer"))}</th>'
        for name in self.names.values():
            yield f'<th scope="col"{head}>{name}</th>'
        yield "</tr></thead>\n"
        for setting in self.matrix.settings:
            yield from self.setting(setting)
        yield "</table>"

    def setting(self, setting: Setting) -> Iterator[str]:
        head = self.role("rowheader")
        yield f"<tbody{self.role('rowgroup')}>"
        for number, row in enumerate(setting.rows):
            yield f"<tr{self.role('row')}>"
            if number == 0:
                areas = ", ".join(escape(area) for area in setting.areas)
                yield (
                    f'<th scope="rowgroup" rowspan="{len(setting.rows)}" class="coverage-setting"{head}>'
                    f"{escape(setting.name)}"
                )
                yield f' <span class="coverage-areas">{areas}</span></th>' if areas else "</th>"
            yield f'<th scope="row" class="coverage-layer"{head}>{self.layers[row.layer]}</th>'
            for cell in row.cells:
                yield self.cell(setting, row, cell)
            yield "</tr>\n"
        yield "</tbody>\n"

    def cell(self, setting: Setting, row: Row, cell: Cell) -> str:
        spans = f' colspan="{cell.colspan}"' if cell.colspan > 1 else ""
        spans += f' rowspan="{cell.rowspan}"' if cell.rowspan > 1 else ""
        words = "".join(self.words(cell))
        if self.cell_url:
            asked = {"setting": setting.slug, "jurisdiction": cell.jurisdictions[0], "layer": row.layer}
            address = escape(f"{self.cell_url}?{urlencode(asked | {'on': self.matrix.on.isoformat()})}")
            words = f'<a class="cell-link" href="{address}">{words}</a>'
        words += "".join(self.uncovered(gap, what) for gap, what in self.matrix.uncovered(row, cell))
        if self.on_screen:
            words = f"{self.where(cell)}{words}"
        return f'<td class="is-{cell.state}"{self.role("cell")}{spans}>{words}</td>'

    def where(self, cell: Cell) -> str:
        """Return where the cell is, which a small screen shows instead of the columns."""
        both = f" ({self.both})" if cell.rowspan > 1 else ""
        return f'<span class="cell-where">{", ".join(self.names[slug] for slug in cell.jurisdictions)}{both}</span>'

    def words(self, cell: Cell) -> Iterator[str]:
        if cell.is_none:
            yield f'<p class="no-monitor">{self.no_monitor}</p>'
        elif cell.is_unrecorded:
            yield f'<p class="unrecorded">{self.not_recorded}</p>'
        elif cell.is_explained:
            yield f'<p class="explained">{escape(capfirst(cell.why_empty))}</p>'
        else:
            yield from (self.entry(entry) for entry in cell.entries if entry.parts)

    def uncovered(self, gap: Gap, what: str) -> str:
        """Return a kind of place in the cell that nobody monitors; beside the link of the cell, never in it."""
        said = escape(what)
        if address := self.gap_urls.get(gap.anchor):
            said = format_html('<a href="{}">{}</a>', address, said)
        return f'<p class="partial-gap">{self.not_covered} {said}</p>'

    def entry(self, entry: Entry) -> str:
        pieces = (
            f'<abbr title="{escape(piece.title)}">{escape(piece.text)}</abbr>' if piece.slug else escape(piece.text)
            for piece in entry.segments
        )
        return f"<p>{''.join(pieces)}</p>"


@register.simple_tag
def coverage_evidence(matrix: Matrix) -> SafeString:
    """Print the rows of the table of remits: setting, where, layer, who, when, confidence, source and note."""
    names = {column.slug: escape(column.name) for column in matrix.columns}
    words = {"": escape(_("No monitor"))}
    words |= {value: escape(capfirst(str(label))) for value, label in (*Remit.Layer.choices, *Remit.Confidence.choices)}
    return mark_safe("".join(_evidence(setting, entry, names, words) for setting, entry in matrix.entries))  # escaped


def _evidence(setting: Setting, entry: Entry, names: Mapping[str, str], words: Mapping[str, str]) -> str:
    note = f'<br><span class="fact-note" lang="en">{escape(entry.note)}</span>' if entry.note else ""
    cells = (
        ", ".join(names[slug] for slug in entry.jurisdictions),
        words[entry.layer],
        escape(entry.text) if entry.parts else words[""],
        escape(capfirst(period_in_words(entry.period))),
        words[entry.confidence],
        f"{escape(entry.source.title)}{note}",
    )
    return f'<tr><th scope="row">{escape(setting.name)}</th>{"".join(f"<td>{cell}</td>" for cell in cells)}</tr>\n'
