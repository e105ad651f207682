from members.urls import access, activity, coverage, home, meetings, people, register, tasks

app_name = "members"

urlpatterns = [
    *home.urlpatterns,
    *register.urlpatterns,
    *coverage.urlpatterns,
    *people.urlpatterns,
    *tasks.urlpatterns,
    *access.urlpatterns,
    *activity.urlpatterns,
    *meetings.urlpatterns,
]
