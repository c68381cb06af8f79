"""Who may use the processor and the language model, and when.

A laptop has one processor and, unless a server answers, one model with one context. Four kinds of work want them:

    ANSWER    somebody waits for it; several at a time only where a server answers, else one, by fair queueing
    TYPING    prefill of the passages that a half-typed question finds
    INDEXING  files on their way in
    IDLE      what nobody waits for: vectors, guides, captions, digests, prewarming, unsaved answers

Whoever does such work takes a `Lease` from the one `Scheduler` and gives it back at the end, however it ends::

    with scheduler.lease(Priority.IDLE) as lease:   # waits until nothing above IDLE is there
        work(lease.cancelled)                       # becomes True as soon as something above IDLE arrives

A lease counts from the moment it is asked for, so an answer that only waits for its turn already has the rest stand
aside. Nobody is stopped by force: a lease is a `CancelToken`, and the work asks it, or has it call back, and then ends.
What can go on where it was (a file that is read) calls `give_way` instead, which returns when the way is free again.
An answer doesn't wait for that; it finds the model free because the computation of whoever has it asks its token, too.

A token may be derived from others: a lease is cancelled with the person's stop, or with the app's end.

An `IdleJob` runs until it has nothing to do, then sleeps until something has changed: the last answer or file has
ended, or `Scheduler.wake` was called, as for a change in the library. Work that fails, as on a full disk, is tried
again then, or after a pause that doubles. `Scheduler.paused` is for those who need that nothing is computed ahead or in
idle time, as while what was computed is being forgotten.

Nothing in this room knows what is computed: it imports no other room.
"""

from lamplight.scheduling.cancellation import CancelToken
from lamplight.scheduling.idle_job import IdleJob, Work
from lamplight.scheduling.scheduler import AnswerLease, Lease, Priority, Scheduler

__all__ = ["AnswerLease", "CancelToken", "IdleJob", "Lease", "Priority", "Scheduler", "Work"]
