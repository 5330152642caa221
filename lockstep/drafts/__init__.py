"""The folder to upload to a journal, made, checked, and put in place."""
