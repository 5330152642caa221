"""The kinds of figures behind one interface, `graphics.kind.FigureContent`: what one shows, its drawing, its files."""
