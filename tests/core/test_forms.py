"""Forms: GOV.UK markup, messages that name what is wrong, and nothing sent that breaks the server."""

from datetime import date

import pytest
from crispy_forms.layout import Column, Fieldset, Layout, Row, Submit
from django import forms
from django.forms import formset_factory
from django.http import QueryDict
from django.template import Context, Template
from hypothesis import given, settings
from hypothesis import strategies as st

from core.forms import Checkboxes, CountedTextarea, DateField, GovukForm, RadioSelect, lower_first, tidy
from core.templatetags.govuk_tags import error_items, has_errors


class Referral(GovukForm):
    error_names = {"received": "the date received"}
    reveals = {"arrived": {"other": ("how",)}}

    name = forms.CharField(max_length=10, help_text="As in the case system")
    worry = forms.CharField(label="What is the worry?", max_length=20, widget=CountedTextarea, required=False)
    received = DateField(label="Date received")
    arrived = forms.ChoiceField(
        label="How it arrived",
        choices=[("online", "Online"), ("other", "Another way")],
        widget=RadioSelect(hints={"online": "Through this service"}),
    )
    how = forms.CharField(required=False)
    harms = forms.MultipleChoiceField(
        choices=[("a", "A"), ("none", "None of these")], widget=Checkboxes(exclusive="none"), required=False
    )
    told = forms.BooleanField(label="I have told the family")

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("arrived") == "other":
            self.need("how", "Enter how it arrived")
        return cleaned


def sent(**changes: str) -> dict[str, str]:
    """Sound input for Referral with some changes."""
    sound = {
        "name": "Jo",
        "received_day": "27",
        "received_month": "3",
        "received_year": "2026",
        "arrived": "online",
        "told": "on",
    }
    return sound | changes


def messages(form: forms.Form) -> dict[str, list[str]]:
    return {name: list(errors) for name, errors in form.errors.items()}


def test_sound_input_passes():
    form = Referral(sent())
    assert form.is_valid(), form.errors
    assert form.cleaned_data["received"] == date(2026, 3, 27)


def test_an_empty_form_says_what_to_enter():
    assert messages(Referral({})) == {
        "name": ["Enter name"],
        "received": ["Enter the date received"],
        "arrived": ["Choose how it arrived"],
        "told": ["Tick “I have told the family” to go on"],
    }


def test_a_label_changed_after_init_is_in_the_message():
    form = Referral({})
    form.fields["name"].label = "Mosaic ID"
    assert messages(form)["name"] == ["Enter Mosaic ID"]


def test_a_message_of_the_author_stays():
    class Own(GovukForm):
        name = forms.CharField(error_messages={"required": "Who is it?"})

    assert messages(Own({})) == {"name": ["Who is it?"]}


def test_percent_signs_in_labels_are_harmless():
    class Odd(GovukForm):
        share = forms.CharField(label="Share in %", max_length=3)
        day = DateField(label="Day of 50%")
        pick = forms.ChoiceField(label="More than 10%", choices=[("a", "A")])

    form = Odd({"share": "12345", "day_day": "1", "pick": "b"})
    assert messages(form) == {
        "share": ["Share in % must be 3 characters or fewer"],
        "day": ["Day of 50% must include a month and year"],
        "pick": ["Choose more than 10% from the options"],
    }
    assert messages(Odd({}))["share"] == ["Enter share in %"]


@pytest.mark.parametrize(
    ("day", "month", "year", "message", "parts"),
    [
        ("", "3", "2026", "The date received must include a day", ("day",)),
        ("27", "", "2026", "The date received must include a month", ("month",)),
        ("27", "", "", "The date received must include a month and year", ("month", "year")),
        ("27", "3", "26", "The date received must have a year with 4 numbers, like 2026", ("year",)),
        ("27", "3", "0026", "The date received must have a year with 4 numbers, like 2026", ("year",)),
        ("27", "3", "٢٠٢٦", "The date received must have a year with 4 numbers, like 2026", ("year",)),
        ("32", "3", "2026", "The date received must be a real date", ("day",)),
        ("27", "13", "2026", "The date received must be a real date", ("month",)),
        ("27", "smarch", "2026", "The date received must be a real date", ("month",)),
        ("x", "y", "2026", "The date received must be a real date", ("day", "month")),
        ("-1", "3", "2026", "The date received must be a real date", ("day",)),
        ("30", "2", "2026", "The date received must be a real date", ("day", "month", "year")),
    ],
)
def test_a_wrong_date_says_which_part(day, month, year, message, parts):
    form = Referral(sent(received_day=day, received_month=month, received_year=year))
    assert messages(form) == {"received": [message]}
    assert form["received"].wrong_parts == parts
    assert form["received"].first_control_id == f"id_received_{parts[0]}"
    html = str(form["received"])
    assert html.count("govuk-input--error") == len(parts)
    assert 'value="' + year in html or not year  # what was typed stands there again


@pytest.mark.parametrize("month", ["3", "03", " 3 ", "mar", "March", "MARCH", "Mar."])
def test_months_may_be_names(month):
    assert Referral(sent(received_month=month)).is_valid()


def test_all_months_by_their_names():
    names = ["jan", "february", "mar", "apr", "may", "june", "jul", "aug", "sept", "oct", "nov", "dec"]
    for number, name in enumerate(names, start=1):
        form = Referral(sent(received_day="1", received_month=name))
        assert form.is_valid(), form.errors
        assert form.cleaned_data["received"] == date(2026, number, 1)


def test_a_date_shows_its_initial_value_and_knows_a_change():
    form = Referral(initial={"received": date(2026, 3, 27)})
    assert 'value="27"' in str(form["received"])
    assert Referral(sent(), initial={"received": date(2026, 3, 27)}).changed_data == ["name", "arrived", "told"]
    assert "received" in Referral(sent(received_day="28"), initial={"received": date(2026, 3, 27)}).changed_data


@settings(deadline=None)  # the first call loads the templates
@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_no_three_texts_break_a_date(day, month, year):
    form = Referral(sent(received_day=day, received_month=month, received_year=year))
    form.is_valid()
    str(form)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_text_breaks_a_form(text):
    form = Referral(sent(name=text, arrived=text, harms=text, worry=text))
    if form.is_valid():
        assert "\x00" not in form.cleaned_data["name"]
        assert "\r" not in form.cleaned_data["worry"]
    str(form)


def test_nul_is_refused_with_words():
    assert messages(Referral(sent(name="a\x00b"))) == {
        "name": ["Name must not contain characters that cannot be stored"]
    }


def test_text_has_one_kind_of_line_end_and_no_blank_ends():
    form = Referral(sent(worry="\u200b \r\none\r\ntwo\rthree \r\n"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["worry"] == "one\ntwo\nthree"


def test_invisible_text_is_no_text():
    assert messages(Referral(sent(name="\u200b\u00a0 "))) == {"name": ["Enter name"]}


def test_lines_count_once_in_the_length():
    assert Referral(sent(worry="a\r\n" * 10)).is_valid()


def test_a_passphrase_keeps_its_spaces():
    class SignIn(GovukForm):
        passphrase = forms.CharField(widget=forms.PasswordInput, strip=False)

    form = SignIn({"passphrase": " two words "})
    assert form.is_valid()
    assert form.cleaned_data["passphrase"] == " two words "


def test_need_depends_on_the_option():
    assert messages(Referral(sent(arrived="other"))) == {"how": ["Enter how it arrived"]}
    assert Referral(sent(arrived="other", how="By hand")).is_valid()


def test_markup_of_fields():
    html = str(Referral(sent(name="", arrived="other")))
    assert "required" not in html.replace("cannot be stored", "")
    assert "maxlength=" not in html.replace("data-maxlength=", "")
    assert 'data-maxlength="20"' in html
    assert 'class="govuk-input govuk-input--error"' in html
    assert "What is the worry? (optional)" in html
    assert 'data-behaviour="exclusive"' in html
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'aria-describedby="id_arrived_0-hint"' in html


def test_a_revealed_field_is_drawn_once_by_its_option():
    html = str(Referral())
    assert html.count('name="how"') == 1
    assert html.index('id="id_arrived_1-more"') < html.index('name="how"')
    assert "How (optional)" not in html
    assert str(Referral()["how"].as_field_group()).strip() == ""


def test_plain_widgets_get_the_same_markup():
    class Plain(GovukForm):
        pick = forms.ChoiceField(choices=[(1, "One")], widget=forms.RadioSelect)

    assert 'class="govuk-radios__input"' in str(Plain()["pick"])
    assert 'value="1" id="id_pick_0" checked' in str(Plain({"pick": "1"})["pick"])


def test_crispy_draws_the_same_fields():
    class Laid(Referral):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            self.helper.layout = Layout(
                Fieldset("Who", "name"), Row(Column("received"), Column("arrived")), Submit("go", "Send")
            )

    html = Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": Laid({})}))
    assert str(Laid({})["name"].as_field_group()) in html
    assert "<form" not in html
    assert html.count('name="how"') == 1
    assert '<button type="submit" name="go" value="Send" class="govuk-button' in html
    plain = Template("{% load crispy_forms_tags %}{% crispy form %}").render(Context({"form": Referral()}))
    assert plain.strip() == str(Referral()).strip()


def test_the_summary_leads_to_the_first_control():
    form = Referral(sent(name="", arrived="", received_month=""))
    form.is_valid()
    form.add_error(None, "The case is closed")
    assert error_items(form) == [
        {"message": "The case is closed", "target": ""},
        {"message": "Enter name", "target": "id_name"},
        {"message": "The date received must include a month", "target": "id_received_month"},
        {"message": "Choose how it arrived", "target": "id_arrived_0"},
    ]


def test_errors_are_seen_in_forms_formsets_and_lists():
    several = formset_factory(Referral, extra=1)
    management = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0"}
    good = several(management)
    bad = several(management | {"form-0-name": "Jo"})
    assert has_errors(Referral({}))
    assert has_errors([Referral(), bad])
    assert not has_errors(Referral())
    assert not has_errors(good)
    assert not has_errors("")
    assert error_items(bad)[0] == {"message": "Enter the date received", "target": "id_form-0-received_day"}


def test_a_malformed_formset_has_an_error_too():
    assert has_errors(formset_factory(Referral)({}))


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Date received", "date received"),
        ("Mosaic ID", "Mosaic ID"),
        ("CS practitioner", "CS practitioner"),
        ("I agree", "I agree"),
        ("Name", "name"),
        ("", ""),
    ],
)
def test_labels_inside_sentences(label, inside):
    assert lower_first(label) == inside


@given(st.text())
def test_tidy_twice_is_tidy_once(text):
    assert tidy(tidy(text)) == tidy(text)


def test_a_sent_form_shows_what_was_sent():
    query = QueryDict(mutable=True)
    query.update(sent(received_day="99", worry="<b>\r\nx"))
    html = str(Referral(query))
    assert 'value="99"' in html
    assert "&lt;b&gt;\nx</textarea>" in html
