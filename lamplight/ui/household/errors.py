"""What may go wrong at the door."""

from __future__ import annotations

from lamplight.errors import LamplightError


class HouseholdError(LamplightError):
    """Other devices can't be let in as it was wished."""
