"""Statistics from a cohort file and a study definition; never formats a number."""
