"""The anonymised copy of a manuscript, and the search for what would identify its authors."""
