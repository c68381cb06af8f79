"""Reading the values of a bar chart from its picture, or nothing where that isn't sure."""
