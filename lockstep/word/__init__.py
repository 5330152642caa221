"""Word files: their XML, their finishing, and what a finished one holds."""
