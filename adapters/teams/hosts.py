"""Which servers we talk to. An activity names the server to answer at, and a stranger may have
written it.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

# The connector's hosts in each Microsoft cloud; app.yaml's teams.service_hosts adds to them.
SERVICE_HOSTS = frozenset(
    {
        "smba.trafficmanager.net",
        "smba.onyx.prod.teams.trafficmanager.net",
        "smba.infra.gcc.teams.microsoft.com",
        "smba.infra.gov.teams.microsoft.us",
        "smba.infra.dod.teams.microsoft.us",
        "frontend.botapi.msg.infra.teams.microsoftonline.cn",
    }
)
SERVICE_DOMAINS = (".botframework.com", ".botframework.us", ".botframework.azure.cn")
UPLOAD_DOMAINS = (".sharepoint.com", ".sharepoint.us", ".sharepoint-mil.us", ".sharepoint.cn")


def is_loopback(host: str) -> bool:
    """True for this machine itself, by address or by the name localhost."""
    try:
        return ipaddress.ip_address(host.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Hosts:
    """The allow-list. With `local`, this machine itself is on it, over plain http too."""

    local: bool = False
    extra: tuple[str, ...] = ()

    def serves(self, url: str) -> bool:
        """True when `url` is a Teams connector that may be sent cards and our token."""
        return self._allows(url, SERVICE_HOSTS.union(self.extra), SERVICE_DOMAINS)

    def stores(self, url: str) -> bool:
        """True when `url` is a place in OneDrive or SharePoint that a file may be put."""
        return self._allows(url, frozenset(), UPLOAD_DOMAINS)

    def names_keys(self, url: str) -> bool:
        """True when `url` is fit to fetch keys or tokens from: https, or this machine."""
        parts = _split(url)
        return bool(parts and (parts.scheme == "https" or self._is_here(parts)))

    def _allows(self, url: str, hosts: frozenset[str], domains: tuple[str, ...]) -> bool:
        parts = _split(url)
        if parts is None:
            return False
        if self._is_here(parts):
            return True
        host = parts.hostname or ""
        known = host in hosts or host.endswith(domains)
        return known and parts.scheme == "https" and parts.port in (None, 443)

    def _is_here(self, parts: SplitResult) -> bool:
        return (
            self.local and parts.scheme in ("http", "https") and is_loopback(parts.hostname or "")
        )


def _split(url: str) -> SplitResult | None:
    """The parts of a plain URL; None for one that two readers could understand differently."""
    if len(url) > 2_000 or not url.isascii() or any(c in "\\ \t\r\n" for c in url):
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (reading it raises for a port that is not a number)
    except ValueError:
        return None
    return None if parts.username or parts.password or parts.fragment else parts
