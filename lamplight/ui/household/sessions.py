"""Who is signed in, and the password that lets in, kept in one file that only the owner can read."""

from __future__ import annotations

import json
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path

from lamplight.files import write_atomically
from lamplight.languages import sentence
from lamplight.library.conversations import person_key
from lamplight.ui.household.attempts import Attempts
from lamplight.ui.household.errors import HouseholdError
from lamplight.ui.household.password import PasswordHash

HOUSEHOLD_FILE = "household.json"
TOKEN_BYTES = 32
INVITED = 300.0  # seconds for which an invitation can be taken
LASTING = 90 * 24 * 3600.0  # seconds after which a session that nobody used has ended
NOTED_EVERY = 3600.0  # seconds: when a session was last used is written down so often
ID_LENGTH = 16
UNKEPT = sentence("The household’s password and sessions can’t be kept ({reason}); look at {folder}.")


@dataclass(slots=True)
class Session:
    """A person on a device. `token_hash` is the SHA-256 of what the browser holds; times are seconds of the epoch.

    `name` is empty on a device of the person at the computer, who was invited there.
    """

    token_hash: str
    name: str
    device: str
    address: str
    since: float
    seen: float
    ended: bool = False

    @property
    def id(self) -> str:
        """By which it can be named to others: nothing to sign in with."""
        return self.token_hash[:ID_LENGTH]

    @property
    def person(self) -> str:
        """As conversations name their owner: `person_key` of the name, empty for the person at the computer."""
        return person_key(self.name)


@dataclass(slots=True)
class Household:
    """The password and the sessions of the library in `folder`. Safe to use from several threads.

    `serving` says whether other devices can reach this process.
    """

    folder: Path
    serving: bool = False
    attempts: Attempts = field(default_factory=Attempts)
    _password: PasswordHash | None = field(default=None, init=False)
    _sessions: dict[str, Session] = field(default_factory=dict, init=False)
    _invitation: tuple[str, float] = field(default=("", 0.0), init=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, init=False)
    _computing: threading.Lock = field(default_factory=threading.Lock, init=False)

    def __post_init__(self) -> None:
        try:
            kept = json.loads((self.folder / HOUSEHOLD_FILE).read_text(encoding="utf-8"))
            password = PasswordHash(**kept["password"])
            sessions = {one["token_hash"]: Session(**one) for one in kept["sessions"]}
        except (OSError, ValueError, TypeError, KeyError):
            return  # none was set, or what was kept is of no use: then nobody is let in
        self._password, self._sessions = password, sessions

    @property
    def has_password(self) -> bool:
        """Whether one was set; not so where the file that keeps it can't be read."""
        return self._password is not None

    def set_password(self, password: str) -> None:
        """Everybody who was signed in with another one has to sign in again. Raises `HouseholdError`."""
        hashed = PasswordHash.of(password)
        with self._lock:
            self._password, self._invitation = hashed, ("", 0.0)
            self._end(list(self._sessions.values()))

    def fits(self, password: str) -> PasswordHash | None:
        """What it was compared with, if it fits. One at a time, so that guessing takes no more than one core."""
        with self._computing:
            kept = self._password
            return kept if kept is not None and kept.fits(password) else None

    def sign_in(self, name: str, device: str, address: str, known: PasswordHash | None) -> str:
        """A new session, for who knew the password. Returns its token, which is kept nowhere.

        Raises `HouseholdError`, also when `known`, what the password was compared with, is no longer the household's.
        """
        token, now = secrets.token_urlsafe(TOKEN_BYTES), time.time()
        session = Session(_hashed(token), name, device, address, now, now)
        with self._lock:
            if known is not self._password:
                raise HouseholdError("The password was changed just now. Sign in with the new one.")
            self._sessions[session.token_hash] = session
            self._keep()
        return token

    def invite(self) -> str:
        """What signs in one device of the person at the computer, once and soon. It ends the invitation before."""
        invitation = secrets.token_urlsafe(TOKEN_BYTES)
        with self._lock:
            self._invitation = (_hashed(invitation), time.time() + INVITED)
        return invitation

    def accept(self, invitation: str, device: str, address: str) -> str | None:
        """A session's token for who was invited, else None. Raises `HouseholdError`."""
        with self._lock:
            expected, until = self._invitation
            if not compare_digest(_hashed(invitation), expected) or time.time() > until:
                return None
            self._invitation = ("", 0.0)
            return self.sign_in("", device, address, self._password)

    def session(self, token: str) -> Session | None:
        """The session that a browser's token stands for. It was used just now, then."""
        with self._lock:
            session = self._sessions.get(_hashed(token))
            if session is None:
                return None
            now, before = time.time(), session.seen
            with suppress(HouseholdError):  # on a full disk it is written down another time
                if before + LASTING < now:
                    self._end([session])
                    return None
                session.seen = now
                if before + NOTED_EVERY < now:
                    self._keep()
            return None if session.ended else session

    def sessions(self, person: str | None = None) -> list[Session]:
        """A person's, or with None all; the last used first."""
        with self._lock:
            lasting = [one for one in self._sessions.values() if one.seen + LASTING >= time.time()]
        return sorted((one for one in lasting if person in (None, one.person)), key=lambda one: -one.seen)

    def end(self, session_id: str, person: str | None = None) -> bool:
        """Sign a device out at once; only a person's own, unless that is None. Returns whether there was one.

        Raises `HouseholdError`.
        """
        with self._lock:
            found = [one for one in self.sessions(person) if one.id == session_id]
            self._end(found)
        return bool(found)

    def _end(self, sessions: list[Session]) -> None:
        for session in sessions:
            session.ended = True
            del self._sessions[session.token_hash]
        self._keep()

    def _keep(self) -> None:
        sessions = [
            {key: value for key, value in asdict(one).items() if key != "ended"} for one in self._sessions.values()
        ]
        kept = {"password": self._password and self._password.kept(), "sessions": sessions}
        try:
            # The scratch file it comes from is made for its owner alone, and keeps that under its new name.
            write_atomically(self.folder / HOUSEHOLD_FILE, json.dumps(kept, indent=1).encode())
        except OSError as error:
            raise HouseholdError(UNKEPT.format(reason=error.strerror, folder=self.folder)) from error


def _hashed(token: str) -> str:
    """A token is random enough that no salt and no slow hash is needed."""
    return sha256(token.encode()).hexdigest()
