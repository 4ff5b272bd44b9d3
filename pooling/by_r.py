"""Programs in R that are asked for their numbers: through files, one process per question."""

import csv
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

Row = dict[str, object]


@dataclass(frozen=True)
class RProgram:
    """A script that reads rows from its first file and writes rows to its second, with the package that it needs."""

    package: str
    script: str

    def find(self) -> Path | None:
        """Where Rscript is, None if R or the package is not installed."""
        program = shutil.which("Rscript")
        if program is None:
            return None
        asked = subprocess.run(
            [program, "-e", f"quit(status = !requireNamespace('{self.package}', quietly = TRUE))"],
            capture_output=True,
            check=False,
        )
        return Path(program) if asked.returncode == 0 else None

    def ask(self, rows: Sequence[Row], rscript: Path) -> list[dict[str, str]]:
        """The rows that it answers.

        Raises
        ------
        RuntimeError
            If R stops; the message is R's own.
        """
        if not rows:
            return []
        with tempfile.TemporaryDirectory() as folder:
            question, answer, script = (Path(folder) / name for name in ("question.csv", "answer.csv", "ask.R"))
            script.write_text(self.script, encoding="utf-8")
            with question.open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)
            ran = subprocess.run([rscript, script, question, answer], capture_output=True, text=True, check=False)
            if ran.returncode:
                raise RuntimeError(f"{self.package} stopped: {ran.stderr.strip()}")
            with answer.open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))
