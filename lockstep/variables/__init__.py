"""What study.toml says of the data: files, columns, derived variables and the rules for them."""
