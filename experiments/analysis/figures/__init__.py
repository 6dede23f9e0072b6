"""Figures of the measured rows; one file a figure, `style` what they share, `draw` which are drawn."""
