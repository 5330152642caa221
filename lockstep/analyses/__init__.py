"""From the plan in study.toml to records: the only folder that calls data and statistics."""
