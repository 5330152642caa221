"""Which statistics there are: the key of each result, and what every statistic is, described once."""
