"""Rows of printed cells, and the jinja2 templates that lay them out."""
