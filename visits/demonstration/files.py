"""A few invented files for the latest invented visits: a letter and a drawn plan, both of which say that they are."""

import hashlib
import io
from random import Random

from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image, ImageDraw

from members.models import Mechanism
from visits.models import Attachment, Visit

OF_EACH_STATE = {Visit.State.APPROVED: 4, Visit.State.SUBMITTED: 2, Visit.State.DRAFT: 2}
PAPER, WALL, INK = (252, 251, 247), (22, 40, 44), (77, 95, 98)
LETTER = {
    "en": "INVENTED, for a demonstration.\n\nDear director,\n\nThank you for receiving us. We ask you to send us the "
    "figures of the last three months within two weeks.\n",
    "nl": "VERZONNEN, voor een demonstratie.\n\nGeachte directeur,\n\nDank voor de ontvangst. Wij verzoeken u ons "
    "binnen twee weken de cijfers van de laatste drie maanden te sturen.\n",
}
TITLES = {
    "en": ("Letter to the director", "Plan of a corridor"),
    "nl": ("Brief aan de directeur", "Plattegrond van een gang"),
}


def store_files(mechanism: Mechanism, seed: str) -> int:
    """Give files to the latest visits of ``mechanism``, unless some of its visits have files; return how many."""
    if Attachment.objects.filter(visit__mechanism=mechanism).exists():
        return 0
    language = "nl" if mechanism.languages[:1] == ["nl"] else "en"
    letter, plan = TITLES[language]
    stored = 0
    for state, count in OF_EACH_STATE.items():
        visits = Visit.objects.filter(mechanism=mechanism, state=state).newest_first()
        for visit in visits.select_related("created_by")[:count]:
            rng = Random(f"{seed}/files/{visit.pk}")
            stored += _store(visit, "txt", Attachment.Kind.LETTER, letter, LETTER[language].encode())
            stored += _store(visit, "png", Attachment.Kind.DRAWING, plan, _plan(rng))
    return stored


def _store(visit: Visit, extension: str, kind: str, title: str, content: bytes) -> bool:
    """Keep one file as if it had passed its check; nobody scanned it, and it says so."""
    if visit.created_by is None:
        return False
    now, sha256 = timezone.now(), hashlib.sha256(content).hexdigest()
    file = Attachment(visit=visit, name=f"{title}.{extension}", extension=extension, kind=kind, title=title)
    file.uploaded_by = visit.created_by
    file.size = file.received_size = len(content)
    file.sha256 = file.received_sha256 = sha256
    file.state, file.scan = Attachment.State.AVAILABLE, Attachment.Scan.NOT_SCANNED
    file.checked_at = file.verified_at = now
    file.file.save(file.name, ContentFile(content))
    return True


def _plan(rng: Random) -> bytes:
    """Draw a corridor with rooms on both sides, so many as chance wants."""
    image = Image.new("RGB", (900, 420), PAPER)
    draw = ImageDraw.Draw(image)
    rooms, doors = rng.randint(5, 9), 24
    width = 840 // rooms
    for number in range(rooms):
        left = 30 + number * width
        for top, bottom, wall in ((40, 165, 165), (235, 360, 235)):
            draw.rectangle((left, top, left + width, bottom), outline=WALL, width=4)
            door = left + rng.randint(10, width - doors - 10)
            draw.line((door, wall, door + doors, wall), fill=PAPER, width=8)
        draw.text((left + 12, 52), f"{number + 1}", fill=INK)
        draw.text((left + 12, 247), f"{rooms + number + 1}", fill=INK)
    draw.text((30, 385), "Invented / verzonnen", fill=INK)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
