"""Files that do harm, and some that do none, made in code: nothing live lies in the repository.

EICAR, the scanners' own test word, is put together here from two halves for the same reason.
"""

import io
import stat
import struct
import zipfile
import zlib

import pikepdf
from PIL import Image

from npmportal.uploads.reasons import Reason

EICAR = "".join(("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR", "-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")).encode()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
HTML = b"<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)


# -- Pictures ---------------------------------------------------------------------------------------------------------
def photograph(size=(64, 48), *, gps=False, turned=1, kind="JPEG", comment=b"", **more) -> bytes:
    """A picture, with the position of the Gulf of Guinea's corner where lines of nought cross, if wanted."""
    exif = Image.Exif()
    exif[0x010F] = "Invented Cameras"
    exif[0x0112] = turned
    if gps:
        exif.get_ifd(0x8825).update({1: "N", 2: (0.0, 7.0, 0.0), 3: "E", 4: (0.0, 9.0, 0.0)})
    file = io.BytesIO()
    if comment:
        more["comment"] = comment
    Image.effect_noise(size, 40).convert("RGB").save(file, kind, exif=exif, **more)
    return file.getvalue()


def blank(size, mode="1", kind="PNG", **more) -> bytes:
    """One colour all over: few bytes, many points."""
    file = io.BytesIO()
    Image.new(mode, size).save(file, kind, **more)
    return file.getvalue()


def png_that_claims(width, height) -> bytes:
    """A PNG of a few bytes whose head says that it is huge."""
    head = struct.pack("!IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\x00" * 1000)), (b"IEND", b""))
    chunks = (struct.pack("!I", len(d)) + t + d + struct.pack("!I", zlib.crc32(t + d)) for t, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


# -- PDF --------------------------------------------------------------------------------------------------------------
def pdf(change=None, **save) -> bytes:
    """A PDF of one page; ``change`` gets it to do things to it."""
    document = pikepdf.new()
    document.add_blank_page()
    if change:
        change(document)
    file = io.BytesIO()
    document.save(file, **save)
    return file.getvalue()


def _script(name="/JavaScript"):
    return pikepdf.Dictionary(S=pikepdf.Name(name), JS=pikepdf.String("app.alert(1)"))


def pdf_that_opens_with(action) -> bytes:
    return pdf(lambda document: document.Root.__setitem__("/OpenAction", action))


def pdf_with_named_script() -> bytes:
    names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=pikepdf.Array([pikepdf.String("a"), _script()])))
    return pdf(lambda document: document.Root.__setitem__("/Names", names))


def pdf_with_script_of_a_page(**save) -> bytes:
    """The script stands inside dictionaries that have no number of their own."""
    actions = pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.Named, Next=pikepdf.Array([_script()])))
    return pdf(lambda document: document.pages[0].__setitem__("/AA", actions), **save)


def pdf_with_file() -> bytes:
    return pdf(lambda document: document.attachments.__setitem__("a.csv", b"1,2"))


def pdf_that_launches() -> bytes:
    return pdf_that_opens_with(pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("calc.exe")))


def pdf_with_xfa() -> bytes:
    form = pikepdf.Dictionary(XFA=pikepdf.String("<xdp/>"), Fields=pikepdf.Array())
    return pdf(lambda document: document.Root.__setitem__("/AcroForm", form))


def pdf_with_film() -> bytes:
    annotation = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.RichMedia, Rect=[0, 0, 1, 1])
    return pdf(lambda document: document.pages[0].__setitem__("/Annots", pikepdf.Array([annotation])))


def pdf_with_password() -> bytes:
    return pdf(encryption=pikepdf.Encryption(owner="o", user="u"))


def pdf_that_unpacks_to_gigabytes() -> bytes:
    """The table of contents of the objects is a stream that becomes 2 GB when it is read."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(10_000_000)) for _part in range(200)) + packer.flush()
    head = b"%PDF-1.5\n"
    table = b"1 0 obj\n<</Type/XRef/Size 3/W[1 2 1]/Root 2 0 R/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    return head + table + packed + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % len(head)


# -- Office documents -------------------------------------------------------------------------------------------------
def office(extension="docx", main=None, **parts) -> bytes:
    """A document of the least parts, or of more: ``word__media__a`` is the part word/media/a."""
    types = {"docx": WORD, "xlsx": EXCEL}[extension] if main is None else main
    override = f'<Types><Override PartName="/x.xml" ContentType="{types}"/></Types>'
    return archive(
        {"[Content_Types].xml": override, "x.xml": "<x/>"} | {k.replace("__", "/"): v for k, v in parts.items()}
    )


def open_document(kind="text", **parts) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}", zipfile.ZIP_STORED)
        written.writestr("content.xml", "<office:document-content/>")
        for name, content in parts.items():
            written.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def archive(parts) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as written:
        for name, content in parts.items():
            written.writestr(name, content)
    return file.getvalue()


def office_with(*entries) -> bytes:
    """A Word document with entries given as ZipInfo or name and content."""
    file = io.BytesIO(office())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as written:
        for entry, content in entries:
            written.writestr(entry, content)
    return file.getvalue()


def link() -> tuple[zipfile.ZipInfo, str]:
    entry = zipfile.ZipInfo("word/link")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry, "/etc/passwd"


def remote_template() -> bytes:
    target = f'<Relationship Id="r" Type="{RELS}/attachedTemplate" Target="https://x.invalid/t" TargetMode="External"/>'
    return office(word___rels__settings_rels=target).replace(b"settings_rels", b"settings.rels")


def overlapping() -> bytes:
    """Two entries that share their bytes."""
    content = bytearray(office_with(("a.xml", b"x" * 300)))
    last = content.rfind(b"PK\x01\x02")
    content[last + 42 : last + 46] = (0).to_bytes(4, "little")
    return bytes(content)


def many_entries() -> bytes:
    return archive({f"{number}.xml": "" for number in range(2_001)})


def lying_about_its_size() -> bytes:
    """It says that a part is of 10 bytes where it unpacks to 5 MB."""
    content = bytearray(office_with(("a.xml", bytes(5_000_000))))
    last = content.rfind(b"PK\x01\x02")
    content[last + 24 : last + 28] = (10).to_bytes(4, "little")
    return bytes(content)


def hidden_before_the_directory() -> bytes:
    """Something stands between the last entry and the directory, which says rightly where it begins."""
    content = bytearray(office())
    begins = content.find(b"PK\x01\x02")
    content[begins:begins] = b"hidden" * 9
    content[-6:-2] = (begins + 54).to_bytes(4, "little")
    return bytes(content)


def encrypted_entry() -> bytes:
    content = bytearray(office())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(mark) + offset] |= 1
    return bytes(content)


# -- The corpus: name, content, and why it is refused -----------------------------------------------------------------
REFUSED = {
    "SVG with a script as .png": ("png", SVG, Reason.MARKUP),
    "SVG with a script as .txt": ("txt", SVG, Reason.MARKUP),
    "SVG behind an XML head as .txt": ("txt", b'<?xml version="1.0"?>\n' + SVG, Reason.MARKUP),
    "SVG in UTF-16 as .csv": ("csv", SVG.decode().encode("utf-16"), Reason.MARKUP),
    "HTML as .pdf": ("pdf", HTML, Reason.MARKUP),
    "HTML as .docx": ("docx", HTML, Reason.MARKUP),
    "HTML as .jpg": ("jpg", HTML, Reason.MARKUP),
    "script in the middle of a .csv": ("csv", b"a,b\n" * 90_000 + b"<script>alert(1)</script>", Reason.MARKUP),
    "PHP as .txt": ("txt", b"hello <?php system('x'); ?>", Reason.MARKUP),
    "program as .txt": ("txt", b"MZ\x90\x00" + bytes(200), Reason.OTHER_CONTENT),
    "shell script as .txt": ("txt", b"#!/bin/sh\nrm -rf /\n", Reason.MARKUP),
    "NUL in a .csv": ("csv", b"a,b\n1,\x002\n", Reason.OTHER_CONTENT),
    "PNG named .jpg": ("jpg", blank((9, 9)), Reason.OTHER_CONTENT),
    "picture cut off": ("jpg", photograph()[:700], Reason.DAMAGED),
    "JPEG that is a zip too": ("jpg", photograph() + office(), Reason.TWO_IN_ONE),
    "JPEG with a PDF behind it": ("jpg", photograph() + pdf(), Reason.TWO_IN_ONE),
    "PNG with a page behind it": ("png", blank((9, 9)) + HTML, Reason.MARKUP),
    "JPEG with a script in a comment": ("jpg", photograph(comment=b"*/<script>alert(1)</script>"), Reason.MARKUP),
    "GIF that is a script": ("png", b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)", Reason.OTHER_CONTENT),
    "bomb of points": ("png", lambda: blank((30_000, 30_000)), Reason.PIXELS),
    "claim of points": ("png", png_that_claims(100_000, 100_000), Reason.PIXELS),
    "bomb of points, progressive": (
        "jpg",
        lambda: blank((6_500, 6_500), "RGB", "JPEG", progressive=True),
        Reason.PIXELS,
    ),
    "PDF that is a zip too": ("pdf", pdf() + office(), Reason.TWO_IN_ONE),
    "PDF with a page before it": ("pdf", HTML + pdf(), Reason.MARKUP),
    "PDF with something before it": ("pdf", b"GIF89a" + pdf(), Reason.OTHER_CONTENT),
    "PDF with something behind it": ("pdf", pdf() + b"alert(1)//" * 10, Reason.HIDDEN),
    "PDF with a script when opened": ("pdf", pdf_that_opens_with(_script()), Reason.PDF_SCRIPT),
    "PDF with a named script": ("pdf", pdf_with_named_script(), Reason.PDF_SCRIPT),
    "PDF with a script of a page": ("pdf", pdf_with_script_of_a_page(), Reason.PDF_SCRIPT),
    "PDF with a script packed away": (
        "pdf",
        pdf_with_script_of_a_page(object_stream_mode=pikepdf.ObjectStreamMode.generate),
        Reason.PDF_SCRIPT,
    ),
    "PDF with XFA": ("pdf", pdf_with_xfa(), Reason.PDF_SCRIPT),
    "PDF with a file": ("pdf", pdf_with_file(), Reason.PDF_FILES),
    "PDF that launches": ("pdf", pdf_that_launches(), Reason.PDF_ACTION),
    "PDF with a film": ("pdf", pdf_with_film(), Reason.PDF_ACTION),
    "PDF with a password": ("pdf", pdf_with_password(), Reason.LOCKED),
    "PDF cut off": ("pdf", pdf()[:300], Reason.HIDDEN),
    "PDF of nothing": ("pdf", b"%PDF-1.7\n%%EOF", Reason.DAMAGED),
    "zip as .docx": ("docx", archive({"a.txt": "a"}), Reason.OTHER_CONTENT),
    "Excel as .docx": ("docx", office("xlsx"), Reason.OTHER_CONTENT),
    "Word with macros": ("docx", office(word__vbaProject_bin=b"x"), Reason.MACROS),
    "Word of a type with macros": ("docx", office(main=WORD.replace("main", "macroEnabled.main")), Reason.MACROS),
    "Excel with macro sheets": ("xlsx", office("xlsx", xl__macrosheets__sheet1="<x/>"), Reason.MACROS),
    "Word with an OLE object": ("docx", office(word__embeddings__oleObject1=b"\xd0\xcf\x11\xe0"), Reason.MACROS),
    "Word with ActiveX": ("docx", office(word__activeX__activeX1="<x/>"), Reason.MACROS),
    "Writer with Basic": ("odt", open_document(Basic__Standard__M="<x/>"), Reason.MACROS),
    "Calc with a script on an event": (
        "ods",
        open_document("spreadsheet", **{"styles.xml": "<a xlink:href='vnd.sun.star.script:x'/>"}),
        Reason.MACROS,
    ),
    "Excel with DDE": ("xlsx", office("xlsx", **{"xl/externalLinks/e.xml": "<ddeLink/>"}), Reason.REMOTE),
    "Word with a template elsewhere": ("docx", remote_template(), Reason.REMOTE),
    "Word with a document inside": ("docx", office(word__embeddings__a=office("xlsx")), Reason.FILE_INSIDE),
    "Word with a program inside": ("docx", office(word__media__a=b"MZ\x90"), Reason.FILE_INSIDE),
    "Word with a page inside": ("docx", office(**{"word/afchunk.html": HTML}), Reason.FILE_INSIDE),
    "Word with an SVG inside": ("docx", office(**{"word/media/a.svg": SVG}), Reason.FILE_INSIDE),
    "billion laughs": ("docx", office(**{"y.xml": '<!DOCTYPE l [<!ENTITY a "ha">]><l>&a;</l>'}), Reason.ENTITIES),
    "billion laughs in UTF-16": (
        "xlsx",
        office("xlsx", **{"y.xml": '<!DOCTYPE l [<!ENTITY a "ha">]><l>&a;</l>'.encode("utf-16")}),
        Reason.ENTITIES,
    ),
    "zip bomb": ("xlsx", lambda: office("xlsx", **{"xl/sheet1.xml": b"<r/>" * 18_000_000}), Reason.BOMB),
    "zip bomb that overlaps": ("docx", overlapping(), Reason.BOMB),
    "zip of too many entries": ("docx", many_entries(), Reason.BOMB),
    "zip that lies about its size": ("docx", lying_about_its_size(), Reason.DAMAGED),
    "names that lead out": ("docx", office(**{"../../etc/cron.d/x": "x"}), Reason.PATHS),
    "names of a drive": ("docx", office(**{"c:/x.xml": "x"}), Reason.PATHS),
    "link": ("docx", office_with(link()), Reason.PATHS),
    "zip with a password": ("docx", encrypted_entry(), Reason.LOCKED),
    "Word with a password": ("docx", OLD_OFFICE, Reason.LOCKED),
    "old Word as .pdf": ("pdf", OLD_OFFICE, Reason.OTHER_CONTENT),
    "Word behind a PDF": ("docx", b"PK\x03\x04%PDF-1.7" + office(), Reason.TWO_IN_ONE),
    "Word with something between": ("docx", hidden_before_the_directory(), Reason.HIDDEN),
    "Word with something behind": ("docx", office() + b"x" * 50, Reason.HIDDEN),
    "nothing": ("txt", b"", Reason.EMPTY),
}
TAKEN = {
    "photograph": ("jpg", photograph(gps=True)),
    "photograph on its side": ("jpeg", photograph(turned=6)),
    "progressive photograph": ("jpg", photograph(progressive=True)),
    "drawing": ("png", blank((200, 100), "RGBA")),
    "grey drawing": ("png", blank((200, 100), "I;16")),
    "CMYK photograph": ("jpg", blank((20, 20), "CMYK", "JPEG")),
    "PDF": ("pdf", pdf()),
    "PDF with packed objects": ("pdf", pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate)),
    "PDF with line ends behind it": ("pdf", pdf() + b"\r\n\r\n"),
    "Word": ("docx", office(word__media__a_png=blank((9, 9)))),
    "Excel": ("xlsx", office("xlsx")),
    "Writer": ("odt", open_document()),
    "Calc": ("ods", open_document("spreadsheet")),
    "text": ("txt", "Cella était à l’étage. 5 < 6 <b>\n".encode()),
    "text of an old Windows": ("txt", "Café, 20 €".encode("cp1252")),
    "CSV of Excel": ("csv", "\ufeffa;b\r\n=1+1;é\r\n".encode()),
    "CSV in UTF-16": ("csv", "a\tb\n1\té\n".encode("utf-16")),
}
