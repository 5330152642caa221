"""Drafts for journals: from the report to a folder that can be uploaded, and the checks that it must pass."""
