from members.urls import coverage, home, people, register, tasks

app_name = "members"

urlpatterns = [
    *home.urlpatterns,
    *register.urlpatterns,
    *coverage.urlpatterns,
    *people.urlpatterns,
    *tasks.urlpatterns,
]
