"""What the rows of before lack: decisions, keys to find duplicates by, a text a section, columns of Appendix A."""

import uuid

from django.db import migrations

from consultations.models.people import case_key, name_key

ACTS = {"planned": "accept", "held": "accept", "signposted": "signpost", "withdrawn": "withdraw"}


def complete(apps, schema_editor):
    model = {
        name: apps.get_model("consultations", name)
        for name in (
            "Referral", "ReferralDecision", "YoungPerson", "Consultation", "ConsultationNote", "FrameworkPlace",
            "Participant",
        )
    }  # fmt: skip
    section, text = apps.get_model("core", "FormSection"), apps.get_model("core", "Text")
    for referral in model["Referral"].objects.filter(screened_at__isnull=False):
        model["ReferralDecision"].objects.create(
            referral=referral, act=ACTS[referral.state], by=referral.screened_by, at=referral.screened_at,
            reason=referral.screening_reason, words=referral.signposted_to,
        )  # fmt: skip
    for person in model["YoungPerson"].objects.all():
        person.name_key, person.case_key = name_key(person.name), case_key(person.case_number)
        person.save()
    for referral in model["Referral"].objects.filter(imported=False, referrer_name__isnull=False):
        if referral.made_by.name == referral.referrer_name:
            referral.referrer = referral.made_by
            referral.save()
    sections = list(section.objects.filter(form="consultation"))
    factors = list(section.objects.filter(form="framework-factors"))
    for consultation in model["Consultation"].objects.filter(planned_for__isnull=False):
        notes = {note.section_id: note for note in consultation.notes.select_related("text", "section")}
        for one in sections:
            if one.pk not in notes:
                begun = text.objects.create(id=uuid.uuid4())
                model["ConsultationNote"].objects.create(consultation=consultation, section=one, text=begun)
            elif one.key == "practitioners-present":
                for name in filter(None, (part.strip() for part in notes[one.pk].text.body.split(","))):
                    model["Participant"].objects.create(
                        consultation=consultation, name=name[:200],
                        added_by=notes[one.pk].text.updated_by, added_at=notes[one.pk].text.updated_at,
                    )  # fmt: skip
        for factor in factors:
            model["FrameworkPlace"].objects.create(consultation=consultation, factor=factor, order=1)


class Migration(migrations.Migration):
    dependencies = [("consultations", "0002_consultations_in_full"), ("core", "0005_framework_words")]
    operations = [migrations.RunPython(complete, migrations.RunPython.noop)]
