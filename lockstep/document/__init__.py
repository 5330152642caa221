"""What a report.qmd prints: its results, claims, typed numbers, and what of the results may leave with it."""
