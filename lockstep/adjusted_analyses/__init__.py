"""What weights, matching and imputation of study.toml make of the analysed cohort, and the design of their models."""
