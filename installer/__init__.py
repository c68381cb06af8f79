"""What `install.py` is made of. Only the standard library is used, because nothing else is there yet."""
