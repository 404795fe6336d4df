"""Fixed choices of the tracker."""

from django.db import models

from consultations.choices import ReferralState


class PrimaryConcern(models.TextChoices):
    """Exactly one of five, in the toolkit's words."""

    INDIVIDUAL = "individual", "Individual"
    HOME = "home", "Home"
    PEER_GROUP = "peer-group", "Peer Group"
    SCHOOL = "school", "School"
    NEIGHBOURHOOD = "neighbourhood", "Neighbourhood"


class TaggingKind(models.TextChoices):
    """How themes were changed in several referrals at once."""

    TAGGED = "tagged", "Referrals tagged"
    MERGED = "merged", "Theme merged"
    OTHER = "other", "“Other” made a theme"


# What stands in the tracker is sent; so these are the states to filter by.
OUTCOMES = [choice for choice in ReferralState.choices if choice[0] != ReferralState.DRAFT]

# In which states the data entry form is due.
ENTRY_DUE_IN = [ReferralState.HELD, ReferralState.SIGNPOSTED, ReferralState.WITHDRAWN]


class AttendanceStatus(models.TextChoices):
    """How it stands with somebody on the list of a course."""

    ATTENDED = "attended", "Attended"
    BOOKED = "booked", "Booked"
    ABSENT = "absent", "Did not come"


# What a course is usually about; others may be typed.
COURSE_KINDS = [
    "Introduction to Contextual Safeguarding",
    "Consultation skills",
    "Assessing contexts",
    "Peer group mapping",
    "Bystander programme",
    "Community Guardianship",
    "Champions' forum",
]
