"""study.toml: its model, its reading, conditions and formulas."""
