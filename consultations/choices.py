"""Fixed choices of consultations: those that code decides on. Vocabularies an authority may edit are in core.lists."""

from django.db import models


class ReferralState(models.TextChoices):
    """Where a referral stands. Labels are what people read."""

    DRAFT = "draft", "Draft"
    SCREENING = "screening", "Waiting to be screened"
    PLANNED = "planned", "Consultation planned"
    HELD = "held", "Consultation held"
    SIGNPOSTED = "signposted", "Signposted"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ReferralAct(models.TextChoices):
    """What may be done to a referral; the audit log knows them by these values."""

    SEND = "send", "Send the referral"
    DISCARD = "discard", "Discard the draft"
    ACCEPT = "accept", "Suitable: plan a consultation"
    SIGNPOST = "signpost", "Signpost elsewhere"
    WITHDRAW = "withdraw", "Withdraw the referral"
    WRITE = "write", "Write up the consultation"
    HOLD = "hold", "Mark the consultation as held"
    ENTER_DATA = "enter-data", "Complete the data entry form"


class Arrival(models.TextChoices):
    """How the referral arrived."""

    ONLINE = "online", "Online"
    EMAIL = "email", "E-mail"
    TELEPHONE = "telephone", "Telephone"
    MEETING = "meeting", "Meeting"


class Space(models.TextChoices):
    """The social spaces that an action goes against: Appendix B, "Agreed Actions"."""

    INDIVIDUAL = "individual", "Individual"
    HOME = "home", "Home"
    PEER_GROUP = "peer-group", "Peer group"
    SCHOOL = "school", "School"
    NEIGHBOURHOOD = "neighbourhood", "Neighbourhood"
