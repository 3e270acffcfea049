"""A process that forks while one of its threads writes."""

import subprocess
import sys
from pathlib import Path

_FORKS = """
import os, sys, threading
from simple_2fa.db.engine import Database
from simple_2fa.db.state import mark, set_mark
from simple_2fa.db.upgrade import upgrade

url = f"sqlite:///{sys.argv[1]}/forks.sqlite3"
db = Database(url)
upgrade(db)
inside, forked = threading.Event(), threading.Event()

def unit(connection):
    inside.set()
    assert not forked.wait(0.2), "it forked in the middle of a unit"

writes = threading.Thread(target=lambda: db.tidy(unit))
writes.start()
inside.wait()
child = os.fork()
forked.set()
own = Database(url)
set_mark(own, f"of_{'parent' if child else 'child'}", "written")
if child:
    writes.join()
    db.close()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert mark(own, "of_parent") == mark(own, "of_child") == "written"
own.close()
os._exit(0)
"""


def test_a_fork_waits_for_the_unit_that_is_being_written(tmp_path: Path) -> None:
    script = [sys.executable, "-W", "ignore::DeprecationWarning", "-c", _FORKS, str(tmp_path)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
