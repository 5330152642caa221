"""The foundation: errors, atomic files, the files that belong to a study, interrupts, wording of messages."""
