"""The app manifest that an administrator pastes into Slack's page for new apps."""

from adapters.slack.parse import POST, SHORTCUT, SIGNOFF
from adapters.slack.payload import Json
from bot.commands import Topic

EVENTS_PATH = "/slack/events"
SCOPES = (
    "app_mentions:read",  # "@Signoff ..." in a channel
    "chat:write",  # cards, and answers that only one person sees
    "commands",  # /post, /signoff and the shortcut
    "files:write",  # exports, and the picture of a report
    "im:history",  # drafts sent to the bot; looks before it sends a card again
    "im:write",  # opens the direct messages in which cards arrive
)
USAGE = " | ".join(topic for topic in Topic if topic is not Topic.POST)


def manifest(base_url: str | None) -> Json:
    """The manifest for Socket Mode, or for HTTP when `base_url` says where Signoff is reached."""
    address = {} if base_url is None else {"url": base_url.rstrip("/") + EVENTS_PATH}
    interactive = {} if base_url is None else {"request_url": address["url"]}
    return {
        "display_information": {
            "name": "Signoff",
            "description": "Checks and signs off the practice's posts before they go out.",
            "background_color": "#0f4c5c",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Signoff", "always_online": True},
            "shortcuts": [
                {
                    "name": "Submit for sign-off",
                    "type": "message",
                    "callback_id": SHORTCUT,
                    "description": "Takes a message as the draft of a post.",
                }
            ],
            "slash_commands": [
                _command(POST, "Send a draft for sign-off", "[text of the post]", address),
                _command(SIGNOFF, "Ask Signoff", USAGE, address),
            ],
        },
        "oauth_config": {"scopes": {"bot": list(SCOPES)}},
        "settings": {
            "event_subscriptions": {**interactive, "bot_events": ["app_mention", "message.im"]},
            "interactivity": {"is_enabled": True, **interactive},
            "org_deploy_enabled": False,
            "socket_mode_enabled": base_url is None,
            "token_rotation_enabled": False,
        },
    }


def _command(name: str, description: str, hint: str, address: dict[str, str]) -> Json:
    """Escaping is on so that a mentioned colleague arrives as an id, not as a name to guess."""
    return {
        "command": name,
        "description": description,
        "usage_hint": hint,
        "should_escape": True,
        **address,
    }
