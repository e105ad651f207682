"""What the newest invented visits found and ask for: a few findings each, invented and said to be."""

from datetime import timedelta
from random import Random

from members.models import Mechanism
from visits.models import Finding, Theme, Visit

NEWEST = 400
SHARE = 0.6  # of the visits that have some
Kind = Finding.Kind
# Kind, the body's own word and the text in English and Dutch, which of the invented themes.
FOUND: tuple[tuple[Finding.Kind, tuple[str, str], tuple[str, str], int], ...] = (
    (
        Kind.CONCERN,
        ("Key concern", "Knelpunt"),
        (
            "Invented: call bells were not answered within five minutes.",
            "Verzonnen: celbellen bleven te lang rinkelen.",
        ),
        0,
    ),
    (
        Kind.CONCERN,
        ("", ""),
        (
            "Invented: cells were cold and the windows did not close.",
            "Verzonnen: cellen waren koud, ramen sloten niet.",
        ),
        1,
    ),
    (
        Kind.RECOMMENDATION,
        ("", ""),
        (
            "Invented: let a nurse see everybody on the first day.",
            "Verzonnen: laat iedereen de eerste dag door een verpleegkundige zien.",
        ),
        2,
    ),
    (
        Kind.RECOMMENDATION,
        ("Action", "Actie"),
        (
            "Invented: answer complaints within two weeks, in writing.",
            "Verzonnen: beantwoord klachten binnen twee weken, op schrift.",
        ),
        4,
    ),
    (
        Kind.GOOD_PRACTICE,
        ("Notable positive practice", ""),
        ("Invented: families can call by video every evening.", "Verzonnen: families kunnen elke avond beeldbellen."),
        3,
    ),
    (
        Kind.OBSERVATION,
        ("", ""),
        (
            "Invented: the yard is used twice as long as last year.",
            "Verzonnen: de luchtplaats wordt twee keer zo lang gebruikt.",
        ),
        1,
    ),
)


def store_findings(mechanism: Mechanism, seed: str, *, dutch: bool) -> int:
    """Give the newest invented visits of ``mechanism`` findings, once; return how many findings were stored."""
    if Finding.objects.filter(visit__mechanism=mechanism).exists():
        return 0
    themes = list(Theme.objects.filter(mechanism=mechanism).order_by("position"))
    invented = Visit.objects.filter(mechanism=mechanism, place__is_invented=True, validity=Visit.Validity.VALID)
    rows = [
        finding
        for visit in invented.filter(reference__contains="-D", changes=None).order_by("-starts_on", "-id")[:NEWEST]
        for finding in _of(visit, Random(f"{seed}/{visit.pk}/findings"), themes, int(dutch))
    ]
    return len(Finding.objects.bulk_create(rows, batch_size=2_000))


def _of(visit: Visit, rng: Random, themes: list[Theme], language: int) -> list[Finding]:
    if rng.random() > SHARE:
        return []
    return [
        _finding(visit, number, found, rng, themes, language)
        for number, found in enumerate(rng.sample(FOUND, rng.randint(1, 4)))
    ]


def _finding(
    visit: Visit,
    number: int,
    found: tuple[Finding.Kind, tuple[str, str], tuple[str, str], int],
    rng: Random,
    themes: list[Theme],
    language: int,
) -> Finding:
    kind, own_kind, text, theme = found
    finding = Finding(visit=visit, position=number, kind=kind, own_kind=own_kind[language], text=text[language])
    finding.theme = themes[theme] if theme < len(themes) else None
    finding.basis = _drawn(rng, Finding.Basis.values, 3)
    finding.is_repeated = rng.choice((None, False, True))
    if kind == Kind.RECOMMENDATION:
        finding.priority = rng.choice(Finding.Priority.values)
        finding.level = rng.choice(Finding.Level.values)
        finding.addressees = _drawn(rng, Finding.Addressee.values, 2)
        finding.answer_due_on = visit.ends_on + timedelta(days=90)
    return finding


def _drawn(rng: Random, values: list[str], most: int) -> list[str]:
    """Return some of ``values``, in their order."""
    wanted = rng.sample(values, rng.randint(1, most))
    return [value for value in values if value in wanted]
