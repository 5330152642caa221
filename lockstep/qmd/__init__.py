"""A Quarto document and its project as Quarto reads them."""
