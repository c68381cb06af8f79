"""Figures of a report's statements: looked up by what they are called, or worked out from others."""
