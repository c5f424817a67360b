"""A draft in a language that the rules do not read.

Why
    The rules know English, and the signs of patients in Spanish; a draft in another language could
    say anything, so a person who reads it has to look at it.

Source
    The practice's written social media policy (every post is checked before it is published)

Bad
    Nous sommes ouverts le samedi matin pour les vaccins contre la grippe, venez avec vos enfants.
    Vacunas contra la gripe disponibles todos los días de 9 a 4. Llame al 512-555-0142.
    我们接受新病人，请致电预约。

Good
    Flu clinic March 3, 9-5. Call 512-555-0142.
    Felices fiestas from our family to yours! Call 512-555-0142.

Limits
    Fewer than four words of another language in Latin letters are not judged: names, dishes and
    greetings are no second language.

As of
    2026-11
"""

from checks._language import foreign
from checks.values import Category, Marks, Post, Severity

CATEGORY = Category.LANGUAGE
SEVERITY = Severity.ESCALATE


def find(post: Post) -> Marks:
    for start, end in foreign(post.text):
        yield start, end, "A person who reads this language has to look at this draft."
