"""The demo page: several people of a practice side by side in one browser window, live."""

from adapters.web.app import WebAdapter

__all__ = ["WebAdapter"]
