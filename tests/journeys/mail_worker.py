"""A mail worker process for `test_kill_mail`: works a queue off, or is killed before.

Arguments: database URL, SMTP port, connections, seconds that its clock is ahead of the queue's,
seconds until it is killed (0: never).
"""

import os
import signal
import sys
import threading
from datetime import timedelta

from rig.post import NOW, PostOffice
from simple_2fa.mail.smtp import MailServer, Smtp
from simple_2fa.mail.worker import Job, Worker


def work(url: str, port: int, connections: int, ahead: float, killed_after: float) -> None:
    office = PostOffice(url)
    now = NOW + timedelta(seconds=ahead)
    ways = [Smtp(MailServer("127.0.0.1", port, "none")) for _ in range(connections)]
    worker = Worker([Job("letters", timedelta(), office.sender(*ways).run)])
    if killed_after:
        threading.Timer(killed_after, os.kill, [os.getpid(), signal.SIGKILL]).start()
    while office.outbox.due(now, 1):
        worker.run_once(now)


if __name__ == "__main__":
    address, *numbers = sys.argv[1:]
    smtp_port, ways_out, seconds_ahead, life = map(float, numbers)
    work(address, int(smtp_port), int(ways_out), seconds_ahead, life)
