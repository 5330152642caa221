"""Typst to PDF, and what a finished PDF holds."""
