"""Numbers as people read them: sizes in binary units, durations, and counts with their noun."""


def human_size(size: float) -> str:
    """Return a number of bytes in a readable unit, such as `1.5 MiB`."""
    if size < 1024:
        return f"{size:.0f} B"
    value = float(size)
    for unit in ("KiB", "MiB", "GiB"):
        value /= 1024
        if value < 1023.95:
            return f"{value:.1f} {unit}"
    return f"{value / 1024:.1f} TiB"


def human_seconds(seconds: float) -> str:
    """Return a duration with at most two units, such as `3 min 20 s`."""
    whole = round(seconds)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours:,} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def counted(number: int, singular: str = "file", plural: str | None = None) -> str:
    """Return a number with its noun: `1 file`, `2 files`."""
    return f"{number:,} {singular if number == 1 else plural or f'{singular}s'}"
