"""What a figure shows, where its parts stand, and its drawing."""
