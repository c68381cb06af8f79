"""Chat with your own documents and pictures, entirely on your laptop."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent  # child processes start in it, as they find this package there
