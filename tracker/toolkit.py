"""The toolkit's 22 themes, word for word, in the data entry form's order."""

THEMES: list[str] = [
    "CFS History",
    "County Lines",
    "CP Plan",
    "CSE",
    "Disability",
    "Drugs (selling)",
    "Drugs (Using)",
    "School Exclusion",
    "Gangs",
    "Missing episodes",
    "Poor school attendance",
    "HSB",
    "Mental Health (Parental)",
    "Mental Health (YP)",
    "Offending (Parental)",
    "Offending (YP)",
    "Online",
    "Radicalisation",
    "SEN",
    "DV In home",
    "Other [state]",
    "Unauthorised Absences",
]
OTHER = "Other [state]"


def load(theme) -> None:
    """Add the themes that are missing; takes the model (a migration's or today's)."""
    for order, name in enumerate(THEMES, start=1):
        theme.objects.get_or_create(name=name, defaults={"order": order, "needs_text": name == OTHER})
