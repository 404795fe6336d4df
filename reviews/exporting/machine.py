"""The sheets of a workbook from which a round is read back: their names and headings.

A text that is longer than a cell goes on in the next row, which has the same numbers and the next piece.
"""

STATEMENTS, ACTIONS, OVERALL, ABOUT = "Statements", "Actions", "Overall ratings", "About"
STATEMENT_HEADINGS = ("Statement", "Piece", "Level", "Stage", "Domain", "Rating", "Words")
ACTION_HEADINGS = (
    "Statement", "Action", "Piece", "What", "Lead", "Lead’s e-mail", "Lead’s agency", "Timescale", "Due",
    "Due was counted", "Refers to", "Status", "Ended on", "Outcome",
)  # fmt: skip
OVERALL_HEADINGS = ("Level", "Stage", "Piece", "Rating", "Reason")
ABOUT_HEADINGS = ("What", "Words")
SHEETS = {
    STATEMENTS: STATEMENT_HEADINGS, ACTIONS: ACTION_HEADINGS, OVERALL: OVERALL_HEADINGS, ABOUT: ABOUT_HEADINGS,
}  # fmt: skip
# The texts among them: they go on in further rows.
TEXTS = {"Words", "What", "Outcome", "Reason"}
YES, NO = "yes", "no"
BETWEEN = "; "  # between the parts that an action refers to

# What stands on About.
AREA, ON, LEAD, LEAD_EMAIL, NEXT_ON = "What is reviewed", "Date of the review", "Lead", "Lead’s e-mail", "Next round"
MADE_AT, MADE_BY = "Made on", "Made by"
