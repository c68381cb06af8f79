"""What has to be there before other devices are let in: a password, and something to encrypt with."""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path

from lamplight import PROGRAM
from lamplight.languages import gettext, sentence
from lamplight.ui.household.certificate import Certificate, own_certificate
from lamplight.ui.household.errors import HouseholdError
from lamplight.ui.household.network import is_loopback
from lamplight.ui.household.sessions import Household

WITHOUT_PASSWORD = sentence(
    "Without a password nobody else is let in, so Lamplight doesn’t serve on {host}: set one with "
    "`{program} password`, or in the settings under “Household”, and start it again."
)


def certificate_for_others(household: Household, host: str, given: tuple[Path, Path] | None) -> Certificate | None:
    """What the app's connections on `host` are encrypted with; None where only this computer can connect.

    `given` are certificate and key, made here where there are none. On first use the password is asked for. Raises
    `HouseholdError`, also where there is none and nobody to ask.
    """
    if is_loopback(host):
        return None
    if not household.has_password:
        if not sys.stdin.isatty():
            raise HouseholdError(WITHOUT_PASSWORD.format(host=host, program=PROGRAM))
        said = gettext("Choose the password with which the other devices of your household sign in.")
        sys.stdout.write(f"{said}\n")
        household.set_password(read_password())
    return Certificate.read(*given) if given else own_certificate(household.folder)


def read_password() -> str:
    """Typed twice without being shown, or piped in. Raises `HouseholdError` when the two differ."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed = getpass(f"{gettext('New password:')} ")
    if typed != getpass(f"{gettext('The same again:')} "):
        raise HouseholdError("The two were not the same, so nothing was changed; try again.")
    return typed
