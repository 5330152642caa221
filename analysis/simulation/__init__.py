"""The making of data/cohort.csv: patients who never lived, calibrated to the numbers that a published report prints."""
