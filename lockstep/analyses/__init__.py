"""The whole run, from the plan in study.toml to all records: of patients, of own statistics, of what is doubtful."""
