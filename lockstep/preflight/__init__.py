"""The rules of a journal and of the house held against a draft, one line each."""
