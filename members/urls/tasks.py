"""Tasks, reminders of them, and the letters that were sent."""

from django.urls import path

from members.views import letters, reminders, task_steps, tasks

urlpatterns = [
    path("account/reminders/", reminders.reminders, name="reminders"),
    path("<slug:npm>/desk/tasks/", tasks.task_list, name="task_list"),
    path("<slug:npm>/desk/tasks/new/", tasks.task_give, name="task_give"),
    path("<slug:npm>/desk/tasks/<uuid:pk>/", tasks.task_detail, name="task_detail"),
    path("<slug:npm>/desk/tasks/<uuid:pk>/<slug:step>/", task_steps.task_step, name="task_step"),
    path("<slug:npm>/desk/letters/", letters.letters, name="letters"),
    path("<slug:npm>/desk/letters/<int:pk>/again/", letters.letter_again, name="letter_again"),
]
