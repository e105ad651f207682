"""Every address of the portal. Most live below a mechanism: /uk/… is public, /uk/desk/… needs a role there."""

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from members.views import home
from npmportal import views

handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.page_not_found
handler429 = views.too_many_requests  # called by allauth
handler500 = views.server_error

urlpatterns = [
    path("", home.home, name="home"),
    path("health/", views.health, name="health"),
    path("language/", login_not_required(set_language), name="set_language"),
    # An address belongs to a person's record: it is changed by whoever manages people, not by oneself.
    path("account/email/", views.closed, name="account_email_closed"),
    path("account/session/", views.session_left, name="account_session_left"),
    path("account/session/keep/", views.session_keep, name="account_session_keep"),
    path("account/sessions/", views.own_sessions, name="usersessions_list"),
    path("account/sessions/<int:pk>/end/", views.session_end, name="account_session_end"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("", include("members.urls")),
    path("", include("visits.urls")),
    path("", include("reports.urls")),
]
