"""results.json and what is known of it: records, curves, the catalogue of statistics, verdicts, what may leave."""
