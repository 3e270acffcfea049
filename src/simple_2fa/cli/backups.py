"""`db backup`: database and keys in a new folder, whole or not at all."""

import os
import shlex
import shutil
import sys
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import click

from simple_2fa.cli.loading import load_settings, open_current_db, unset
from simple_2fa.core.clock import utc_now
from simple_2fa.db.backup import BackupError, copy
from simple_2fa.flask.commands.telling import as_json, print_json
from simple_2fa.settings import Settings, SettingsError

_KEYS = "secret_key"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--without-keys", is_flag=True, help="Leave the keys out.")
@as_json
def backup(folder: Path, *, without_keys: bool, as_json: bool) -> None:
    """Copy database and keys, while servers go on.

    Each copy is a new folder in FOLDER. Prints the commands that restore it.
    """
    settings = load_settings()
    keys = () if without_keys else settings.master_keys()
    if not (keys or without_keys):
        fault = "SECRET_KEY is missing: without it a backup opens nothing; else say --without-keys"
        raise SettingsError((fault, *unset()))
    try:
        with _whole(folder) as (partial, made):
            commands = _copied(settings, partial)
            if keys:
                _write(partial / _KEYS, keys)
    except (BackupError, OSError) as why:
        click.echo(f"No backup was made: {why}", err=True)
        sys.exit(1)
    restore = [shlex.join(["cd", str(made)]), *commands, "cd -", "simple-2fa db upgrade"]
    size = sum(file.stat().st_size for file in made.iterdir())
    if as_json:
        print_json({"folder": str(made), "bytes": size, "keys": bool(keys), "restore": restore})
    else:
        _tell(made, size, restore, keys=bool(keys))


@contextmanager
def _whole(folder: Path) -> Iterator[tuple[Path, Path]]:
    """Give a folder to fill, and the name that it gets once all of it is there."""
    new = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = folder.absolute() / f"simple-2fa-{utc_now():%Y%m%d-%H%M%SZ}"
    partial = Path(mkdtemp(prefix=".partial-", dir=folder))
    mask = os.umask(0o077)
    try:
        yield partial, made
        os.sync()
        partial.rename(made)  # fails where there is a backup of this very second
    finally:
        os.umask(mask)
        shutil.rmtree(partial, ignore_errors=True)
        with suppress(OSError):  # there is a backup in it
            for each in new:
                each.rmdir()


def _copied(settings: Settings, partial: Path) -> tuple[str, ...]:
    db = open_current_db(settings)
    with click.progressbar(length=1, label="Copying the database", file=sys.stderr) as bar:

        def told(done: int, pages: int) -> None:
            bar.length = pages
            bar.update(done - bar.pos)

        return copy(db, partial, told)


def _write(file: Path, keys: Sequence[bytes]) -> None:
    """Write keys as SECRET_KEY_FILE has them."""
    lines = (urlsafe_b64encode(key).decode("ascii").rstrip("=") for key in keys)
    file.write_text("".join(f"{line}\n" for line in lines))


def _tell(made: Path, size: int, restore: Sequence[str], *, keys: bool) -> None:
    click.echo(f"The backup is in {made} ({size / 1e6:.1f} MB).")
    if keys:
        click.echo(f"It holds the keys, so it opens all that is stored: keep {made.parent} safe.")
    else:
        click.echo("The keys are not in it, and without them it opens nothing: keep them too.")
    click.echo("\nTo restore it into a database that exists, while no server runs:\n")
    click.echo("\n".join(f"    {line}" for line in restore))
    if keys:
        click.echo(f"\nIts keys serve as SECRET_KEY_FILE={made / _KEYS}, or a copy of that.")
