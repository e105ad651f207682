"""The packaged registers: what public sources say about the networks, as YAML with a source for each fact."""
