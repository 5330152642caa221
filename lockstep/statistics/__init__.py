"""Arrays in, frozen results out; one question a module, lifelines and tableone are each imported in one only."""
