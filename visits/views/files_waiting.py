"""What files wait for, for administrators: numbers alone, never whose they are or of which visit."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.models import Mechanism
from members.views.scope import desk_page
from npmportal.access import MANAGE_PEOPLE
from visits import files_waiting as waiting
from visits.files_waiting import ScannerState
from visits.models import Attachment

SCANNER: dict[ScannerState, tuple[str, Promise]] = {
    ScannerState.ANSWERS: ("done", _("answers")),
    ScannerState.AWAY: ("failed", _("does not answer")),
    ScannerState.NONE: ("failed", _("none is set up")),
    ScannerState.DEMONSTRATION: ("delayed", _("none: this is a demonstration")),
}
WHY: dict[str, Promise] = {
    waiting.BEING_CHECKED: _("are being checked"),
    waiting.FAILED: _("their check failed; it is tried again by itself"),
    Attachment.Held.NO_SCANNER: _("no malware scanner is set up"),
    Attachment.Held.SCANNER_AWAY: _("the malware scanner does not answer"),
    Attachment.Held.NOT_WHOLE: _("the malware scanner cannot look into them whole: who added them can replace them"),
    Attachment.Held.STORAGE_AWAY: _("the place where files are kept does not answer, or is full"),
    Attachment.Held.NOT_LOOKED: _("the program that looks into files stopped: see the server’s log"),
    Attachment.Held.ALTERED: _("what is stored is not what was received, or is not there: look for it in a backup"),
}


@require_safe
@desk_page(needs=MANAGE_PEOPLE)
def files_waiting(request: HttpRequest, mechanism: Mechanism) -> HttpResponse:
    used = waiting.percent_used()
    tag, scanner = SCANNER[waiting.scanner_state()]
    context = {
        "rows": [(WHY[one.why], one) for one in waiting.files_waiting(mechanism)],
        "not_made": waiting.not_made(mechanism),
        "days": waiting.DAYS,
        "scanner": scanner,
        "scanner_tag": tag,
        "used": used,
        "is_filling": used is not None and used >= waiting.FULL_PERCENT,
        "in_a_bucket": settings.STORAGES["default"]["BACKEND"] != waiting.ON_DISK,
    }
    return TemplateResponse(request, "visits/files_waiting.html", context)
