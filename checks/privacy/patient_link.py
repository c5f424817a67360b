"""A link to a patient's own page.

Why
    A profile, a fundraiser or a care diary names the person one click away; so does a link into
    the portal.

Source
    45 CFR 164.514(b)(2)(i)(N)

Bad
    One of our moms is fighting breast cancer, please share: https://fundraise.example.com/f/help-tanya
    See her page facebook.com/anna.smith.99 for the whole recovery story.

Good
    The CDC updated the schedule: https://www.cdc.gov/vaccines/schedules. Call 512-555-0142.
    Book online at https://portal.riverside.example.com.

Limits
    Links to authorities, news and the practice's own site are left alone.

As of
    2026-11
"""

import re

from checks.privacy import _ours as ours
from checks.privacy._patients import scene, specific
from checks.values import Category, Identifier, Marks, Post, Severity

CATEGORY = Category.PHI
SEVERITY = Severity.BLOCK
IDENTIFIER = Identifier.URL

LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>|()\"']{4,300}|(?<![\w@./])(?:[a-z0-9-]{2,40}\.){1,4}(?:com"
    r"|org|net|us|me|io|co|page|gov|edu|info|health)(?:/[^\s<>|()\"']{1,200})",
    re.IGNORECASE,
)
PERSONAL = re.compile(
    r"fund|gofundme|caring|donat|memorial|obituar|tribute|legacy\.com|/in/"
    r"|facebook\.com/(?!events|groups)|instagram\.com/(?!p/)|tiktok\.com/@"
    r"|linkedin\.com/in|profile|/user/|journal|meal ?train|registry|"
    r"strava|athletes?/|venmo|paypal\.me|cash\.app|/user|vimeo|youtu\.?be|spotify|photos?\.|album|help-|support-|-strong|team-|drive\.google|dropbox|sharepoint|onedrive|/patients?/"
    r"|/records?/|/visit/",
    re.IGNORECASE,
)
HERS = re.compile(
    r"\b(?:her|his|their|family'?s?|patient'?s?|one of our (?:patients|moms|dads|families"
    r"|kids)) (?:\w{1,12} ){0,2}(?:strava|instagram|facebook"
    r"|tiktok|youtube|twitter|page|profile|site|fundraiser|journal|blog|story|account"
    r"|link|diary|channel|gofundme)",
    re.IGNORECASE,
)
PUBLIC = re.compile(
    r"\.(?:gov|edu|mil)(?:[/:]|$)|//(?:www\.)?(?:\w+\.)?(?:cdc|nih|fda|who|heart|cancer"
    r"|diabetes|redcross|mayoclinic)\.",
    re.IGNORECASE,
)


def find(post: Post) -> Marks:
    view = scene(post)
    for match in LINK.finditer(post.text):
        link = match[0].rstrip(".,;:!?)")
        if ours.is_site(link, post.practice) or PUBLIC.search(link):
            continue
        hers = HERS.search(post.text)
        cared = specific(post) or (hers and "PP" in view.shadow)
        if cared and (hers or PERSONAL.search(link)):
            yield (
                match.start(),
                match.start() + len(link),
                "Take out the link to the person's page.",
            )
