"""The reference lists of the register in Django's admin: sources, and the versions of the terms of use.

Jurisdictions, settings, areas and bodies are dated facts with a trace of their own; the register's screens keep them.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from members.models import Source, Terms
from npmportal.access import MANAGE_PEOPLE
from npmportal.admin import ReferenceListAdmin


@admin.register(Source)
class SourceAdmin(ReferenceListAdmin):
    """Where facts were read. A source of no one register, quoted by several, can be read here and not changed."""

    list_display = ("title", "dated", "mechanism")
    search_fields = ("title", "slug")
    fields = ("mechanism", "title", "slug", "url", "dated")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        sources = super(ReferenceListAdmin, self).get_queryset(request)
        return sources.filter(Q(mechanism__in=self.kept(request)) | Q(mechanism=None)).select_related("mechanism")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A source stays in its register, under its short name: files of the reference data speak of it by that."""
        return () if obj is None else ("mechanism", "slug")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "mechanism":
            kwargs |= {"required": True, "help_text": ""}
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Terms)
class TermsAdmin(ReferenceListAdmin):
    """Drafts of the terms of use, which are common to the installation.

    A draft binds nobody; the operator brings it into force (manage.py publish_terms). From then on it stays as it is.
    """

    permission = MANAGE_PEOPLE
    list_display = ("version", "published_at")
    fields = ("version", "text_en", "text_nl", "published_at")
    readonly_fields = ("published_at",)

    def is_kept(self, request: HttpRequest, obj: Any) -> bool:
        return obj.published_at is None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Terms]:
        terms = super(ReferenceListAdmin, self).get_queryset(request)
        return terms if self.kept(request) else terms.none()
