"""The table of referrals as an admin site would export it, by django-import-export: what ours is measured against."""

from import_export import fields, resources

from consultations.models import Referral

_PLAIN = [
    "reference", "received_on", "case_number", "name", "date_of_birth", "arrival", "referrer_name", "signposted_to",
    "screened_at", "state",
]  # fmt: skip
_RELATED = {
    "gender": "gender__label", "team": "team__name", "agency": "agency__name",
    "how_long_known": "entry__how_long_known", "previous_referrals": "entry__previous_referrals",
    "primary_concern": "entry__primary_concern", "detail": "entry__detail", "other_theme": "entry__other_theme",
    "feedback": "entry__feedback", "completed_at": "entry__completed_at", "held_on": "consultation__held_on",
    "planned_for": "consultation__planned_for",
}  # fmt: skip


class ReferralResource(resources.ModelResource):
    """The columns of the sheet Referrals, with everything fetched in as few queries as it takes."""

    themes = fields.Field()
    harms = fields.Field()
    locals().update({name: fields.Field(attribute=path, column_name=name) for name, path in _RELATED.items()})

    class Meta:
        model = Referral
        fields = [*_PLAIN, *_RELATED, "themes", "harms"]

    def get_queryset(self):
        rows = Referral.objects.sent().select_related("gender", "team", "agency", "entry", "consultation")
        return rows.prefetch_related("entry__themes", "harms")

    def dehydrate_themes(self, referral: Referral) -> str:
        entry = getattr(referral, "entry", None)
        return "; ".join(theme.name for theme in entry.themes.all()) if entry else ""

    def dehydrate_harms(self, referral: Referral) -> str:
        return "; ".join(harm.label for harm in referral.harms.all())
