"""Who may do and see what."""

from django.urls import path

from members.views import access_pages, who

urlpatterns = [
    path("<slug:npm>/desk/roles/", access_pages.roles, name="roles"),
    path("<slug:npm>/desk/roles.csv", access_pages.roles_csv, name="roles_csv"),
    path("<slug:npm>/desk/members/<slug:body>/who/", who.body_who, name="body_who"),
    path("<slug:npm>/desk/people/who/", who.people_who, name="people_who"),
    path("<slug:npm>/desk/meetings/groups/<uuid:pk>/who/", who.group_who, name="group_who"),
    path("<slug:npm>/desk/meetings/<uuid:pk>/who/", who.meeting_who, name="meeting_who"),
    path("<slug:npm>/desk/tasks/<uuid:pk>/who/", who.task_who, name="task_who"),
]
