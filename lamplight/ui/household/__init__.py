"""One household, one Lamplight: who else in the network may open the page, and how they come in."""
