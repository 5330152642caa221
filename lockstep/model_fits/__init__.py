"""Models fitted to the patients of an endpoint or outcome: who is observed, from when, ratios and tests as records."""
