"""What a person sees: the chat, the library, the sources, and the guard at the door."""
