"""Finding referrals by what somebody types, however they spell it.

Only what stands on the referral itself and its actions is looked at. The record of the young person may have been
filled in from a referral that the reader may not see, and finding by it would tell what stands there.
"""

from django.db.models import CharField, Exists, Func, OuterRef, Q, QuerySet

from .models import ConsultationAction, Referral
from .models.people import case_key, name_key

# Shorter than this, a case number has to be the whole one.
LONG_ENOUGH = 4
# As `people.name_key` has them: what stands within a part of a name (the first is an apostrophe in SQL), and accents
# of Latin, Hebrew and Arabic letters.
_INSIDE = "''’‘ʼ′`´."
_COMBINING = "[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670]"


class _NameKey(Func):
    """A name as `people.name_key` compares it, but for the order of its words. Kept in step by a test."""

    template = (
        "replace(replace(replace(lower(regexp_replace(normalize(translate(%(expressions)s, "
        f"'łŁøØđĐı{_INSIDE}', 'llooddi'), NFKD), '{_COMBINING}', '', 'g')), 'æ', 'ae'), 'œ', 'oe'), 'ß', 'ss')"
    )
    output_field = CharField()


class _CaseKey(Func):
    """A case number as `people.case_key` compares it."""

    template = "ltrim(regexp_replace(upper(%(expressions)s), '[^A-Z0-9]', '', 'g'), '0')"
    output_field = CharField()


def matching(rows: QuerySet[Referral], words: str) -> QuerySet[Referral]:
    """Those of `rows` with these words in the reference, the case number, the name, or the context of an action.

    Names are found without accents and in any order of their parts, case numbers however they are spaced.
    """
    actions = ConsultationAction.objects.filter(consultation__referral=OuterRef("pk"), context_name__icontains=words)
    match = Q(reference__icontains=words) | Q(case_number__icontains=words) | Q(name__icontains=words) | Exists(actions)
    if parts := name_key(words).split():
        named = Q()
        for part in parts:
            named &= Q(plain_name__contains=part)
        match |= named
        rows = rows.alias(plain_name=_NameKey("name"))
    if any(letter.isdigit() for letter in words) and (key := case_key(words)):
        match |= Q(plain_number__contains=key) if len(key) >= LONG_ENOUGH else Q(plain_number=key)
        rows = rows.alias(plain_number=_CaseKey("case_number"))
    return rows.filter(match)
