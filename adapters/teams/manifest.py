"""The app package that an administrator uploads to Teams: manifest.json and two icons."""

import io
import json
import zipfile
from collections.abc import Iterable
from urllib.parse import urlsplit
from uuid import UUID

from adapters.teams.icons import ACCENT, color, outline
from adapters.teams.payload import Json

VERSION = "1.19"
APP_VERSION = "1.0.0"

COMMANDS = (
    ("help", "What Signoff does, and how to use it"),
    ("post", "Open the form for a new draft"),
    ("queue", "What is waiting for you"),
    ("report", "Numbers for the last 30 days, or write report 7"),
    ("export", "Records as a file: export csv, or export json"),
    ("people", "Who may write, approve and administer"),
    ("training", "Who is due a lesson, reminded, done"),
    ("ledger", "Check the record: ledger verify"),
    ("exceptions", "False alarms that were reported, and exceptions made"),
    ("delegate", "Let somebody decide for you: delegate @name from to"),
)


def package(app_id: str, hosts: Iterable[str]) -> bytes:
    """The zip to upload. `hosts` are the practice's own web sites, as names or addresses; the
    first is named as the developer's. Raises `ValueError` with a sentence for whoever runs this.
    """
    files = {
        "manifest.json": json.dumps(manifest(app_id, hosts), indent=2).encode(),
        "color.png": color(),
        "outline.png": outline(),
    }
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # A fixed date makes the same settings give the same file.
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return made.getvalue()


def manifest(app_id: str, hosts: Iterable[str]) -> Json:
    sites = [s for s in map(_host, hosts) if s]
    site = sites[0] if sites else ""
    if not site:
        raise ValueError("Name the practice's web site in app.yaml under practice.websites first.")
    return {
        "$schema": "https://developer.microsoft.com/json-schemas/teams/"
        f"v{VERSION}/MicrosoftTeams.schema.json",
        "manifestVersion": VERSION,
        "version": APP_VERSION,
        "id": _app_id(app_id),
        "developer": {
            "name": site[:32],
            "websiteUrl": f"https://{site}",
            "privacyUrl": f"https://{site}",
            "termsOfUseUrl": f"https://{site}",
        },
        "name": {"short": "Signoff", "full": "Signoff: the sign-off desk for social media"},
        "description": {
            "short": "Checks and signs off the practice's posts before they go out.",
            "full": (
                "Send Signoff a draft of a post. It checks the draft against HIPAA and"
                " advertising rules, brings it to the right approver as a card, records the"
                " decision, and hands you the approved text to post."
            ),
        },
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": ACCENT,
        "bots": [_bot(app_id)],
        "permissions": ["identity", "messageTeamMembers"],
        "validDomains": sites[:16],
    }


def _host(site: str) -> str:
    return urlsplit(site if "//" in site else f"//{site}").hostname or ""


def _bot(app_id: str) -> Json:
    scopes = ["personal", "team", "groupChat"]
    commands = [{"title": title, "description": said} for title, said in COMMANDS]
    return {
        "botId": app_id,
        "scopes": scopes,
        "supportsFiles": True,
        "isNotificationOnly": False,
        "commandLists": [{"scopes": scopes, "commands": commands}],
    }


def _app_id(value: str) -> str:
    try:
        return str(UUID(value))
    except ValueError:
        raise ValueError(
            "teams.app_id is not an application id. Copy it from the bot's Azure registration."
        ) from None
