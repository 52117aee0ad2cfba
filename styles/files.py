"""Files that are written whole or not at all."""

import tempfile
from pathlib import Path


def replace(file: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file, or what a link points to, so that nobody ever sees half of it; a failure leaves nothing behind.

    Raises
    ------
    OSError
        It can't be written.
    """
    file = file.resolve()
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}.", delete=False) as part:
        written = Path(part.name)
        try:
            part.write(data)
            part.flush()
            written.chmod(mode)
            written.replace(file)
        finally:
            written.unlink(missing_ok=True)
