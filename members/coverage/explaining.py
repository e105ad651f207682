"""Find what nobody has explained: cells that nobody covers, and cells that several bodies hold without saying how."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Max
from django.utils.functional import Promise

from members.coverage.building import build_matrix
from members.coverage.matrix import Cell, Matrix, Row, Setting
from members.models import CoverageNote, Mechanism, RegisterChange, Remit, RemitBody
from members.models.bilingual import Words

ALONE = (RemitBody.Relation.LEAD, RemitBody.Relation.SEPARATELY)


@dataclass(frozen=True)
class Question:
    """One or several neighbouring cells of which somebody should say why they are as they are."""

    setting: str
    setting_name: Words
    layer: str
    jurisdictions: tuple[str, ...]
    names: tuple[Words, ...]
    bodies: tuple[str, ...] = ()  # who holds the cell; nobody where it is empty

    @property
    def layer_label(self) -> Promise | str:
        return Remit.Layer(self.layer).label

    @property
    def cell_query(self) -> str:
        """The parameters that name the first of the cells in an address."""
        return urlencode({"setting": self.setting, "jurisdiction": self.jurisdictions[0], "layer": self.layer})

    @property
    def cells_query(self) -> str:
        """The parameters that name all of the cells, as the forms begin with them."""
        asked = {"setting": self.setting, "jurisdiction": self.jurisdictions, "layer": self.layer}
        return urlencode(asked, doseq=True)

    @property
    def where(self) -> str:
        return ", ".join(str(name) for name in self.names)


def empty_cells(matrix: Matrix) -> list[Question]:
    """Return every cell that nobody covers, explained or not, of the layers expected or recorded in its setting."""
    return [_question(matrix, *found) for found in _cells(matrix) if _is_empty(found[2])]


def to_explain(matrix: Matrix) -> list[Question]:
    """Return the empty cells that are neither a gap nor noted as none, and the overlaps without a word.

    A remit without bodies (a source says that nobody monitors) is not enough: the gap has a register of its own.
    """
    found = []
    for setting, row, cell in _cells(matrix):
        if _is_empty(cell):
            if not cell.whole_gaps and not cell.why_empty:
                found.append(_question(matrix, setting, row, cell))
        elif len(bodies := _beside_each_other(cell)) > 1 and not _is_noted(cell):
            found.append(_question(matrix, setting, row, cell, bodies))
    return found


def to_explain_as_at(mechanism: Mechanism, on: date) -> list[Question]:
    """Return `to_explain` of the day for a page that only reminds of it: read anew after each act on the register.

    A register that was loaded from its packaged file, which is no act of a person, is read anew after five minutes.
    """
    last_act = RegisterChange.objects.filter(mechanism=mechanism).aggregate(last=Max("pk"))["last"]
    key = f"to-explain:{mechanism.pk}:{on}:{last_act or 0}"
    found: list[Question] | None = cache.get(key)
    if found is None:
        found = to_explain(build_matrix(mechanism, on))
        cache.set(key, found, 300)
    return found


def _cells(matrix: Matrix) -> Iterator[tuple[Setting, Row, Cell]]:
    for setting in matrix.settings:
        for row in setting.rows:
            for cell in row.cells:
                yield setting, row, cell


def _is_empty(cell: Cell) -> bool:
    return not any(entry.parts for entry in cell.entries)


def _is_noted(cell: Cell) -> bool:
    return any(note.kind == CoverageNote.Kind.OVERLAP for note in cell.notes)


def _beside_each_other(cell: Cell) -> tuple[str, ...]:
    """Return the bodies of a cell that lead or act separately, without a word that limits them."""
    alone = {
        part.abbreviation for entry in cell.entries for part in entry.parts if part.relation in ALONE and not part.scope
    }
    return tuple(sorted(alone))


def _question(matrix: Matrix, setting: Setting, row: Row, cell: Cell, bodies: tuple[str, ...] = ()) -> Question:
    names = tuple(column.name for column in matrix.columns if column.slug in cell.jurisdictions)
    return Question(setting.slug, setting.name, row.layer, cell.jurisdictions, names, bodies)
