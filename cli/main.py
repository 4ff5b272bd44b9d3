"""The command line. A command's module is imported when it is called: two trials are pooled before a warehouse loads."""

import logging
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from cli.plain import FAILED, Plain
from flows.failures import in_words
from models.settings import load_settings

log = logging.getLogger("trialwatch")

COMMANDS: dict[str, str] = {
    **dict.fromkeys(("nightly", "backtest", "ingest", "rebuild", "probe", "serve"), "nights:carrying_out"),
    "init": "new_review:beginning",
    "check": "check:checking",
    "status": "status:telling",
    "pool": "pool:pooling",
    **dict.fromkeys(
        ("crosscheck", "sql", "fingerprint", "searches", "queue", "settle", "history", "extract"), "read:reading"
    ),
    "searched": "searched:searching",
    **dict.fromkeys(("ack", "snooze", "alerts"), "alerts:answering"),
    "adopt": "adopt:adopting",
    "export": "export:exporting",
    "statements": "statements:stating",
    "draft": "draft:drafting",
    "missing": "missing:telling_missing",
    "forecast": "forecast:forecasting",
}
"""Commands in the order of the help, each with its module in this folder and the Typer that holds it there."""


class Lazily(Mapping[str, Any]):
    """The commands by name, each imported when somebody looks at it."""

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __contains__(self, name: object) -> bool:
        return name in COMMANDS

    def __getitem__(self, name: str) -> Any:
        module, holder = COMMANDS[name].split(":")
        plain = typer.Typer(add_completion=False, rich_markup_mode=None)
        plain.add_typer(getattr(import_module(f"cli.{module}"), holder))
        return typer.main.get_group(plain).commands[name]


class Commands(TyperGroup):
    """All commands: one is imported when it is asked for, all of them for the help."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.commands: Any = Lazily()


app = typer.Typer(
    cls=Commands, add_completion=False, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="Keeps a systematic review alive: from a registry's change to one explained alert.",
)  # fmt: skip


def main() -> None:
    """Run the command line; problems that a person can mend are one message and an exit code."""
    try:
        app()
    except Exception as problem:
        log.debug("the command failed", exc_info=True)
        Plain(stderr=True).print(f"trialwatch: {in_words(problem)}")
        sys.exit(FAILED)


@app.callback()
def read_settings(
    context: typer.Context,
    data: Annotated[Path | None, typer.Option(help="Folder that holds all state (TRIALWATCH_DATA).")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell each step.")] = False,
) -> None:
    """Read settings from the environment; --data goes before them."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(message)s", stream=sys.stderr)
    logging.getLogger("trialwatch").setLevel(logging.DEBUG if verbose else logging.INFO)
    settings = load_settings()
    settings = replace(settings, data=data) if data else settings
    if settings.data.exists() and not settings.data.is_dir():
        raise typer.BadParameter(f"{settings.data} is not a folder", param_hint="--data or TRIALWATCH_DATA")
    context.obj = settings


if __name__ == "__main__":
    main()
