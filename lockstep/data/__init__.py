"""The data as a typed frame: columns, derived variables, endpoints, the analysed cohort, fingerprints."""
