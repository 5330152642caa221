"""Numbers as text: styles, decimals, phrases, the results behind each text, sizes and letters of figures."""
