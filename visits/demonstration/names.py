"""Names that can be no real place's: made-up syllables, and the word “invented” in each."""

import random

FIRST = (
    "Quoz", "Zyrr", "Vexl", "Thrav", "Yolv", "Krellim", "Ulvv", "Xand", "Quirr", "Druxl", "Plovv", "Gwynz", "Ithrul",
    "Mizz", "Nuvv", "Ocqu", "Pryx", "Rhozz", "Skorv", "Twyxl", "Umbrex", "Vlorn", "Wyzz", "Xolv", "Yxen", "Zorvel",
    "Aquex", "Blixen", "Czarv", "Dwixl", "Eqqer", "Fyxol",
)  # fmt: skip
SECOND = (
    "andel", "imoor", "orrick", "umbra", "ettle", "ashy", "owane", "illic", "undry", "aveen", "ospur", "inthel",
    "olume",
    "efarn", "arquin", "ithane", "ovell", "unster", "eldric", "ompt", "askel", "irrup", "onnet", "ulvane",
)  # fmt: skip

# The kind of place by a part of the setting's short name, in English and in Dutch; the first that fits is used.
NOUNS: tuple[tuple[str, str, str], ...] = (
    ("military", "Military Cells", "militaire cellen"),
    ("police", "Police Cells", "politiecellen"),
    ("prison", "Prison", "gevangenis"),
    ("court", "Court Cells", "gerechtscellen"),
    ("child", "Children’s Secure Home", "gesloten jeugdinstelling"),
    ("juvenile", "Young Offenders’ Centre", "jeugdinrichting"),
    ("youth", "Young Offenders’ Centre", "jeugdinrichting"),
    ("forensic", "Forensic Clinic", "forensische kliniek"),
    ("mental", "Psychiatric Hospital", "psychiatrisch ziekenhuis"),
    ("care", "Care Home", "zorghuis"),
    ("immigration", "Removal Centre", "detentiecentrum"),
    ("alien", "Removal Centre", "detentiecentrum"),
    ("return", "Removal Centre", "detentiecentrum"),
    ("asylum", "Removal Centre", "detentiecentrum"),
    ("customs", "Customs Cells", "douanecellen"),
    ("border", "Border Cells", "grenscellen"),
    ("terror", "High Security Cells", "cellen met hoge beveiliging"),
    ("transport", "Transport Depot", "vervoersdepot"),
    ("", "House", "huis"),
)


def town(rng: random.Random) -> str:
    """Return a made-up name."""
    return rng.choice(FIRST) + rng.choice(SECOND)


def noun(setting: str, *, is_dutch: bool) -> str:
    """Return the word for a place of the setting with the short name ``setting``."""
    english, dutch = next((en, nl) for part, en, nl in NOUNS if part in setting)
    return dutch if is_dutch else english


def place(town_name: str, setting: str, number: int, *, is_dutch: bool) -> str:
    """Return the name of an invented place; ``number`` keeps two of them in one town apart."""
    if is_dutch:
        return f"{town_name} {number}, {noun(setting, is_dutch=True)} (verzonnen)"
    return f"{town_name} {number} {noun(setting, is_dutch=False)} (invented)"


OWN_WORDS_EN = {
    "in_depth": ("full inspection", "unannounced inspection"),
    "thematic": ("themed visit",),
    "follow_up": ("return visit", "independent review of progress"),
    "rapid": ("short scrutiny visit",),
    "routine": ("local visit", "monitoring visit"),
    "lay": ("rota visit", "custody visit"),
}
OWN_WORDS_NL = {
    "in_depth": ("doorlichting",),
    "thematic": ("themaonderzoek",),
    "follow_up": ("vervolgonderzoek", "herhaalde doorlichting"),
    "rapid": ("incidentonderzoek",),
    "routine": ("tussentijds toezicht",),
    "lay": ("maandbezoek",),
}

SUMMARIES_EN = (
    "Invented for demonstration. Cells were clean; two call bells did not work.",
    "Invented for demonstration. People spoken to said that they were treated with respect.",
    "Invented for demonstration. Meals were late on the day; staff explained the shortage.",
    "Invented for demonstration. Time out of cell was less than the published regime.",
    "Invented for demonstration. The register of use of force was complete and signed.",
)
SUMMARIES_NL = (
    "Verzonnen voor demonstratie. De cellen waren schoon; twee belknoppen werkten niet.",
    "Verzonnen voor demonstratie. De mensen met wie is gesproken voelden zich met respect behandeld.",
    "Verzonnen voor demonstratie. De tijd buiten de cel was korter dan het dagprogramma aangeeft.",
)
RETURN_REASON = "Invented for demonstration: please add who decided about the areas that were not seen."
