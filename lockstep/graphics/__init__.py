"""Shapes in millimetres, their fonts, and the drawing of them: what all kinds of figures stand on."""
