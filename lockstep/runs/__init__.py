"""One run of a verb: what is up to date, files that change together, one run at a time, watching, the web page."""
