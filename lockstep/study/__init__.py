"""study.toml: a module for each of its sections, which has what it declares and reads it; the whole definition."""
