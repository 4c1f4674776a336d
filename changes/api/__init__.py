"""Today's Server API."""

from __future__ import annotations

from api_upgrades.sources.api import Api

from .appointments import appointments
from .availabilities import availabilities
from .common import UNAUTHORIZED
from .conversations import conversations
from .copilot import copilot
from .messages import messages
from .observations import observations
from .patients import patients
from .providers import providers
from .questionnaire_responses import questionnaire_responses
from .tasks import tasks

api = Api(
    "Server API",
    description=(
        "Manage patients, providers, conversations and appointments from your own server.\n\n"
        "Webhooks are signed. `X-Nabla-Webhook-Signature` contains the hex-encoded HMAC-SHA256 of "
        "`X-Nabla-Webhook-Timestamp` followed by the request body, keyed with your webhook secret."
    ),
    version_header="X-Nabla-Api-Version",
    version_query="nabla-api-version",
    servers={
        "https://api.nabla.com/v1/server": "Production",
        "https://api.preprod.nabla.com/v1/server": "Preproduction",
    },
    resources=[
        patients,
        providers,
        conversations,
        messages,
        appointments,
        availabilities,
        tasks,
        observations,
        questionnaire_responses,
        copilot,
    ],
    errors=[UNAUTHORIZED],
)
