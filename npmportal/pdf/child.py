"""The process that turns HTML into PDF, and does nothing else (security D-06).

Run by file name in a bare environment: it imports neither Django nor the portal, has no settings, no database and no
network, and ends after one document. One JSON object comes in on standard input; on standard output go lines of JSON:
``{"step": …, "page": …}`` while it works, then ``{"pages": …}`` or ``{"error": …}``.
"""

import ctypes
import errno
import gc
import json
import logging
import os
import resource
import signal
import sys
from datetime import datetime
from typing import Any

SCHEME = "asset:"
CLONE_NEWUSER, CLONE_NEWNET, PR_SET_PDEATHSIG = 0x10000000, 0x40000000, 1

# PDF/A wants every property of the metadata described that it does not know itself: here PDF/UA's own mark.
UA_MARK = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" pdfuaid:part="1" />
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA Universal Accessibility Schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name><pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Indicates, which part of ISO 14289 standard is followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""


class ForbiddenAddress(Exception):
    """Something in the document pointed outside the packaged assets."""


def say(**message: Any) -> None:
    """Write one line for the parent."""
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def confine(memory: int, cpu_seconds: int) -> None:
    """Die with the parent, leave the network where the system allows it, and limit memory, time and files."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    # Root may leave the network at once, others inside a user namespace; where neither may, the fetcher still refuses.
    libc.unshare(CLONE_NEWNET if os.geteuid() == 0 else CLONE_NEWUSER | CLONE_NEWNET)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000_000, 300_000_000))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Steps(logging.Handler):
    """Passes WeasyPrint's progress on: which step, and the page while it lays out pages."""

    def emit(self, record: logging.LogRecord) -> None:
        words = record.getMessage().split()
        page = int(words[-1]) if "Page" in words and words[-1].isdigit() else 0
        if page % 10 == 0:
            say(step=int(words[1]), page=page)


def make_fetcher(assets: dict[str, str]) -> Any:
    """Return a fetcher that opens the packaged ``assets`` by name and stops the document at any other address."""
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class PackagedAssetsOnly(URLFetcher):
        # WeasyPrint swallows every error while it draws an SVG, this one too: so it is remembered as well.
        has_refused = False

        def fetch(self, url: str, headers: Any = None) -> Any:
            path = assets.get(url.removeprefix(SCHEME)) if url.startswith(SCHEME) else None
            if path is None:
                self.has_refused = True
                raise FatalURLFetchingError("an address outside the packaged assets")
            if not path:
                raise FileNotFoundError("a packaged font that is not installed")
            kind = "text/css" if path.endswith(".css") else "font/woff2"
            with open(path, "rb") as file:
                return URLFetcherResponse(url, file.read(), {"Content-Type": kind})

    return PackagedAssetsOnly()


def remember_page_references() -> None:
    """Keep pydyf from building the list of all pages anew for every tag, which made tagging quadratic."""
    import pydyf

    def page_references(self: Any) -> tuple[bytes, ...]:
        kids = self.pages["Kids"]
        known: tuple[int, tuple[bytes, ...]] = self.__dict__.get("_known_pages", (0, ()))
        if known[0] != len(kids):
            known = self._known_pages = (len(kids), tuple(f"{number} 0 R".encode() for number in kids[::3]))
        return known[1]

    pydyf.PDF.page_references = property(page_references)


def add_ua_mark(document: Any, pdf: Any) -> None:
    """Say in a PDF/A file that it is PDF/UA-1 as well, and leave the metadata readable as PDF/A likes it."""
    for thing in pdf.objects:
        if getattr(thing, "extra", None) and thing.extra.get("Type") == "/Metadata":
            thing.stream = [part.replace(b"</rdf:RDF>", UA_MARK.encode()) for part in thing.stream]
            thing.compress = False


def write(order: dict[str, Any]) -> int:
    """Make the PDF that ``order`` asks for and return its number of pages."""
    from weasyprint import HTML, Attachment
    from weasyprint.text.fonts import FontConfiguration

    remember_page_references()
    progress = logging.getLogger("weasyprint.progress")
    progress.setLevel(logging.INFO)
    progress.handlers, progress.propagate = [Steps()], False
    fetcher = make_fetcher(order["assets"])
    fonts = FontConfiguration()
    moment = datetime.fromisoformat(order["created"])
    attachments = [
        Attachment(
            string=item["text"],
            name=item["name"],
            description=item["description"],
            relationship="Data",
            created=moment,
            modified=moment,
        )
        for item in order["attachments"]
    ]
    html = HTML(string=order["html"], base_url=SCHEME, url_fetcher=fetcher)
    document = html.render(font_config=fonts, pdf_variant=order["variant"], presentational_hints=False)
    finisher = add_ua_mark if order["variant"].startswith("pdf/a") else None
    document.write_pdf(
        order["output"],
        finisher=finisher,
        attachments=attachments,
        pdf_identifier=order["identifier"].encode(),
        pdf_variant=order["variant"],
    )
    with open(order["output"], "rb+") as file:
        os.fsync(file.fileno())
    if fetcher.has_refused:
        raise ForbiddenAddress
    return len(document.pages)


def main() -> int:
    """Read the order, do it, say how it went. The exit code is 0 only for a whole document."""
    order = json.load(sys.stdin)
    confine(order["memory"], order["cpu_seconds"])
    gc.set_threshold(100_000, 50, 100)
    # fontTools stamps fonts with the time unless told one: the same HTML shall give the same bytes.
    os.environ["SOURCE_DATE_EPOCH"] = str(int(datetime.fromisoformat(order["created"]).timestamp()))
    try:
        pages = write(order)
    except OSError as error:
        missing = "library" in str(error) and "load" in str(error)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = "missing_library" if missing else "no_room" if full else "failed"
        say(error=reason, error_class=type(error).__name__)
        return 1
    except MemoryError:
        say(error="too_large", error_class="MemoryError")
        return 1
    except BaseException as error:  # FatalURLFetchingError is not an Exception
        refused = type(error).__name__ in ("FatalURLFetchingError", "ForbiddenAddress")
        say(error="forbidden_address" if refused else "failed", error_class=type(error).__name__)
        return 1
    say(pages=pages)
    sys.stdout.flush()
    # Freeing a large document piece by piece takes seconds; the process ends anyway.
    os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
