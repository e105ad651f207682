"""The coverage matrix (design section 6): built from the register, printed on pages, in reports and as CSV."""

from members.coverage.building import build_matrix, remits_of_body
from members.coverage.matrix import Matrix

__all__ = ["Matrix", "build_matrix", "remits_of_body"]
