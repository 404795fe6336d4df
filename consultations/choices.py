"""Fixed choices of consultations: those that code decides on. Vocabularies an authority may edit are in core.lists."""

from django.db import models


class ReferralState(models.TextChoices):
    """Where a referral stands. Labels are what people read."""

    DRAFT = "draft", "Draft"
    SCREENING = "screening", "Waiting to be screened"
    INFORMATION = "information", "More information needed"
    PLANNED = "planned", "Consultation planned"
    HELD = "held", "Consultation held"
    SIGNPOSTED = "signposted", "Signposted"
    WITHDRAWN = "withdrawn", "Withdrawn"


class ReferralAct(models.TextChoices):
    """What may be done to a referral; the audit log knows them by these values."""

    SEND = "send", "Send the referral"
    DISCARD = "discard", "Discard the draft"
    ALLOCATE = "allocate", "Allocate to a CS practitioner"
    ACCEPT = "accept", "Suitable: plan a consultation"
    ASK = "ask", "Ask for more information"
    ANSWER = "answer", "Answer the question"
    SIGNPOST = "signpost", "Signpost elsewhere"
    WITHDRAW = "withdraw", "Withdraw the referral"
    REOPEN = "reopen", "Reopen the referral"
    RESCHEDULE = "reschedule", "Change the date of the consultation"
    PREPARE = "prepare", "Prepare with the framework"
    WRITE = "write", "Write up the consultation"
    HOLD = "hold", "Mark the consultation as held"
    ENTER_DATA = "enter-data", "Complete the data entry form"
    GIVE_FEEDBACK = "give-feedback", "Give feedback"


class MessageKind(models.TextChoices):
    """Which side of the conversation about a referral speaks."""

    QUESTION = "question", "Question"
    ANSWER = "answer", "Answer"


class Arrival(models.TextChoices):
    """How the referral arrived."""

    ONLINE = "online", "Online"
    EMAIL = "email", "E-mail"
    TELEPHONE = "telephone", "Telephone"
    MEETING = "meeting", "Meeting"


class Space(models.TextChoices):
    """The social spaces where harm and strength lie. Appendix B has all but Online among its actions (ADR 11)."""

    INDIVIDUAL = "individual", "Individual"
    HOME = "home", "Home"
    PEER_GROUP = "peer-group", "Peer group"
    SCHOOL = "school", "School"
    NEIGHBOURHOOD = "neighbourhood", "Neighbourhood"
    ONLINE = "online", "Online"


class HarmMark(models.TextChoices):
    """How much harm the consultation found in a space."""

    NONE = "none", "No harm known"
    SOME = "some", "Some harm"
    SERIOUS = "serious", "Serious harm"


class StrengthMark(models.TextChoices):
    """How much strength the consultation found in a space."""

    NONE = "none", "No strength known"
    SOME = "some", "Some strength"
    STRONG = "strong", "Real strength"


class AdviceUsed(models.TextChoices):
    """Whether the advice of the consultation was used."""

    YES = "yes", "Yes"
    PARTLY = "partly", "Partly"
    NO = "no", "No"


class WhatHappened(models.TextChoices):
    """What became of an action, in the referrer's eyes."""

    DONE = "done", "Done"
    STARTED = "started", "Started"
    NOT_DONE = "not-done", "Not done"
    NOT_KNOWN = "not-known", "I do not know"
