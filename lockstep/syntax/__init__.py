"""The language of study.toml: its sections and keys, names, conditions and formulas."""
