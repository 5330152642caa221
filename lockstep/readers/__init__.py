"""Data files, whatever their format, as tables of texts: no value is interpreted yet."""
