"""The household's password: never kept itself, but as its scrypt, and compared in constant time."""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import asdict, dataclass
from hashlib import scrypt
from hmac import compare_digest
from typing import Any

from lamplight.ui.household.errors import HouseholdError

SHORTEST = 8  # characters, as NIST SP 800-63B asks of a password that is all there is
LONGEST = 256
SALT_BYTES = 16
# 32 MB and about a third of a second: one of the settings of OWASP's Password Storage Cheat Sheet.
COST, BLOCK_SIZE, PARALLEL = 2**15, 8, 3
MEMORY = 64 * 1024**2  # bytes that scrypt may use at most; OpenSSL's own limit is just too low


@dataclass(frozen=True, slots=True)
class PasswordHash:
    """Salt and scrypt, as hexadecimal digits, and the settings it was made with."""

    salt: str
    scrypt: str
    cost: int = COST
    block_size: int = BLOCK_SIZE
    parallel: int = PARALLEL

    @classmethod
    def of(cls, password: str) -> PasswordHash:
        """Raises `HouseholdError` for one that is too short or too long."""
        if not SHORTEST <= len(password) <= LONGEST:
            raise HouseholdError(f"The password needs {SHORTEST} characters at least, and {LONGEST} at most.")
        salt = secrets.token_bytes(SALT_BYTES)
        return cls(salt.hex(), _scrypt(password, salt, COST, BLOCK_SIZE, PARALLEL).hex())

    def kept(self) -> dict[str, Any]:
        """As plain JSON, of which it can be made again."""
        return asdict(self)

    def fits(self, password: str) -> bool:
        """Takes about a third of a second, whether it fits or not."""
        found = _scrypt(password[:LONGEST], bytes.fromhex(self.salt), self.cost, self.block_size, self.parallel)
        return compare_digest(found, bytes.fromhex(self.scrypt))


def _scrypt(password: str, salt: bytes, cost: int, block_size: int, parallel: int) -> bytes:
    # A telephone may compose ä otherwise than a laptop (RFC 8265, OpaqueString).
    text = unicodedata.normalize("NFC", password).encode()
    return scrypt(text, salt=salt, n=cost, r=block_size, p=parallel, maxmem=MEMORY)
