"""What may connect to where: to this computer always, to elsewhere only what a person has permitted, by name."""
