"""From the plan in study.toml to records: with the audit, the only folder that calls data and statistics."""
