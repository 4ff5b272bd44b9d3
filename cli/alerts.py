"""Commands by which people answer alerts: list them, take note, put off."""

from datetime import UTC, datetime, time
from typing import Annotated

import msgspec
import typer

from cli import show
from cli.common import THE_ONLY_REVIEW, AsJson, ReviewName, console, day_of, now, print_json, settings_of
from models.settings import Settings
from stores.ledger import Ledger, LedgerError

answering = typer.Typer()

Key = Annotated[str, typer.Argument(metavar="ID", help="Key of the alert; 'trialwatch alerts' and every mail tell it.")]


@answering.command("alerts")
def alerts_command(context: typer.Context, review: ReviewName = THE_ONLY_REVIEW, as_json: AsJson = False) -> None:
    """List alerts, newest first: what became of each, and who has taken note."""
    with _ledger(settings_of(context)) as ledger:
        alerts, deliveries = ledger.alerts(review), ledger.deliveries(review)
    told = [
        {
            "key": alert.key,
            "raised_at": alert.raised_at,
            "grade": alert.grade,
            "title": alert.title,
            "acknowledged_by": alert.acknowledged_by,
            "acknowledged_at": alert.acknowledged_at,
            "snoozed_until": alert.snoozed_until,
            "deliveries": {item.channel: item.state for item in deliveries if item.alert_key == alert.key},
        }
        for alert in reversed(alerts)
    ]
    if as_json:
        for alert in told:
            print_json(alert)
    else:
        show.alerts(told, console())


@answering.command("ack")
def ack_command(
    context: typer.Context,
    key: Key,
    by: Annotated[str, typer.Option(help="Who has taken note.")] = "",
    as_json: AsJson = False,
) -> None:
    """Acknowledge an alert: nothing of it is sent any more."""
    with _ledger(settings_of(context)) as ledger:
        alert = ledger.acknowledge(key, by or "not named", now())
    if as_json:
        print_json(msgspec.to_builtins(alert))
    else:
        console().print(f"alert {key} is acknowledged by {alert.acknowledged_by}, {alert.acknowledged_at:%Y-%m-%d}")


@answering.command("snooze")
def snooze_command(
    context: typer.Context,
    key: Key,
    until: Annotated[str, typer.Option(help="Day (YYYY-MM-DD) on which it is sent again.")],
) -> None:
    """Put an alert off: nothing of it is sent before a day, and on that day it is sent again."""
    day = day_of(until, "--until")
    if day <= now().date():
        raise typer.BadParameter(f"{day} is not to come; give a later day", param_hint="--until")
    with _ledger(settings_of(context)) as ledger:
        ledger.snooze(key, datetime.combine(day, time(), UTC))
    console().print(f"alert {key} is put off until {day}; the first night from then on sends it again")


def _ledger(settings: Settings) -> Ledger:
    """The ledger of nights that took place; asking makes none."""
    if not settings.ledger_url and not (settings.data / "ledger.sqlite").exists():
        raise LedgerError(
            f"{settings.data}: no night has taken place here; run 'trialwatch nightly' or 'make demo' first,"
            " or name the folder with --data before the command"
        )
    return Ledger(settings.ledger)
