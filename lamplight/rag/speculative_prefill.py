"""Prefill of what a question will be answered from, while a person still types it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from lamplight.scheduling import CancelToken, Priority, Scheduler

Draft = TypeVar("Draft")  # a half-typed question, with whatever it takes to find something for it


class SpeculativePrefill(Generic[Draft]):
    """Call `typed` at every pause in typing; nothing that is done here changes an answer.

    What is being computed goes on as long as the typed text still leads to the same passages.
    """

    def __init__(
        self,
        scheduler: Scheduler,
        find: Callable[[Draft], Sequence[str]],
        prefill: Callable[[Draft, Sequence[str], Callable[[], bool]], object],
    ) -> None:
        """`find` gives the passages for a half-typed question; `prefill` computes them until it is told to stop."""
        self._scheduler, self._find, self._prefill = scheduler, find, prefill
        self._lock = threading.Lock()
        self._draft: Draft | None = None
        self._finding = False
        self._passages: list[str] = []
        self._wanted = CancelToken()  # the computation that was begun last
        self._computing = threading.Lock()

    def typed(self, draft: Draft | None) -> None:
        """Returns at once; only the latest draft counts, None if there is nothing to find."""
        with self._lock:
            self._draft = draft
            if draft is not None and not self._finding:
                self._finding = True
                self._begin(self._follow)

    def stop(self) -> None:
        """Give up; call it when the question is asked. What was computed stays."""
        with self._lock:
            self._draft = None
            self._passages = []
            self._wanted.cancel()

    def _follow(self) -> None:
        """Find passages for the latest draft until it changes no more."""
        done: Draft | None = None
        with self._scheduler.lease(Priority.TYPING) as lease:
            while True:
                lease.give_way()
                with self._lock:
                    draft = self._draft
                    if draft is None or draft == done:
                        self._finding = False
                        return
                done, passages = draft, list(self._find(draft))
                with self._lock:
                    if self._draft is not None and passages != self._passages:
                        self._passages = passages
                        self._wanted.cancel()
                        self._wanted = CancelToken()
                        self._begin(self._compute, draft, passages, self._wanted)

    def _compute(self, draft: Draft, passages: list[str], wanted: CancelToken) -> None:
        with self._computing:  # when that before, which is cancelled, has ended
            self._scheduler.run(
                Priority.TYPING, lambda stopped: stopped() or self._prefill(draft, passages, stopped), wanted
            )

    def _begin(self, work: Callable[..., None], *given: object) -> None:
        threading.Thread(target=work, args=given, name="speculative prefill", daemon=True).start()
