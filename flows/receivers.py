"""Who is told about a review: the channels of the installation, and the recipients that its protocol names."""

from alerts.channels import Channel, open_channels
from models.folder_text import ReviewError
from models.review import review_named
from models.settings import Settings


def receivers(settings: Settings, review: str) -> tuple[Channel, ...]:
    """The channels of a review.

    Those of a folder that cannot be read are the installation's alone, which are told why the night failed.

    Raises
    ------
    ChannelError
        If an address of the settings cannot be used.
    """
    try:
        recipients = review_named(settings.reviews, review).protocol.recipients
    except (ReviewError, OSError):
        recipients = []
    return open_channels(settings.channels, settings.outbox, recipients)
