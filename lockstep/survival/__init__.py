"""Survival of groups: curves, numbers at risk, their tests, competing risks, restricted means."""
