"""Registers: simple records of the work, one file per kind (docs/adding-a-register.md).

Each file of this folder declares one with `register(Register(...))`; `base` makes its pages, acts and sheets.
"""

from importlib import import_module
from pkgutil import iter_modules

from schools.registers.base.register import Register, all_registers, register

__all__ = ["Register", "all_registers", "register"]

for module in iter_modules(__path__):
    if not module.ispkg:
        import_module(f"{__name__}.{module.name}")
