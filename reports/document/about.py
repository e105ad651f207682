"""The chapters in words: the mechanism, its members, who monitors what, the method, the abbreviations."""

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.coverage import Matrix
from members.models import Designation
from npmportal.models import Precision
from reports.document.book import LONG_DAY, Book, Chapter, day, number
from reports.document.tables import Cell
from visits.models import Visit


def about(book: Book) -> Chapter:
    """Return the chapter on what an NPM is: the treaty's articles in our own words."""
    articles = [
        (
            _("Article 17"),
            _("Each State has one or several independent mechanisms to prevent torture at the domestic level."),
        ),
        (
            _("Article 18"),
            _("The mechanism is independent, has the knowledge it needs, and the resources to do its work."),
        ),
        (
            _("Article 19"),
            _(
                "It examines regularly how people deprived of their liberty are treated, makes "
                "recommendations, and comments on laws."
            ),
        ),
        (
            _("Article 20"),
            _(
                "It learns how many people are held and where, goes to every place, speaks to people in "
                "private, and chooses freely where to go and whom to meet."
            ),
        ),
        (
            _("Article 21"),
            _(
                "Nobody may suffer for having told the mechanism anything, true or false; what it learns in "
                "confidence stays so."
            ),
        ),
        (
            _("Article 22"),
            _("The authorities examine the recommendations and talk with the mechanism about carrying them out."),
        ),
        (_("Article 23"), _("The State publishes and spreads the mechanism’s annual reports.")),
    ]
    established = book.content["mechanism"]["established_on"]
    context = {"articles": articles, "established": day(established) if established else ""}
    return Chapter("about", _("About the mechanism"), "reports/annual/about.html", context)


def members(book: Book) -> Chapter:
    """Return the chapter with the members as at the year's last day."""
    rows = [_member(book, body) for body in book.members]
    table = book.table(
        "members",
        _("Members as at %(day)s") % {"day": book.last_day},
        (_("Body"), _("Kind"), _("Standing"), _("Since")),
        rows,
        has_words=True,
    )
    coordinator = book.content["coordinator"]
    context = {"table": table, "coordinator": book.body(coordinator) if coordinator else ""}
    return Chapter("members", _("Members"), "reports/annual/members.html", context)


def coverage(book: Book) -> Chapter:
    """Return the chapter with the coverage matrix as at the year's last day, on a wide page."""
    matrix = Matrix.from_json(book.content["coverage"])
    title = _("Who monitors what")
    return Chapter(
        "coverage", title, "reports/annual/coverage.html", {"matrix": matrix, "in_print": True}, is_wide=True
    )


def method(book: Book) -> Chapter:
    """Return the chapter on how the numbers were made and what the words mean."""
    totals = book.totals
    waiting = []
    if totals["submitted"]:
        waiting.append(
            _("Visits submitted and not yet approved when the figures were frozen, and so not counted: %(visits)s.")
            % {"visits": number(totals["submitted"])}
        )
    if totals["returned"]:
        waiting.append(
            _("Visits that had been returned to their body with a question, and so not counted: %(visits)s.")
            % {"visits": number(totals["returned"])}
        )
    context = {"waiting": waiting, "definitions": _definitions()}
    return Chapter("method", _("Method and definitions"), "reports/annual/method.html", context)


def abbreviations(book: Book) -> Chapter:
    """Return the chapter with every abbreviation the report may use."""
    own = [
        ("NPM", _("National Preventive Mechanism")),
        (
            "OPCAT",
            _(
                "Optional Protocol to the Convention against Torture and Other Cruel, Inhuman or Degrading "
                "Treatment or Punishment"
            ),
        ),
        ("SPT", _("United Nations Subcommittee on Prevention of Torture")),
    ]
    visitors = {row["body"] for row in book.content["visits"]["by_body"]}
    bodies = [b for b in book.content["bodies"] if b["standing"] or b["slug"] in visitors]
    found = own + [
        (b["abbreviation"], book.body(b["slug"])) for b in bodies if b["abbreviation"] != book.body(b["slug"])
    ]
    context = {"abbreviations": sorted(set(found), key=lambda pair: (pair[0].casefold(), pair[1]))}
    return Chapter("abbreviations", _("Abbreviations"), "reports/annual/abbreviations.html", context)


def _member(book: Book, body: dict[str, Any]) -> tuple[Cell, ...]:
    standing = body["standing"]
    status = str(Designation.Status(standing["status"]).label)
    if standing["takes_part"] is False:
        status = _("%(status)s; does not take part in the consultations") % {"status": status}
    since = _since(standing["since"], standing["precision"])
    name = f"{book.body(body['slug'])} ({body['abbreviation']})"
    return (name, book.kind_of(body["slug"]), status, since)


def _since(iso: str, precision: str) -> str:
    """Return a date as exactly as it is known."""
    formats = {Precision.DAY: LONG_DAY, Precision.MONTH: "F Y", Precision.YEAR: "Y"}
    return date_format(date.fromisoformat(iso), formats[Precision(precision)])


def _definitions() -> list[tuple[str, str]]:
    unannounced = str(Visit.Notice.UNANNOUNCED.label)
    return [
        (
            _("Visit"),
            _(
                "One or several bodies go to a place of detention to examine how people are treated there "
                "(OPCAT Articles 4 and 19 a). A visit of several days is one visit."
            ),
        ),
        (
            _("Counted"),
            _(
                "Visits that the coordinator has approved and that took place. Attempts, that is abandoned "
                "visits and refusals of entry too, are counted in the tables that say so."
            ),
        ),
        (_("Year of a visit"), _("The year that holds its first day.")),
        (_("Joint visit"), _("Made by more than one body. It counts once for the NPM and once for each body.")),
        (unannounced.capitalize(), _("The place was not told of the visit beforehand.")),
        (
            _("Place of detention"),
            _(
                "A place, or a unit of one that has rules or monitors of its own, where people are or may "
                "be deprived of their liberty (OPCAT Article 4)."
            ),
        ),
        (_("Setting"), _("A kind of detention, such as prisons or police custody, as it was on the day of the visit.")),
        (
            _("Problem of access"),
            _("The visitors were let in late, did not see all they asked to see, or were refused entry."),
        ),
        (
            _("Not recorded"),
            _(
                "The body did not write the number down. It is never read as nought, and no average is put "
                "in its place."
            ),
        ),
        (
            _("Restricted visit"),
            _("Only the bodies involved and the coordinator may know where it was made. It counts in the figures."),
        ),
    ]
