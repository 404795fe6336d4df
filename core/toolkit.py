"""The toolkit's own words: forms, prompts and vocabularies, word for word, as the data that a new database starts with.

Source: Contextual Safeguarding Case Consultation Toolkit (March 2018), Appendices A to C and "Suitability for case
consultation"; vocabularies: DfE census codes, SSDA903, Working Together 2023. An authority edits them later, so
`load` adds what is missing and changes nothing that is there.
"""

from .models.lists import FormName, ListName

# (key, title, short, prompts)
SECTIONS: dict[str, list[tuple[str, str, bool, list[str]]]] = {
    FormName.SUITABILITY: [
        ("understanding", "What are the parents/ carers understanding of what the problem is?", False, []),
        ("behaviour", "What type of behaviour is it you are worried about?", False, []),
        ("where", "Where do you think the young person is at risk?", False, []),
        ("factors", "What extra-familial risk factors are important?", False, []),
        ("why-extra-familial", "Why do you feel it is extra-familial risk rather than in the home/family?", False, []),
        (
            "support",
            "What support services are involved in the case and has any work taken place in the past?",
            False,
            [],
        ),
    ],
    FormName.CONSULTATION: [
        ("practitioners-present", "Practitioners present", True, []),
        (
            "professional-involvement",
            "Professional involvement",
            False,
            [
                "Who forms part of the professional network?",
                "What knowledge or information do they hold/share relevant to extra-familial risk?",
            ],
        ),
        ("gender", "Gender", True, []),
        ("ethnicity", "Ethnicity", True, []),
        ("disability", "Disability", True, []),
        ("legal-status", "Legal status", True, []),
        ("offending", "Offending", True, []),
        (
            "ga",
            "GA",
            True,
            [
                "Gang affiliation?",
            ],
        ),
        (
            "education",
            "Education",
            True,
            [
                "School?",
                "NEET?",
            ],
        ),
        ("siblings", "Siblings", True, []),
        (
            "history",
            "Child's Individual History/Family Background",
            False,
            [
                "How long have they been known to children's services or [relevant agency]?",
                "Previous referrals and who made the initial referral?",
                "What are the main concerns? (What is known about this perpetrator?)",
            ],
        ),
        (
            "home",
            "Home",
            False,
            [
                "Who does the Young Person currently live with?",
                "Has some work been done with the family around extrafamilial risk?",
                "Are the parents in agreement [with you] on what the risks are?",
                "Has a referral been made in relation to other vulnerabilities within the family? E.g. DV, mental health, substance misuse etc.",
                "What is the nature of the relationship between the YP and their carers?",
            ],
        ),
        (
            "peer-groups",
            "Peer Groups",
            False,
            [
                "How aware is the unit (or current worker) of the individual's peer networks and their role within their peer group?",
                "Do the unit have a good sense of activities the Young Person is involved with?",
                "Are they a leader or follower?",
                "How aware are the parents of the YP's peer network do they know the parents of their YP's friends? Are they in contact with them?",
            ],
        ),
        (
            "school",
            "School",
            False,
            [
                "Who is the most important person to the Young Person in the school? What contact does the unit have with this person?",
                "What does the practitioner know about the school i.e. peer groups, school culture etc.?",
                "Does the YP feel safe at school?",
            ],
        ),
        (
            "neighbourhood",
            "Neighbourhood",
            False,
            [
                "Do the unit have contact with any key people in the community that are important to the Young Person? This could be wider friends/network or organisations.",
                "Are the unit aware of any patterns/trends emerging about the area where they live i.e. gang activity, recent crime and hot spots?",
            ],
        ),
        (
            "social-media",
            "Social Media (Online behaviour)",
            False,
            [
                "Does the unit have a good understanding of the young person's use of Social Media?",
                "Is this safe or is there a need to offer more training to the unit/family/yp in this are?",
            ],
        ),
        ("additional-factors", "Additional Factors", False, []),
    ],
    FormName.ACTIONS: [
        (
            "agreed-actions",
            "Agreed Actions",
            False,
            [
                "What support are you able to offer?",
                "Peer group mapping/peer group interventions/training",
                "What support does the unit expect from the CS practitioner?",
                "Do the actions link to the contextual issues discussed?",
            ],
        ),
    ],
    FormName.FRAMEWORK_POINTS: [
        ("situation", "Young person's current situation", False, []),
        ("concerns", "What are you concerned about?", False, []),
        ("involvement", "Professional involvement to date", False, []),
        ("works-well", "What works well?", False, []),
        ("planned", "Planned actions / interventions", False, []),
        ("barriers", "Challenges / barriers to intervention", False, []),
    ],
    FormName.FRAMEWORK_FACTORS: [
        ("individual", "Individual young person's characteristics", False, []),
        ("home", "Family / Home(s) characteristics", False, []),
        ("peer-groups", "Peer group(s)", False, []),
        ("schools", "School(s)", False, []),
        ("neighbourhood", "Neighbourhood spaces (specify)", False, []),
    ],
    FormName.DATA_ENTRY: [
        (
            "referral-journey",
            "Referral journey through HSC",
            False,
            [
                "How long have they been known to the children's services or YH?",
                "Previous referrals and who made the initial referral?",
            ],
        ),
    ],
}

# {list: [(code, label)]}
VOCABULARIES: dict[str, list[tuple[str, str]]] = {
    ListName.GENDER: [
        ("female", "Female"),
        ("male", "Male"),
        ("non-binary", "Non-binary"),
        ("other", "Another description"),
        ("not-known", "Not known"),
    ],
    ListName.ETHNICITY: [
        ("WBRI", "White British"),
        ("WIRI", "White Irish"),
        ("WIRT", "Traveller of Irish heritage"),
        ("WROM", "Gypsy/Roma"),
        ("WOTH", "Any other White background"),
        ("MWBC", "White and Black Caribbean"),
        ("MWBA", "White and Black African"),
        ("MWAS", "White and Asian"),
        ("MOTH", "Any other mixed background"),
        ("AIND", "Indian"),
        ("APKN", "Pakistani"),
        ("ABAN", "Bangladeshi"),
        ("AOTH", "Any other Asian background"),
        ("CHNE", "Chinese"),
        ("BCRB", "Black Caribbean"),
        ("BAFR", "Black African"),
        ("BOTH", "Any other Black background"),
        ("OOTH", "Any other ethnic group"),
        ("REFU", "Refused"),
        ("NOBT", "Information not yet obtained"),
    ],
    ListName.DISABILITY: [
        ("NONE", "None"),
        ("MOB", "Mobility"),
        ("HAND", "Hand function"),
        ("PC", "Personal care"),
        ("INC", "Incontinence"),
        ("COMM", "Communication"),
        ("LD", "Learning"),
        ("HEAR", "Hearing"),
        ("VIS", "Vision"),
        ("BEH", "Behaviour"),
        ("CON", "Consciousness"),
        ("AUT", "Autism or Asperger syndrome"),
        ("DDA", "Another disability under the Equality Act"),
    ],
    ListName.LEGAL_STATUS: [
        ("family", "Lives with family, no plan"),
        ("child-in-need", "Lives with family, child in need plan"),
        ("child-protection", "Lives with family, child protection plan"),
        ("early-help", "Early help"),
        ("V2", "Section 20 (V2)"),
        ("C1", "Interim care order (C1)"),
        ("C2", "Full care order (C2)"),
        ("L2", "Emergency protection order (L2)"),
        ("L1", "Police protection (L1)"),
        ("J1", "Remand (J1)"),
        ("care-leaver", "Care leaver"),
        ("not-known", "Not known"),
    ],
    ListName.EDUCATION: [
        ("mainstream", "Mainstream school"),
        ("special", "Special school"),
        ("alternative", "Alternative provision or PRU"),
        ("college", "College"),
        ("part-time", "Part-time timetable"),
        ("suspended", "Suspended"),
        ("excluded", "Permanently excluded"),
        ("home-educated", "Electively home educated"),
        ("missing", "Missing education"),
        ("neet", "NEET"),
        ("employment", "Employment or training"),
        ("not-known", "Not known"),
    ],
    ListName.HARM: [
        ("criminal-exploitation", "Criminal exploitation and county lines"),
        ("serious-violence", "Serious violence"),
        ("modern-slavery", "Modern slavery and trafficking"),
        ("online-harm", "Online harm"),
        ("sexual-exploitation", "Sexual exploitation"),
        ("peer-abuse", "Peer sexual abuse and harmful sexual behaviour"),
        ("relationship-abuse", "Teenage relationship abuse"),
        ("extremism", "Extremism and radicalisation"),
    ],
    ListName.INTERVENTION: [
        ("peer-mapping", "Peer-group mapping"),
        ("peer-interventions", "Peer group interventions"),
        ("research", "Research support"),
        ("agencies", "Linking to agencies"),
        ("tools", "Signposting to tools"),
        ("meetings", "Support at relevant meetings"),
        ("parents", "Parents work"),
    ],
}


def load(form_section, form_prompt, list_item) -> None:
    """Add the sections, prompts and list items that are missing; takes the three models (a migration's or today's)."""
    for form, sections in SECTIONS.items():
        for order, (key, title, short, prompts) in enumerate(sections, start=1):
            section, created = form_section.objects.get_or_create(
                form=form, key=key, defaults={"title": title, "short": short, "order": order}
            )
            if created:
                form_prompt.objects.bulk_create(
                    form_prompt(section=section, text=text, order=number)
                    for number, text in enumerate(prompts, start=1)
                )
    for name, items in VOCABULARIES.items():
        for order, (code, label) in enumerate(items, start=1):
            list_item.objects.get_or_create(list=name, code=code, defaults={"label": label, "order": order})
