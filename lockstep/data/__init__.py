"""The data file as a typed frame: readers, columns, derived variables, endpoints, the analysed cohort, fingerprints."""
