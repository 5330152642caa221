"""The foundation: errors, atomic files, stamps of content, what belongs to a study, interrupts, wording, progress."""
