"""The envelope of what webhooks send."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api_upgrades.sources.api import Inline


class Event(Inline):
    """An event. Each event type has its own `data`."""

    id: UUID = Field(description="The id of the event.", examples=["b8e0c4d6-7a29-4f51-93ce-d5f1a2b7089c"])
    type: str
    created_at: datetime = Field(description="Time of the event.", examples=["2022-04-11T08:30:00Z"])
