"""Numbers as text: styles, decimals, phrases of the prose, and the results behind each printed text."""
