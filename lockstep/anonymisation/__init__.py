"""The manuscript without a trace of its authors."""
