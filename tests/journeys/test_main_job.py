"""The main job, by three people: refer, screen, consult, complete the data entry form, export."""

import re
from datetime import date

from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import expect

from accounts.permissions import Role
from core.models import AuditEvent
from tests.factories import PASSPHRASE, a_person, a_referral, a_team
from tests.journeys import steps

FORMULA = "=1+1"


def test_from_referral_to_workbook(browse, tmp_path):
    team = a_team("CIN Unit 1")
    referrer = a_person(Role.PRACTITIONER, team=team, name="Rowan Ellis", passphrase=PASSPHRASE)
    practitioner = a_person(Role.CS_PRACTITIONER, team=a_team("CS"), name="Amina Rahman", passphrase=PASSPHRASE)
    manager = a_person(Role.MANAGER, team=a_team("CS"), name="Frances Whitlock", passphrase=PASSPHRASE)
    a_referral(name="Somebody Else")  # another row, which the filter must leave out
    today = timezone.localdate()

    page = browse()
    steps.sign_in_at_home(page, referrer)
    page.get_by_role("button", name="Make a referral").click()
    steps.make_referral(page, name="Kai Mensah", case_number="481516", worry=FORMULA, referrer=FORMULA, team=team.name)
    for answer in ["Kai Mensah", "481516", "27 March 2010", "Online", "They are worried too."]:
        expect(page.get_by_role("main")).to_contain_text(answer)
    referral = steps.send(page)
    expect(page.get_by_text("Waiting to be screened")).to_be_visible()

    page = browse()
    steps.sign_in_at_home(page, practitioner)
    page.get_by_role("link", name=re.compile(referral.reference)).click()
    steps.heading(page, "Kai Mensah")
    steps.screen_as_suitable(page, referral, today)
    page.get_by_role("button", name="Write up the consultation").click()
    expect(page.get_by_role("main")).to_contain_text("Referrer, youth worker")
    texts = {
        "history": "Known to early help for two years.\nOne earlier referral.",
        "home": "Lives with mother & two brothers.",
        "peer-groups": FORMULA,
        "offending": "None known",
    }
    for key, words in texts.items():
        steps.write(page, key, words)
    for key in texts:
        steps.saved(page, key)
    page.reload()
    for key, words in texts.items():
        expect(steps.field(page, key)).to_have_value(words)

    page.get_by_role("link", name="Add an action for Peer group").click()
    steps.heading(page, "Add an action")
    expect(page.get_by_label("Peer group", exact=True)).to_be_checked()
    page.get_by_label("What will be done?").fill("Map the peer group.")
    page.get_by_label("Somebody else", exact=True).check()
    page.get_by_label("Name", exact=True).fill("PC Stone")
    page.get_by_label("Agency", exact=False).fill("Police")
    steps.press(page, "Save the action")
    expect(page.get_by_text("The action is added.")).to_be_visible()
    expect(page.get_by_text("Map the peer group.", exact=True)).to_be_visible()

    page.get_by_role("button", name="Mark the consultation as held").click()
    steps.press(page, "Mark as held")
    expect(page.get_by_text("The consultation is marked as held.")).to_be_visible()
    page.get_by_role("button", name="Complete the data entry form").click()
    page.get_by_label("How long have they been known").fill("2 years")
    page.get_by_label("Neighbourhood").check()
    page.get_by_label("Detail").fill(FORMULA)
    page.get_by_label("CSE").check()
    expect(page.get_by_label("State the other theme")).to_be_hidden()
    page.get_by_label("Other [state]").check()
    steps.press(page, "Complete the form")
    problem = page.get_by_role("link", name="Enter what the other theme is")
    expect(problem).to_be_visible()
    problem.click()
    expect(page.get_by_label("State the other theme")).to_be_focused()
    page.keyboard.type("Fire setting")
    steps.press(page, "Complete the form")
    expect(page.get_by_text("is complete. It is in the tracker.")).to_be_visible()

    page = browse()
    steps.sign_in_at_home(page, manager)
    page.get_by_role("link", name="Tracker").click()
    expect(page.get_by_text("2 referrals.")).to_be_visible()
    page.locator("summary").get_by_text("Filter", exact=True).click()
    filters = page.locator("details.app-filter form").first
    filters.get_by_label("Neighbourhood").check()
    filters.get_by_label("Consultation held").check()
    steps.press(page, "Apply filters")
    expect(page.get_by_text("1 referral with these filters.")).to_be_visible()
    row = page.get_by_role("row").nth(1)
    headings = page.get_by_role("columnheader").all_inner_texts()
    shown = dict(zip([re.sub(r"[ ▲▼]+$", "", words) for words in headings], _cells(row), strict=True))
    workbook = load_workbook(steps.do_the_export(page, tmp_path))

    assert workbook.sheetnames == ["Referrals", "Themes", "Actions", "Summary", "About"]
    sheet = workbook["Referrals"]
    assert sheet.max_row == 2
    cells = {heading.value: cell for heading, cell in zip(sheet[1], sheet[2], strict=True)}
    got = {name: cell.value for name, cell in cells.items() if cell.value is not None}
    completed = got.pop("Data entry completed")
    assert abs((completed - timezone.localtime().replace(tzinfo=None)).total_seconds()) < 300
    days = {name: got.pop(name).date() for name in list(got) if name.startswith(("Date ", "Consultation planned"))}
    assert days.pop("Date of birth") == date(2010, 3, 27)
    here = ["Date received", "Date screened", "Date of consultation", "Consultation planned for"]
    assert days == dict.fromkeys(here, today)
    assert got == {
        "Reference": referral.reference, "Mosaic ID": "481516", "Name of Young Person": "Kai Mensah",
        "Referrer": FORMULA, "Team": "CIN Unit 1", "Agency": "Children's social care", "How long known": "2 years",
        "How it arrived": "Online",
        "Primary Concern": "Neighbourhood", "Detail": FORMULA, "Themes": "CSE; Other [state]",
        "Other (state)": "Fire setting", "Outcome": "Consultation held",
    }  # fmt: skip
    for name in ("Referrer", "Detail"):
        assert cells[name].data_type == "s", f"{name} would be worked out as a formula"
    assert shown.pop("Tick") == f"Tick {referral.reference}"
    assert shown == {
        "Reference": got["Reference"],
        "Received": f"{today:%-d %b %Y}",
        "Mosaic ID": got["Mosaic ID"],
        "Team": got["Team"],
        "Primary Concern": got["Primary Concern"],
        "Detail": got["Detail"],
        "Themes": "CSE, Other: Fire setting",
        "Outcome": f"{got['Outcome']} {today:%-d %b %Y}",
        "Feedback": "",
    }
    actions = [[cell.value for cell in line] for line in workbook["Actions"].iter_rows(min_row=2)]
    assert [line[:5] for line in actions] == [
        [referral.reference, "Peer group", "Map the peer group.", "PC Stone", "Police"]
    ]
    assert "Filter: Primary Concern" in [line[0].value for line in workbook["About"].iter_rows()]
    assert AuditEvent.objects.filter(act="tracker.export.downloaded", actor_name="Frances Whitlock").exists()


def _cells(row) -> list[str]:
    return [" ".join(words.split()) for words in row.locator("th, td").all_inner_texts()]
