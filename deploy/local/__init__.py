"""Set the project up and run it on this machine: what stands behind `make run`, `make test` and the others.

Only Python's own library is used, because this code runs before anything is installed. `docs/adr` says why the
PostgreSQL and Redis servers come as wheels; `postgres.py` and `redis.py` start them without the wheels' own wrappers.
"""
