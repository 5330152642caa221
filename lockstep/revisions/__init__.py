"""Locks, change reports, and redlines with the cause of each change."""
