"""What an author should know before printing: assumptions, choices and disclosures of the results, a line each."""
