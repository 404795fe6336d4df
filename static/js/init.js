// What every page needs: the behaviour of GOV.UK components, showing and hiding prompts, growing text areas.
import { initAll } from "../vendor/govuk-frontend.min.js";
import { startPrompts } from "./prompts.js";
import { grow } from "./grow.js";

// The GOV.UK script gives radios that reveal something aria-expanded, which ARIA does not allow on radios; what they
// reveal follows them directly.
function dropExpanded() {
  for (const radio of document.querySelectorAll('input[type="radio"][aria-expanded]')) {
    radio.removeAttribute("aria-expanded");
  }
}

// On a narrow screen a long index stands folded above the page, so that the page begins at once.
function foldWhenNarrow() {
  if (window.matchMedia("(max-width: 48em)").matches) {
    for (const fold of document.querySelectorAll("details[data-fold-when-narrow]")) {
      fold.open = false;
    }
  }
}

initAll();
startPrompts();
foldWhenNarrow();
grow(document);
dropExpanded();
document.addEventListener("click", dropExpanded);

// What htmx puts into the page later comes to life too.
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt !== document.body) {
    initAll({ scope: event.detail.elt });
    grow(event.detail.elt);
    dropExpanded();
  }
});

// A form that was sent is not sent twice by an impatient second click: the same record would be made twice.
// The button is not disabled, so that its name and value go along.
const sentAt = new WeakMap();
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") {
    return;
  }
  if (Date.now() - (sentAt.get(form) ?? 0) < 5000) {
    event.preventDefault();
    return;
  }
  sentAt.set(form, Date.now());
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) {
    sentAt.delete(form);
  }
  dropExpanded();
});
