"""What journals want: their rules, the style of numbers, the places of tables and figures."""
