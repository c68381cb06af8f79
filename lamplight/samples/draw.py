"""Writes the sample library anew: `python -m lamplight.samples.draw`. The same script gives the same files."""

from __future__ import annotations

from lamplight.samples import CHART, FEES, HANDBOOK, PHOTO, SAMPLES, chart, fees, handbook, photo

PHOTO_QUALITY = 86  # JPEG; above this the file grows and the picture doesn't change


def main() -> None:
    """Write every sample and print its size."""
    HANDBOOK.write_bytes(handbook.write())
    FEES.write_bytes(fees.write())
    chart.draw().save(CHART, optimize=True)
    photo.draw().save(PHOTO, quality=PHOTO_QUALITY, optimize=True)
    for path in SAMPLES:
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
