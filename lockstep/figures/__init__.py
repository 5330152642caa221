"""The kinds of figures behind one interface, `kind.FigureContent`: what one shows, its drawing, its files."""
