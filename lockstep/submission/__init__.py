"""What is sent beside a manuscript: title page, letter, statements, tables, the STROBE checklist."""
