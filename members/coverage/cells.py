"""One cell of the coverage matrix: a setting in a jurisdiction in one layer, on a day; what other apps know of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import QueryDict

from members.models import DetentionSetting, Jurisdiction, Mechanism, Remit


@dataclass(frozen=True)
class AskedCell:
    """The cell somebody asks for."""

    mechanism: Mechanism
    setting: DetentionSetting
    jurisdiction: Jurisdiction
    layer: str
    on: date

    @property
    def layer_label(self) -> str:
        return str(Remit.Layer(self.layer).label)

    @property
    def remits(self) -> Any:
        """Every remit of the cell, of whatever day."""
        return Remit.objects.in_cells(self.setting, [self.jurisdiction], self.layer)


def asked_cell(mechanism: Mechanism, asked: QueryDict, on: date) -> AskedCell | None:
    """Return the cell that ``asked`` (the parameters of an address) names; None where there is no such cell."""
    setting = mechanism.settings.filter(slug=asked.get("setting", "").replace("\x00", "")).first()
    jurisdiction = mechanism.jurisdictions.filter(slug=asked.get("jurisdiction", "").replace("\x00", "")).first()
    layer = asked.get("layer", "")
    if setting is None or jurisdiction is None or layer not in Remit.Layer.values:
        return None
    return AskedCell(mechanism, setting, jurisdiction, layer, on)


@dataclass(frozen=True)
class Beside:
    """A part of the desk's page of a cell that another app gives: a template and what it prints."""

    template: str
    context: dict[str, Any]


Giver = Callable[[Any, AskedCell], Beside]
_givers: list[Giver] = []


def show_beside(giver: Giver) -> None:
    """Let ``giver`` (called with the reader and the cell) add its part to the desk's page of a cell."""
    if giver not in _givers:
        _givers.append(giver)


def beside(user: Any, cell: AskedCell) -> list[Beside]:
    """Return what the other apps tell ``user`` of ``cell``: each starts from what the person may see."""
    return [giver(user, cell) for giver in _givers]
