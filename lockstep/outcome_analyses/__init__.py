"""From the plan in study.toml to the records of endpoints and outcomes: groups, subgroups, models, populations."""
