"""The chapters that count visits."""

from django.utils.translation import gettext as _

from reports.document.book import Book, Chapter, Section, counted, number, share, short_month
from reports.document.charts import BarChart, ColumnChart, bar_chart, column_chart
from reports.document.tables import Cell, Table
from visits.models import Visit

SECTIONS = "reports/annual/sections.html"


def year_in_figures(book: Book) -> Chapter:
    """Return the first chapter: the few numbers a reader wants before all others."""
    totals = book.totals
    unannounced = counted(book.content["visits"]["by_month_and_notice"], by=1).get(Visit.Notice.UNANNOUNCED, 0)
    problems = sum(row[-1] for row in book.content["access"]["by_setting"])
    recorded = sum(n for access, n in book.content["access"]["by_kind"].items() if access)
    attempts = totals["made"] + totals["abandoned"] + totals["refused"]
    figures = [
        (number(totals["made"]), _("visits made")),
        (number(totals["places"]), _("places of detention visited")),
        (share(unannounced, totals["made"]), _("of visits unannounced")),
        (number(totals["joint"]), _("visits made by several bodies together")),
        (number(len(book.members)), _("member bodies at the end of the year")),
        (share(problems, recorded), _("of attempts with access recorded met a problem")),
    ]
    context = {"figures": figures, "attempts": number(attempts), "settings_chart": _settings_chart(book, "overview")}
    return Chapter("figures", _("The year in figures"), "reports/annual/figures.html", context)


def by_body(book: Book) -> Chapter:
    """Return the chapter on the bodies' visits. A joint visit counts once for the NPM and once for each body."""
    rows = book.content["visits"]["by_body"]
    table = _bodies(book)
    chart = bar_chart(
        "by-body",
        _("Visits by body"),
        _describe(_("Horizontal bars: the visits each body led or joined."), table),
        [(book.body(row["body"]), row["total"]) for row in sorted(rows, key=lambda row: -row["total"])],
    )
    words = [
        _("Bodies that made visits in the year: %(bodies)s. Visits made by several bodies together: %(joint)s.")
        % {"bodies": number(len(rows)), "joint": number(book.totals["joint"])}
    ]
    visitors = {row["body"] for row in rows}
    if silent := [book.body(body["slug"]) for body in book.members if body["slug"] not in visitors]:
        words.append(_("No visit is recorded for: %(bodies)s.") % {"bodies": ", ".join(silent)})
    section = Section("by-body", _("Who visited"), tuple(words), chart if rows else None, (table,))
    return Chapter("bodies", _("Visits by body"), SECTIONS, sections=(section,))


def by_setting(book: Book) -> Chapter:
    """Return the chapter on settings and jurisdictions, and on the outcome of what was attempted."""
    matrix = _matrix(book)
    settings = Section(
        "settings",
        _("Where visits were made"),
        (
            _("Setting and jurisdiction are those of the place on the day of the visit."),
            _("A 0 says that no visit was recorded there, not that there is no such place."),
        ),
        _settings_chart(book, "settings"),
        (matrix,),
    )
    outcome = Section(
        "outcome",
        _("Attempts and their outcome"),
        (
            _(
                "A visit is attempted when the visitors set out. It then takes place, is abandoned, or ends "
                "at the door. "
                "All other tables of visits count those that took place."
            ),
        ),
        tables=(_outcomes(book),),
    )
    return Chapter("settings", _("Visits by setting and jurisdiction"), SECTIONS, sections=(settings, outcome))


def through_the_year(book: Book) -> Chapter:
    """Return the chapter on notice, month and kind."""
    months, chart = _months(book)
    year = Section(
        "months", _("Visits by month and notice"), (_notice_sentence(book),), chart, (months, _notice_by_setting(book))
    )
    kinds = Section(
        "kinds",
        _("Kind of visit"),
        (
            _(
                "Bodies use their own words for their visits. Each is counted here under the generic kind "
                "it belongs to; "
                "the last two tables say how the visit was made and what gave rise to it."
            ),
        ),
        tables=(
            _shares(book, "visits-by-kind", _("Visits by kind"), _("Kind"), "by_kind", Visit.Kind),
            _shares(book, "visits-by-mode", _("Visits by mode"), _("Mode"), "by_mode", Visit.Mode),
            _shares(
                book,
                "visits-by-trigger",
                _("Visits by what gave rise to them"),
                _("Reason"),
                "by_trigger",
                Visit.Trigger,
            ),
        ),
    )
    return Chapter("notice", _("Notice, months and kinds of visit"), SECTIONS, sections=(year, kinds))


def _describe(words: str, table: Table) -> str:
    return words + " " + _("The numbers are in table %(number)s.") % {"number": table.number}


def _bodies(book: Book) -> Table:
    rows = book.content["visits"]["by_body"]
    made, joint = book.totals["made"], book.totals["joint"]
    unannounced = counted(book.content["visits"]["by_month_and_notice"], by=1).get(Visit.Notice.UNANNOUNCED, 0)
    note = _(
        "A joint visit counts once for the NPM and once for each body that took part. "
        "The bodies’ visits add up to %(bodies)s; the NPM made %(npm)s."
    ) % {"bodies": number(sum(row["total"] for row in rows)), "npm": number(made)}
    cells: list[tuple[Cell, ...]] = []
    for row in rows:
        joined = row["total"] - row["led"]
        cells.append((book.body(row["body"]), row["led"], joined, row["total"], row["joint"], row["unannounced"]))
    return book.table(
        "visits-by-body",
        _("Visits by body"),
        (
            _("Body"),
            _("Led"),
            _("Joined as a partner"),
            _("All visits"),
            _("of which joint"),
            _("of which unannounced"),
        ),
        cells,
        total=(_("The NPM (each visit once)"), made, None, made, joint, unannounced),
        notes=(note,),
    )


def _settings_chart(book: Book, key: str) -> BarChart:
    sums = counted(book.content["visits"]["by_setting_and_jurisdiction"], by=0)
    values = [(name, sums[slug]) for slug, name in book.settings.items() if slug in sums]
    return bar_chart(
        key,
        _("Visits by setting"),
        _("Horizontal bars: the visits made in each detention setting. The numbers are in the table “%(table)s”.")
        % {"table": _("Visits by setting and jurisdiction")},
        values,
    )


def _matrix(book: Book) -> Table:
    found = {(row[0], row[1]): row[2] for row in book.content["visits"]["by_setting_and_jurisdiction"]}
    visited = {setting for setting, _jurisdiction in found}
    shown = [s["slug"] for s in book.content["settings"] if s["has_places"] or s["slug"] in visited]
    rows: list[tuple[Cell, ...]] = []
    for slug in shown:
        cells = [found.get((slug, jurisdiction), 0) for jurisdiction in book.jurisdictions]
        rows.append((book.settings[slug], *cells, sum(cells)))
    columns = [sum(found.get((slug, j), 0) for slug in shown) for j in book.jurisdictions]
    return book.table(
        "visits-by-setting-and-jurisdiction",
        _("Visits by setting and jurisdiction"),
        (_("Setting"), *book.jurisdictions.values(), _("All")),
        rows,
        total=(_("All settings"), *columns, sum(columns)),
        notes=(_("Each visit is counted once, also where several bodies made it together."),),
    )


def _outcomes(book: Book) -> Table:
    found = {(row[0], row[1]): row[2] for row in book.content["visits"]["by_setting_and_outcome"]}
    kinds = list(Visit.Validity)
    rows: list[tuple[Cell, ...]] = []
    for slug, name in book.settings.items():
        cells = [found.get((slug, kind), 0) for kind in kinds]
        if sum(cells):
            rows.append((name, sum(cells), *cells))
    columns = [sum(n for (_slug, outcome), n in found.items() if outcome == kind) for kind in kinds]
    return book.table(
        "attempts-by-setting-and-outcome",
        _("Attempts by setting and outcome"),
        (_("Setting"), _("Attempted"), *(str(kind.label).capitalize() for kind in kinds)),
        rows,
        total=(_("All settings"), sum(columns), *columns),
        notes=(_("Attempted = took place + abandoned + refused entry."),),
    )


def _all_months(book: Book) -> list[str]:
    year, month = (int(part) for part in book.content["year"]["first_day"].split("-")[:2])
    return [f"{year + (month - 1 + n) // 12}-{(month - 1 + n) % 12 + 1:02d}" for n in range(12)]


def _months(book: Book) -> tuple[Table, ColumnChart]:
    found = {(row[0], row[1]): row[2] for row in book.content["visits"]["by_month_and_notice"]}
    kinds = list(Visit.Notice)
    labels = [str(kind.label).capitalize() for kind in kinds]
    values = [(month, [found.get((month, kind), 0) for kind in kinds]) for month in _all_months(book)]
    columns = [sum(parts[n] for _month, parts in values) for n in range(len(kinds))]
    table = book.table(
        "visits-by-month-and-notice",
        _("Visits by month and notice"),
        (_("Month"), *labels, _("All")),
        [(short_month(month), *parts, sum(parts)) for month, parts in values],
        total=(_("The year"), *columns, sum(columns)),
        notes=(_("A visit of several days belongs to the month of its first day."),),
    )
    words = _("Columns, one for each month, divided by the notice that was given.")
    chart = column_chart(
        "by-month",
        _("Visits by month and notice"),
        _describe(words, table),
        labels,
        [(short_month(month).split()[0], parts) for month, parts in values],
    )
    return table, chart


def _notice_by_setting(book: Book) -> Table:
    found = {(row[0], row[1]): row[2] for row in book.content["visits"]["by_setting_and_notice"]}
    kinds = list(Visit.Notice)
    rows: list[tuple[Cell, ...]] = []
    for slug, name in book.settings.items():
        cells = [found.get((slug, kind), 0) for kind in kinds]
        if sum(cells):
            rows.append((name, *cells, share(cells[0], sum(cells))))
    columns = [sum(n for (_slug, notice), n in found.items() if notice == kind) for kind in kinds]
    return book.table(
        "visits-by-setting-and-notice",
        _("Visits by setting and notice"),
        (_("Setting"), *(str(kind.label).capitalize() for kind in kinds), _("Share unannounced")),
        rows,
        total=(_("All settings"), *columns, share(columns[0], sum(columns))),
    )


def _notice_sentence(book: Book) -> str:
    notice = counted(book.content["visits"]["by_month_and_notice"], by=1)
    unannounced = notice.get(Visit.Notice.UNANNOUNCED, 0)
    return _(
        "OPCAT leaves the choice of places and of the moment to the mechanism (Article 20 e). %(unannounced)s of "
        "%(all)s visits (%(share)s) were made without notice."
    ) % {
        "unannounced": number(unannounced),
        "all": number(book.totals["made"]),
        "share": share(unannounced, book.totals["made"]),
    }


def _shares(
    book: Book,
    key: str,
    caption: str,
    what: str,
    name: str,
    kinds: type[Visit.Kind] | type[Visit.Mode] | type[Visit.Trigger],
) -> Table:
    """Return the visits made by one of their fields; those of which it was not recorded are told last, as such.

    Only where there are any: a snapshot frozen when the field always held something says nothing of the kind.
    """
    found = book.content["visits"][name]
    whole = sum(found.values())
    labels = [(kind.value, str(kind.label).capitalize()) for kind in kinds]
    labels += [("", _("Not recorded"))] if "" in found else []
    return book.table(
        key,
        caption,
        (what, _("Visits"), _("Share")),
        [(label, found.get(value, 0), share(found.get(value, 0), whole)) for value, label in labels],
        total=(_("All visits"), whole, share(whole, whole)),
    )
