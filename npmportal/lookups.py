"""Ways to ask the database that Django lacks."""

from typing import Any

from django.db.models import Lookup, UUIDField


@UUIDField.register_lookup
class Among(Lookup[Any]):
    """`pk__among=ids`: as `in` for thousands of ids, which are handed over as one value and not as thousands."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        of, parameters = self.process_lhs(compiler, connection)
        return f"{of} = ANY(%s::uuid[])", [*parameters, [str(one) for one in self.rhs]]
