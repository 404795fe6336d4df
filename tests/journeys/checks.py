"""What must be true of every page, whatever it shows."""

from django.conf import settings
from playwright.sync_api import Page

from tests.journeys.conftest import DESKTOP, PHONE

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE = settings.NPM_ROOT / "axe-core/axe.min.js"
# Without `preload` it does not fetch every style sheet anew: only a rule that is not among these tags reads them.
RUN_AXE = """async (tags) =>
    (await axe.run(document, {runOnly: tags, resultTypes: ["violations"], preload: false})).violations
    .flatMap((rule) => rule.nodes.map((node) => `axe ${rule.id}: ${node.html.slice(0, 150)}`))"""
# axe is silent about all of these.
STRUCTURE = """() => {
  const problems = [];
  const lists = ["aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "aria-details",
    "aria-errormessage", "for", "form", "list", "headers"];
  for (const name of lists) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      for (const id of element.getAttribute(name).split(/\\s+/)) {
        if (id && !document.getElementById(id)) problems.push(`${name} points to #${id}, which is not there`);
      }
    }
  }
  for (const link of document.querySelectorAll('a[href^="#"]')) {
    const id = link.getAttribute("href").slice(1);
    if (id && !document.getElementById(id)) problems.push(`the link to #${id} leads nowhere`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) problems.push(`two elements #${id}`);
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) problems.push(`${headings} headings of the first level`);
  for (const element of document.querySelectorAll("[style]")) {
    // grow.js sizes text areas, and what Leaflet and Cytoscape draw they place
    if (!element.matches("textarea") && !element.closest("[data-drawn]")) {
      problems.push(`style in ${element.outerHTML.slice(0, 99)}`);
    }
  }
  if (!document.documentElement.lang) problems.push("no language");
  return problems;
}"""
OVERFLOW = """() => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const wide = [...document.body.querySelectorAll("*:not(.app-scroll *)")]
    .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 0.5)
    .map((element) => `${element.tagName}.${element.className}`);
  return [`wider than the window of ${root.clientWidth}: ${wide.slice(0, 4).join(", ")}`];
}"""


def bring_axe(page: Page) -> None:
    """Have axe in every page that is opened from now on: for who looks at many, that is quicker than sending it."""
    page.add_init_script(path=AXE)


def problems_of(page: Page, *, error: bool = False) -> list[str]:
    """What is wrong with the page as it stands; with `error` it must present errors of a form."""
    found = summary_problems(page) if error else []
    if page.title().startswith("Error: ") != error:
        found.append(f"the title is “{page.title()}”")
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    found += page.evaluate(RUN_AXE, TAGS)
    found += page.evaluate(STRUCTURE)
    found += page.evaluate(OVERFLOW)
    page.set_viewport_size(PHONE)
    found += page.evaluate(OVERFLOW)
    page.set_viewport_size(DESKTOP)
    return found


def summary_problems(page: Page) -> list[str]:
    """The error summary has the focus, and each of its links leads to a control."""
    found = []
    summary = page.locator(".govuk-error-summary")
    if not summary.evaluate("summary => summary === document.activeElement"):
        found.append("the error summary has not got the focus")
    for link in summary.get_by_role("link").all():
        link.click()
        target = link.get_attribute("href").removeprefix("#")
        if page.evaluate("document.activeElement.id") != target:
            found.append(f"the summary's link to #{target} does not focus it")
        if not page.locator(f"[id='{target}']").is_visible():
            found.append(f"#{target} of the error summary is hidden")
    return found
