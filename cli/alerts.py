"""Commands by which people answer alerts: list them, take note, put off."""

from datetime import UTC, datetime, time
from typing import Annotated, Any

import msgspec
import typer
from typer.core import TyperGroup

from alerts.channels import deliver_pending
from cli import show
from cli.common import (
    PARTIAL,
    REVIEW_HELP,
    THE_ONLY_REVIEW,
    AsJson,
    ReviewName,
    console,
    day_of,
    known_review,
    now,
    print_json,
    settings_of,
)
from flows.receivers import receivers
from models.settings import Settings
from models.vocabulary import DeliveryState
from stores.ledger import Ledger, LedgerError

answering = typer.Typer()


class _ListedByDefault(TyperGroup):
    """'alerts' alone, or with a review, lists them."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        named = next((word for word in args if not word.startswith("-")), "")
        return super().parse_args(ctx, args if named in self.commands or args == ["--help"] else ["list", *args])


alerting = typer.Typer(cls=_ListedByDefault, rich_markup_mode=None)
answering.add_typer(alerting, name="alerts", help="List alerts, or send some of them again.")

Key = Annotated[str, typer.Argument(metavar="ID", help="Key of the alert; 'trialwatch alerts' and every mail tell it.")]


@alerting.command("list")
def list_command(context: typer.Context, review: ReviewName = THE_ONLY_REVIEW, as_json: AsJson = False) -> None:
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


@alerting.command("resend")
def resend_command(
    context: typer.Context,
    keys: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Keys of alerts.")] = None,
    undelivered: Annotated[bool, typer.Option("--undelivered", help="Every alert that has not arrived.")] = False,
    review: Annotated[str, typer.Option("--review", help=REVIEW_HELP)] = THE_ONLY_REVIEW,
    as_json: AsJson = False,
) -> None:
    """Send alerts again now, wherever they have not arrived; one that has arrived goes everywhere once more."""
    if bool(keys) == undelivered:
        raise typer.BadParameter("give the keys of alerts, or --undelivered", param_hint="ID")
    settings = settings_of(context)
    with _ledger(settings) as ledger, ledger.lock():
        wanted = keys or [item.alert_key for item in ledger.undelivered(known_review(settings, review))]
        alerts = [ledger.alert(key) for key in dict.fromkeys(wanted)]
        channels = {name: receivers(settings, name) for name in dict.fromkeys(alert.review for alert in alerts)}
        for alert in alerts:
            names = [channel.name for channel in channels[alert.review]]
            arrived = {
                item.channel for item in ledger.deliveries(alert.review)
                if item.alert_key == alert.key and item.state is DeliveryState.DELIVERED
            }  # fmt: skip
            ledger.resend(alert.key, [name for name in names if name not in arrived] or names)
        attempts = [item for name, known in channels.items() for item in deliver_pending(ledger, name, known)]
    for attempt in attempts:
        if as_json:
            print_json(msgspec.to_builtins(attempt))
        else:
            became = f"not delivered: {attempt.error}" if attempt.error else "delivered"
            console().print(f"alert {attempt.alert_key} on {attempt.channel}: {became}")
    if not attempts and not as_json:
        console().print("every alert has arrived")
    if any(attempt.error for attempt in attempts):
        raise typer.Exit(PARTIAL)


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
