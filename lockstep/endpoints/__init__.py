"""What study.toml measures in each patient: times to events, what competes with them, outcomes, known when."""
