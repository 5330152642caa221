"""Published statements held against the results, and proofs that printed numbers contradict each other."""
