"""Documents and calendar files: what a team takes along on a visit."""
