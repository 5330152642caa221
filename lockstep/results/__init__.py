"""results.json and what is known of it: records, curves, the catalogue of statistics, sources, what may leave."""
