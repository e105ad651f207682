"""The grounds on which people see reports: `ReportQuerySet.visible_to`, turned round (members/seeing.py)."""

from django.utils.translation import gettext as _

from members.models import Mechanism
from members.seeing import Ground, on_mechanism
from npmportal.access import MAKE_REPORTS


def grounds_of_report(mechanism: Mechanism) -> list[Ground]:
    """Those who see and make the annual report of ``mechanism``."""
    return [on_mechanism(_("makes the annual report"), mechanism.pk, MAKE_REPORTS)]
