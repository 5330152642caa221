"""What everything else stands on: errors, atomic files, what belongs to a study, interrupts, words for messages."""
