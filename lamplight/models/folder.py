"""Where a person puts models."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def models_folder() -> Path:
    """Where a person puts models of their own: `LAMPLIGHT_MODELS`, or `models` in the platform's data folder."""
    chosen = os.environ.get("LAMPLIGHT_MODELS")
    return Path(chosen) if chosen else Path(platformdirs.user_data_dir("lamplight", appauthor=False)) / "models"
