"""Each reason for not taking a file in a plain sentence: what is wrong, and what the person can do."""

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from npmportal.uploads.kinds import KINDS
from npmportal.uploads.reasons import Reason

SENTENCES: dict[Reason, Promise] = {
    Reason.NOT_ALLOWED: _("Files of this kind are not taken. Taken are: %(endings)s."),
    Reason.HEIC: _("Photographs in the HEIC format are not taken. Save or share the photograph as JPEG and add that."),
    Reason.OLD_OFFICE: _(
        "Documents of this kind may hold macros and are not taken. Save the document as .docx, .xlsx or PDF."
    ),
    Reason.EMPTY: _("The file is empty."),
    Reason.TOO_LARGE: _("The file is too large: at most %(largest)s."),
    Reason.REQUEST_TOO_LARGE: _("These are too many bytes at once: at most %(at_once)s. Add the files one by one."),
    Reason.TOO_MANY: _("These are too many files at once: at most %(files_at_once)s."),
    Reason.VISIT_FULL: _("The visit has as many files as it can have: %(per_visit)s, or %(files_per_visit)s files."),
    Reason.DAY_FULL: _("You have added %(per_day)s within a day, which is the most. Add the rest tomorrow."),
    Reason.SAME: _("The same file is there already."),
    Reason.NO_ROOM: _(
        "There is no room left where files are kept. Nothing of this file was stored. Tell whoever runs the server."
    ),
    Reason.STORAGE_AWAY: _(
        "The place where files are kept does not answer. Nothing of this file was stored. Try again later."
    ),
    Reason.OTHER_CONTENT: _("What is in the file is not what its name says. Save it again, with the right ending."),
    Reason.LOCKED: _(
        "The file is protected by a password (or of an old Office format), so nobody can look into it. Save it without "
        "a password, as .docx, .xlsx or PDF."
    ),
    Reason.DAMAGED: _("The file is damaged or not whole. Open it with its program, save it again and add that."),
    Reason.MARKUP: _("The file holds web page code (HTML, SVG or a script), which can run in a browser."),
    Reason.TWO_IN_ONE: _("The file is two files in one: it can be read as another kind of file as well."),
    Reason.HIDDEN: _("Something stands in the file that does not belong to it. Save it again and add that."),
    Reason.MACROS: _("The document holds macros or other programs. Save it without them, or as PDF."),
    Reason.FILE_INSIDE: _(
        "The document holds another file inside it (a pasted chart with its data does, too). Paste it as a picture, or "
        "save the document as PDF."
    ),
    Reason.BOMB: _("The file would become far too large when it is unpacked."),
    Reason.PATHS: _("The file holds links, or names that lead out of its folder."),
    Reason.ENTITIES: _("The document holds definitions (a DTD) that documents of this kind never need."),
    Reason.REMOTE: _(
        "The document would load something from elsewhere when it is opened. Save it without linked files, or as PDF."
    ),
    Reason.PDF_SCRIPT: _("The PDF file holds scripts or a form that runs some. Print it to a new PDF and add that."),
    Reason.PDF_FILES: _("The PDF file holds other files inside it. Add them one by one, or print it to a new PDF."),
    Reason.PDF_ACTION: _(
        "The PDF file starts something by itself (a program, another file, a film). Print it to a new PDF and add that."
    ),
    Reason.PIXELS: _("The picture has too many points: at most about 50 million. Save it smaller and add that."),
    Reason.TOO_MUCH_WORK: _("The file needs far more work to be read than files of this kind do."),
    Reason.INFECTED: _("The scanner found malware in the file. It was thrown away. Tell whoever looks after security."),
    Reason.ALTERED: _("What is stored is not what was received, so nobody gets it. Add the file again."),
}


def sentence(reason: str) -> str:
    """Return the sentence for ``reason`` in the reader's language."""
    limits = settings.UPLOADS
    return str(SENTENCES[Reason(reason)]) % {
        "endings": ", ".join(f".{extension}" for extension in KINDS),
        "largest": filesizeformat(limits.largest),
        "at_once": filesizeformat(limits.at_once),
        "files_at_once": limits.files_at_once,
        "per_visit": filesizeformat(limits.per_record),
        "files_per_visit": limits.files_per_record,
        "per_day": filesizeformat(limits.per_person_and_day),
    }


def sentence_about(name: str, reason: str) -> str:
    """Return the sentence for ``reason`` with the name of the file it is about before it."""
    return _now("%(name)s: %(sentence)s") % {"name": name, "sentence": sentence(reason)}
