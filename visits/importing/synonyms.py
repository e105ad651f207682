"""Words that the members' own files use: for the columns, and for the values in them. Simplified as `simple` does."""

import re
import unicodedata

_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def simple(text: str) -> str:
    """Return ``text`` as it is compared: without accents, capitals, punctuation and doubled spaces."""
    if text.isascii():
        plain = text.lower()
    else:
        decomposed = unicodedata.normalize("NFKD", text.casefold())
        plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _NOT_A_WORD.sub(" ", plain).strip()


SYNONYMS: dict[str, tuple[str, ...]] = {
    # visits
    "reference": (
        "ref", "our ref", "our reference", "visit id", "visit reference", "visit number", "our number", "kenmerk",
        "bezoeknummer", "onze ref", "ons kenmerk", "onze referentie", "referentie",
    ),
    "place": (
        "establishment", "institution", "facility", "location", "site", "prison", "custody suite", "place code",
        "place name", "establishment code", "establishment name", "inrichting", "instelling", "locatie",
    ),
    "starts_on": (
        "date", "visit date", "date of visit", "start date", "start", "from", "first day of visit", "datum",
        "bezoekdatum", "begindatum", "startdatum", "datum bezoek", "day", "day of visit", "visit day",
        "dag", "bezoekdag",
    ),
    "ends_on": ("end date", "end", "until", "to", "date to", "einddatum", "einde", "datum einde", "tot en met"),
    "lead_body": (
        "body", "member", "member body", "organisation", "organization", "inspectorate", "lead", "scheme",
        "organisatie", "lid", "inspectie",
    ),
    "partners": ("joint with", "partner", "jointly with", "with", "samen met", "partners"),
    "kind": ("type", "type of visit", "visit type", "kind of visit", "soort bezoek", "bezoektype", "type bezoek"),
    "own_kind": ("own word", "own term", "local type", "programme type", "eigen woord", "eigen benaming"),
    "notice": ("announcement", "announced", "type of notice", "aankondiging", "aangekondigd"),
    "mode": ("how", "form of visit", "visit mode", "vorm", "wijze"),
    "trigger": ("reason for visit", "reason", "why", "aanleiding"),
    "time_in": ("arrival", "start time", "time of arrival", "arrived", "aankomst", "begintijd", "tijd in"),
    "time_out": ("departure", "end time", "time of departure", "left", "vertrek", "eindtijd", "tijd uit"),
    "validity": ("outcome", "result", "visit outcome", "status of visit", "uitkomst", "resultaat"),
    "satisfaction": ("judgement", "conditions", "satisfactory", "assessment", "oordeel"),
    "access": ("access given", "access granted", "toegang"),
    "access_delay_minutes": ("delay", "waiting time", "minutes waited", "minutes delayed", "wachttijd", "vertraging"),
    "access_note": ("access comments", "access details", "toelichting toegang"),
    "people_in_custody": ("in custody", "number in custody", "detainees", "number of detainees", "ingeslotenen"),
    "people_seen": (
        "seen", "interviewed", "detainees seen", "number seen", "people seen", "number interviewed",
        "gesproken", "aantal gesproken", "gesproken personen",
    ),
    "people_offered": ("offered a visit", "number offered", "aangeboden", "aantal aangeboden"),
    "people_declined": ("refused a visit", "number declined", "geweigerd"),
    "summary": ("notes", "comments", "findings", "remarks", "samenvatting", "opmerkingen", "bevindingen"),
    # places
    "code": ("id", "establishment id", "place id", "site code", "nummer", "locatiecode"),
    "name": ("place", "establishment", "institution", "prison", "site", "naam", "inrichting", "instelling"),
    "setting": ("type", "type of place", "type of establishment", "soort", "soort plaats", "type inrichting"),
    "jurisdiction": ("country", "nation", "land", "rechtsgebied"),
    "authority": ("run by", "provider", "operated by", "beheerder", "uitvoerder"),
    "capacity": ("places", "beds", "operational capacity", "plaatsen", "capaciteit"),
    "town": ("city", "plaats", "stad", "gemeente"),
    "address": ("street", "street address", "adres", "straat"),
    "postcode": ("zip", "zip code", "postal code", "post code"),
    "region": ("area", "noms region", "group", "regio"),
    "latitude": ("lat",),
    "longitude": ("lon", "lng", "long"),
    "opened_on": ("opened", "opening date", "geopend"),
    "closed_on": ("closed", "closing date", "closure date", "gesloten"),
    "note": ("notes", "comments", "remarks", "opmerking", "opmerkingen"),
    "parent": ("part of", "within", "main site", "onderdeel van"),
    # people held
    "visit": ("reference", "visit reference", "visit id", "ref", "kenmerk"),
    "held": ("population", "total", "people held", "prisoners", "total population", "bezetting"),
    "held_men": ("men", "male", "males", "mannen"),
    "held_women": ("women", "female", "females", "vrouwen"),
    "held_remand": ("remand", "on remand", "voorlopig gehecht"),
    "held_sentenced": ("sentenced", "convicted", "afgestraft"),
    "held_foreign": ("foreign nationals", "foreign", "vreemdelingen"),
    "capacity_official": ("capacity", "certified normal accommodation", "cna", "capaciteit"),
    "capacity_operational": ("operational capacity", "op cap"),
}  # fmt: skip

# Values of the choices of a visit, beyond the choices' own keys and names.
VALUES: dict[str, dict[str, str]] = {
    "kind": {
        "full inspection": "in_depth", "inspection": "in_depth", "comprehensive": "in_depth", "in depth": "in_depth",
        "unannounced inspection": "in_depth", "announced inspection": "in_depth", "follow up inspection": "follow_up",
        "follow up visit": "follow_up", "follow up review": "follow_up", "review of progress": "follow_up",
        "independent review of progress": "follow_up", "thematic inspection": "thematic", "rapid": "rapid",
        "ad hoc": "rapid", "short scrutiny visit": "rapid", "routine": "routine", "rota visit": "routine",
        "monitoring visit": "routine", "weekly visit": "routine", "custody visit": "routine",
        "monthly visit": "routine", "maandbezoek": "routine", "rota": "routine",
    },
    "notice": {
        "unannounced": "unannounced", "without notice": "unannounced", "no notice": "unannounced", "no": "unannounced",
        "onaangekondigd": "unannounced", "u": "unannounced", "announced": "announced", "yes": "announced",
        "with notice": "announced", "aangekondigd": "announced", "a": "announced", "short notice": "short_notice",
        "semi announced": "short_notice", "ja": "announced", "nee": "unannounced",
        "unannounced inspection": "unannounced", "announced inspection": "announced",
    },
    "mode": {
        "in person": "on_site", "on site": "on_site", "onsite": "on_site", "visit": "on_site", "phone": "telephone",
        "telephone": "telephone", "video": "remote", "online": "remote", "telefonisch": "telephone",
        "ter plaatse": "on_site",
    },
    "validity": {
        "completed": "valid", "valid": "valid", "done": "valid", "refused": "refused", "access refused": "refused",
        "abandoned": "abandoned", "incomplete": "abandoned", "uitgevoerd": "valid", "afgebroken": "abandoned",
    },
    "satisfaction": {
        "yes": "satisfactory", "no": "unsatisfactory", "voldoende": "satisfactory", "onvoldoende": "unsatisfactory",
    },
    "access": {
        "yes": "full", "full access": "full", "unrestricted": "full", "immediate": "full", "volledig": "full",
        "delay": "delayed", "vertraagd": "delayed", "restricted": "partial", "gedeeltelijk": "partial", "no": "refused",
        "denied": "refused", "geweigerd": "refused",
    },
}  # fmt: skip
VALUES |= {
    f"needs.{group}": {
        "yes": "examined", "ja": "examined", "no": "not_examined", "nee": "not_examined", "n a": "not_applicable",
        "nvt": "not_applicable", "n v t": "not_applicable",
    }
    for group in ("women", "minors", "lgbtqi", "disability")
}  # fmt: skip

# What people write where there is nothing to write: it is not recorded, and it is never nought.
NOTHING = frozenset(
    {"", "n a", "na", "nk", "not known", "unknown", "not recorded", "none recorded", "onbekend", "nvt", "n v t"}
    | {"niet geregistreerd", "niet vastgelegd", "null", "nil recorded", "niet bekend"}
)
