"""What the model says: the labels of pieces and the categories of drafts, in a fixed order.

The order is stored with the weights; something new goes to the end.
"""

from checks.values import Category, Identifier

LABELS: tuple[str, ...] = (
    "",
    *("NAME", "GEO", "DATE", "AGE", "PHONE", "FAX", "EMAIL", "SSN", "MRN", "PLAN_ID", "ACCOUNT"),
    *("LICENSE", "VEHICLE", "DEVICE", "URL", "IP", "HANDLE", "OTHER_ID", "CONTEXT"),
)
CATEGORIES = (
    Category.PHI,
    Category.POLITICS,
    Category.RELIGION,
    Category.PERSONAL_COMMENTARY,
    Category.MEDICAL_CLAIM,
    Category.SUPERLATIVE,
    Category.DEFAMATION,
    Category.PATIENT_REPLY,
    Category.MEDICAL_ADVICE,
    Category.DM_INVITATION,
    Category.TESTIMONIAL,
    Category.PHOTO,
    Category.PROFANITY,
    Category.CALL_TO_ACTION,
    Category.DISCLOSURE,
    Category.DRUG_PROMOTION,
)
assert set(LABELS[1:]) <= set(Identifier)
