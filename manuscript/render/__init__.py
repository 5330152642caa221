"""A Quarto document to Word and PDF: two renderers, and one finishing step for both."""
