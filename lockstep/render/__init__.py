"""The document to Word and Typst: the built-in renderer, Quarto, and the finishing that both share."""
