"""`worker`: sends letters and keeps house, without serving."""

import signal
import threading

from simple_2fa.mail.worker import Worker


def work(worker: Worker) -> None:
    """Work until SIGTERM or Ctrl-C."""
    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()
        worker.wake()

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)
    worker.run_forever(stop)
