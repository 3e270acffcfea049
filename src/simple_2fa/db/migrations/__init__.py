"""The history of our tables: one file in versions/ for each change, never edited once released.

A new one is called after its number, `0002_sessions.py`, and holds `revision` (its own name),
`down_revision` (the one before) and `upgrade(steps)`; `state.HEAD` names it. MySQL keeps what a
migration did before it was killed, so each of its steps looks first, see `steps.py`. There is no
way down: go back by restoring a backup.
"""
