"""Word files: their parts and XML, whether one is valid, what a finished one holds."""
