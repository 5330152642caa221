"""What may be wrong with the data of a study: the built-in checks, all faults and queries at once, and their list."""
