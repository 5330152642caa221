"""The kinds of tables, each a function to what its jinja2 template prints."""
