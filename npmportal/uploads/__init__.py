"""Files that people hand in: what is taken, looked at first, and never trusted (security R-32 to R-36).

Nothing here knows a record of any app. ``look`` and what it calls are read by a child process without Django.
"""
