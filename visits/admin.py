"""The authorities in Django's admin: a reference list that the register of places chooses from. No visit is here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from npmportal.admin import ReferenceListAdmin
from visits.models import Authority


@admin.register(Authority)
class AuthorityAdmin(ReferenceListAdmin):
    """Who operates places and answers recommendations (OPCAT Article 22)."""

    list_display = ("name", "parent", "mechanism")
    list_select_related = ("parent", "mechanism")
    search_fields = ("name",)
    fields = ("mechanism", "name", "parent", "is_invented")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return () if obj is None else ("mechanism",)
