from .core import UPath as UPath
