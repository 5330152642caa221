"""Arrays in, frozen results out; one question a module, and each outside library is imported in one only."""
