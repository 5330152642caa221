"""Names of authors, and files of references."""
