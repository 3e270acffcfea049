"""The factors, found by scanning this package and the folders that an operator names."""

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import ModuleType

from simple_2fa.core.factor import Factor


def load(folders: Iterable[Path] = ()) -> Mapping[str, Factor]:
    """Give every factor by name: ours, then those of the folders (each `*.py` there is one).

    One whose package isn't installed is left out.

    Raises:
        ValueError: two factors bear one name.
    """
    modules = [importlib.import_module(f"{__name__}.{found.name}") for found in _ours()]
    modules += [_from_file(file) for folder in folders for file in sorted(folder.glob("*.py"))]
    factors: dict[str, Factor] = {}
    for module in modules:
        factor: Factor = module.factor
        if factor.needs and importlib.util.find_spec(factor.needs) is None:
            continue
        if factor.name in factors:
            raise ValueError(f"two factors are named {factor.name!r}")
        factors[factor.name] = factor
    return factors


def _ours() -> Iterable[pkgutil.ModuleInfo]:
    return pkgutil.iter_modules(__path__)


def _from_file(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"simple_2fa_factor_{file.stem}", file)
    if spec is None or spec.loader is None:
        raise ValueError(f"{file} is no Python module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where a dataclass in the file looks for its module
    spec.loader.exec_module(module)
    return module
