"""The first three screens of an import: which file, what its columns are, what its words mean."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import Mechanism, User
from npmportal.quick_select import QuickSelect
from npmportal.uploads.reasons import Reason
from npmportal.uploads.sentences import sentence_about
from visits.importing.checking import mapped_columns, missing_columns
from visits.importing.columns import ANSWER, FIGURE, GROUNDS, NEEDS, RATING, Column
from visits.importing.kinds import allowed_to
from visits.importing.terms import LEAVE_OUT, NOT_RECORDED, Found, Words, choices_of
from visits.models import Import
from visits.models.body_names import BodyNames

Kind = Import.Kind
KIND_SENTENCES = {
    Kind.VISITS: gettext_lazy("Visits: one row is one visit of your body"),
    Kind.PEOPLE: gettext_lazy("People held: numbers for visits that are in the portal"),
    Kind.PLACES: gettext_lazy("Places: one row is one place of the register"),
}


class FileForm(forms.Form):
    """Which file, of what, for which body. ``left_out`` are files that did not come in at all, and why."""

    kind = forms.ChoiceField(label=gettext_lazy("What is in the file"), widget=forms.RadioSelect)
    body = forms.ChoiceField(label=gettext_lazy("Of which body"), required=False, widget=QuickSelect)
    file = forms.FileField(
        label=gettext_lazy("File"),
        max_length=500,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
    )

    def __init__(
        self, *args: Any, user: User, mechanism: Mechanism, left_out: list[tuple[str, Reason]] | None = None, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        allowed = allowed_to(user, mechanism)
        fields: dict[str, Any] = self.fields
        fields["kind"].choices = [(kind.value, KIND_SENTENCES[kind]) for kind in allowed.kinds]
        self.initial.setdefault("kind", allowed.kinds[0].value)
        own = BodyNames(mechanism).choices(date.today(), among=allowed.bodies)
        bodies = [(str(pk), name) for pk, name in own]
        fields["body"].choices = bodies if len(bodies) == 1 else [("", _("Choose")), *bodies]
        fields["body"].required = Kind.PLACES not in allowed.kinds  # places are nobody's own
        fields["body"].error_messages["required"] = _("Choose the body whose visits these are.")
        if not bodies:
            del fields["body"]
        sentence = _("CSV or XLSX, with the names of the columns in one of the first rows; at most %(largest)s.")
        fields["file"].help_text = sentence % {"largest": filesizeformat(settings.UPLOADS.largest)}
        self.left_out = left_out or []
        fields["file"].error_messages |= {"required": _("Choose a file."), "empty": _("The file is empty.")}
        if self.left_out:
            fields["file"].required = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.left_out and not cleaned.get("file"):
            for name, reason in self.left_out:
                self.add_error("file", sentence_about(name, reason))
        if cleaned.get("kind") in (Kind.VISITS, Kind.PEOPLE) and not cleaned.get("body") and "body" not in self.errors:
            self.add_error("body", _("Choose the body whose visits these are."))
        return cleaned


@dataclass
class ColumnRow:
    """One column of the file as the second screen prints it."""

    heading: str
    examples: list[str]
    control: Any


def _in_groups(columns: list[Column]) -> list[tuple[Any, Any]]:
    """Return the columns to choose from: first those of the record itself, then the long groups."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for column in columns:
        groups.setdefault(_group_of(column), []).append((column.name, _with_mark(column)))
    return [*groups.pop("", []), *groups.items()]


def _group_of(column: Column) -> str:
    if column.name.startswith(NEEDS):
        return _("Needs examined")
    named = {FIGURE: _("Situation on the day"), ANSWER: _("Answers to the body’s questions")}
    return named.get(column.reads, _("Ratings") if column.reads in (RATING, GROUNDS) else "")


class ColumnsForm(forms.Form):
    """Which field each column of the file fills; and one value for all rows where the file has no such column."""

    def __init__(
        self, *args: Any, batch: Import, columns: list[Column], examples: list[list[str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.batch = batch
        self._examples = examples
        self._columns = columns  # those the person may fill
        choices = [("", _("Do not import")), *_in_groups(self._columns)]
        for number, heading in enumerate(batch.header):
            self.fields[f"column_{number}"] = forms.ChoiceField(
                label=heading,
                choices=choices,
                required=False,
                initial=batch.columns.get(str(number), ""),
                widget=QuickSelect,
            )
        for column in self._columns:
            if column.may_be_fixed:
                self._add_fixed(column)

    def _add_fixed(self, column: Column) -> None:
        self.fields[f"fixed_{column.name}"] = forms.ChoiceField(
            label=column.label,
            choices=[("", _nothing_fixed(column)), *choices_of(column, self.batch.mechanism)],
            required=False,
            initial=self.batch.fixed.get(column.name, ""),
            widget=QuickSelect,
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        taken: dict[str, str] = {}
        for number, heading in enumerate(self.batch.header):
            name = cleaned.get(f"column_{number}")
            if not name:
                continue
            if name in taken:
                words = {"other": taken[name], "field": next(c.label for c in self._columns if c.name == name)}
                self.add_error(f"column_{number}", _("“%(other)s” is imported as “%(field)s” already.") % words)
            taken.setdefault(name, heading)
        self._ask_for_what_is_missing()
        return cleaned

    def _ask_for_what_is_missing(self) -> None:
        probe = Import(kind=self.batch.kind, header=self.batch.header, columns=self.columns, fixed=self.fixed)
        for column in missing_columns(probe):
            sentence = _("Say which column holds “%(field)s”.") % {"field": column.label}
            self.add_error(f"fixed_{column.name}" if column.may_be_fixed else None, sentence)

    @property
    def columns(self) -> dict[str, str]:
        """Which field each column fills, by the column's number."""
        return {str(n): self.cleaned_data.get(f"column_{n}") or "" for n in range(len(self.batch.header))}

    @property
    def fixed(self) -> dict[str, str]:
        """The values that hold for every row; a column of the file goes before them."""
        mapped = set(self.columns.values())
        found = {c.name: self.cleaned_data.get(f"fixed_{c.name}", "") for c in self._columns if c.may_be_fixed}
        return {name: value for name, value in found.items() if name not in mapped}

    def rows(self) -> Iterator[ColumnRow]:
        """Yield the columns of the file with what stands in their first rows."""
        for number, heading in enumerate(self.batch.header):
            examples = [row[number].strip()[:60] for row in self._examples if number < len(row) and row[number].strip()]
            yield ColumnRow(heading, examples[:3], self[f"column_{number}"])

    @property
    def has_fixed(self) -> bool:
        """Whether a value for all rows is chosen or asked for: that part of the page then stands open."""
        mapped = set(self.batch.columns.values())
        asked = any(c.is_required and c.may_be_fixed and c.name not in mapped for c in self._columns)
        return asked or any(self.batch.fixed.values()) or any(name.startswith("fixed_") for name in self.errors)

    def usual(self) -> list[tuple[str, str]]:
        """Return what no new record leaves empty, and what it holds where the file does not say it."""
        return [(column.label, column.usual_words) for column in self._columns if column.usual]

    def fixed_fields(self) -> Iterator[Any]:
        """Yield the fields for values that are the same for all rows, required ones first."""
        for column in sorted(self._columns, key=lambda column: not column.is_required):
            if column.may_be_fixed:
                yield self[f"fixed_{column.name}"]


def _nothing_fixed(column: Column) -> str:
    """Return what it comes to that no value is chosen for all rows."""
    fallback = _("As the rows say, or else “%(usual)s”") % {"usual": column.usual_words}
    return fallback if column.usual else _("Not the same for all")


def _nothing_said(column: Column) -> str:
    """Return what it comes to that a word of the file says nothing: some fields of a record are never empty."""
    return _("Not said: “%(usual)s”") % {"usual": column.usual_words} if column.usual else _("Not recorded")


def _with_mark(column: Column) -> str:
    return _("%(column)s (needed)") % {"column": column.label} if column.is_required else column.label


@dataclass
class WordRow:
    """One word of the file as the third screen prints it."""

    word: Words
    control: Any


@dataclass
class WordGroup:
    """The words of one column."""

    title: str
    heading: str
    rows: list[WordRow] = field(default_factory=list)
    is_of_places: bool = False


class ValuesForm(forms.Form):
    """What each word of the file means, how its days are written, and whether complete visits are handed in."""

    def __init__(self, *args: Any, batch: Import, found: Found, may_hand_in: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.batch, self.found = batch, found
        self._by_name = {column.name: column for column in mapped_columns(batch).values()}
        self._heading = {column.name: batch.header[n] for n, column in mapped_columns(batch).items()}
        for name, words in found.terms.items():
            terms = choices_of(self._by_name[name], batch.mechanism)
            self._add_words("term", name, words, terms)
        for name, words in found.places.items():
            for number, word in enumerate(words):
                self._add_word(f"place_{name}_{number}", word, [("", _("Not in the register")), *word.options])
        if found.asks_for_order:
            self.fields["date_order"] = forms.ChoiceField(
                label=_("How days are written"),
                choices=Import.DateOrder.choices,
                widget=forms.RadioSelect,
                initial=batch.date_order or None,
                error_messages={"required": _("Say how days are written in this file.")},
                help_text=_("Nothing in the file shows what “%(day)s” means.") % {"day": found.example[:20]},
            )
        if may_hand_in:
            self.fields["hand_in"] = forms.BooleanField(
                label=_("Submit the new visits that are complete"),
                required=False,
                initial=batch.hand_in,
                help_text=_("The others become drafts. What was submitted cannot be undone with the import."),
            )

    def _add_words(self, prefix: str, name: str, words: list[Words], terms: list[tuple[str, str]]) -> None:
        column = self._by_name[name]
        empty = [] if column.is_required else [(NOT_RECORDED, _nothing_said(column))]
        choices = [("", _("Choose")), *terms, *empty, (LEAVE_OUT, _("Leave these rows out"))]
        for number, word in enumerate(words):
            self._add_word(f"{prefix}_{name}_{number}", word, choices)

    def _add_word(self, key: str, word: Words, choices: list[tuple[str, str]]) -> None:
        known = {value for value, _label in choices}
        self.fields[key] = forms.ChoiceField(
            label=word.text,
            choices=choices,
            required=False,
            initial=word.chosen if word.chosen in known else "",
            widget=QuickSelect,
        )

    @property
    def terms(self) -> dict[str, dict[str, str]]:
        """What was chosen for each word, by field."""
        found: dict[str, dict[str, str]] = {}
        for prefix, groups in (("term", self.found.terms), ("place", self.found.places)):
            for name, words in groups.items():
                chosen = {w.text: self.cleaned_data.get(f"{prefix}_{name}_{n}", "") for n, w in enumerate(words)}
                found.setdefault(name, {}).update(chosen)
        return found

    @property
    def order(self) -> str:
        """How days are written: as the person says, else as the file itself shows."""
        chosen: str = self.cleaned_data.get("date_order", "")
        return chosen or self.found.order or Import.DateOrder.DAY_FIRST

    def groups(self) -> Iterator[WordGroup]:
        """Yield the words by column, those of places last."""
        for prefix, groups in (("term", self.found.terms), ("place", self.found.places)):
            for name, words in groups.items():
                rows = [WordRow(word, self[f"{prefix}_{name}_{number}"]) for number, word in enumerate(words)]
                if rows:
                    yield WordGroup(self._by_name[name].label, self._heading[name], rows, prefix == "place")
