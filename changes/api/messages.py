"""Messages."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api_upgrades.sources.api import Deprecated, Inline, Operation, Resource, Webhook

from .common import (
    INVALID_CURSOR,
    NOT_FOUND,
    CreatedAt,
    EphemeralUrl,
    Metadata,
    Page,
    PageQuery,
    Url,
    invalid,
    not_in_example,
)
from .conversations import Conversation, ConversationId
from .events import Event

MessageId = Annotated[
    UUID, Field(description="The id of the message.", examples=["f2b6a890-4d1e-47c5-9e3a-5c8d7b0f1e64"])
]
AttachmentId = Annotated[
    UUID, Field(description="The id of the uploaded file.", examples=["9a3d5f71-c8e2-4b06-a5d9-1e7f0c4b2d86"])
]
AUTHOR_ID = "c3a7d2e8-15b4-4f09-8e6d-2f9a4b7c1d35"
TEXT = "122/78 is where we want it. Please keep the same dose."
"""The message of all examples, so that what is sent and what is answered agree."""


class MessageAuthor(BaseModel):
    """The author of a message."""

    id: UUID = Field(description="The id of the patient or provider.", examples=[AUTHOR_ID])
    type: Literal["PATIENT", "PROVIDER"] = Field(
        description="Whether the author is a patient or a provider.", examples=["PROVIDER"]
    )


class Attachment(BaseModel):
    """A file in a message."""

    id: AttachmentId
    ephemeral_url: EphemeralUrl = Field(description="Temporary link to the file.")
    mime_type: str = Field(description="Media type of the file.", examples=["application/pdf"])
    thumbnail_url: Url | None = Field(
        description="Link to a small preview image.", examples=["https://files.nabla.com/t/5f0c1a7e.png"]
    )


class Message(BaseModel):
    """One message of a conversation."""

    id: MessageId
    author: MessageAuthor | None = Field(description="Author of the message. Null for messages of the system.")
    text: str | None = Field(
        description="Text of the message. Null if the message is a file.",
        examples=[TEXT],
    )
    attachment: Attachment | None = Field(
        description="The attached file. Null if the message is a text.", examples=[None]
    )
    created_at: CreatedAt
    conversation_id: ConversationId
    is_content_deleted: bool = Field(description="Whether the content was deleted.", examples=[False])
    metadata: Metadata


class AttachmentReference(BaseModel):
    """An uploaded file."""

    id: AttachmentId


class TextContent(BaseModel):
    """A text message."""

    type: Literal["text"] = Field(description="Always `text`.", examples=["text"])
    text: str = Field(description="Text of the message.", examples=[TEXT])


class AttachmentContent(BaseModel):
    """A message with a file."""

    type: Literal["attachment"] = Field(description="Always `attachment`.", examples=["attachment"])
    attachment: AttachmentReference = Field(description="The attached file.")


class MessageCreate(BaseModel):
    """A message to create."""

    conversation_id: ConversationId
    author_id: UUID = Field(
        description="The id of the patient or provider who sends the message.",
        examples=[AUTHOR_ID],
    )
    content: TextContent | AttachmentContent | None = Field(
        default=None,
        discriminator="type",
        description="Content of the message: a text or a file, never both.",
    )
    text: Annotated[str | None, Deprecated("content")] = Field(
        default=None,
        description="Text of the message.",
        examples=[TEXT],
    )
    attachment: Annotated[AttachmentReference | None, Deprecated("content")] = Field(
        default=None, description="File to send.", json_schema_extra={"x-example-omit": True}
    )
    metadata: Metadata = not_in_example()


class MessagePath(BaseModel):
    """One message."""

    id: MessageId


class MessageQuery(PageQuery):
    """Filters for the list of messages."""

    conversation_id: ConversationId


class MessageCreatedData(Inline):
    """The new message and its conversation."""

    message: Message = Field(description="The new message.")
    conversation: Conversation = Field(description="The conversation of the message.")


class MessageCreated(Event):
    """Sent when somebody writes a message."""

    type: Literal["conversation.message.created"] = Field(
        description="Type of the event.", examples=["conversation.message.created"]
    )
    data: MessageCreatedData = Field(description="The object that changed.")


messages = Resource(
    "Messages",
    "Messages between patients and providers, and the related webhook.",
    operations=[
        Operation(
            "GET /messages",
            "List the messages of a conversation",
            id="list_messages",
            query=MessageQuery,
            responses={200: Page[Message]},
            errors=[INVALID_CURSOR],
        ),
        Operation(
            "POST /messages",
            "Create a message",
            id="create_message",
            request=MessageCreate,
            responses={201: Message},
            errors=[invalid("`conversation_id` is not the id of a conversation.")],
        ),
        Operation(
            "GET /messages/{id}",
            "Get a message",
            id="get_message",
            path=MessagePath,
            responses={200: Message},
            errors=[NOT_FOUND],
        ),
    ],
    webhooks=[
        Webhook("conversation.message.created", "A message was created", payload=MessageCreated),
    ],
)
