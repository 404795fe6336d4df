// The list of sections beside a long page: which have text, who writes where, and a way into the field of each.

const line = (key) => document.querySelector(`[data-index-for="${CSS.escape(key)}"]`);

// Whether a section has text: the mark follows what is typed.
export function markText(key, text) {
  const item = line(key);
  if (item) {
    const has = text.trim() !== "";
    item.classList.toggle("app-side-index__item--done", has);
    item.querySelector("[data-has-text]").hidden = !has;
  }
}

// What else is to be said of a section, as "Two versions: merge them"; "" takes it away.
export function markState(key, words) {
  const place = line(key)?.querySelector("[data-index-state]");
  if (place) {
    place.textContent = words;
  }
}

// Who is in a section just now; "" where nobody is.
export function markPeople(key, words) {
  const place = line(key)?.querySelector("[data-index-people]");
  if (place && place.textContent !== words) {
    place.textContent = words;
  }
}

// A link to a section leads into its field: one key press from the index to writing.
function enter(event) {
  if (event.target.closest('a[href="#side-index"]')) {
    document.querySelector("#side-index details").open = true; // folded where the window is narrow
    return;
  }
  const link = event.target.closest('a[href^="#section-"]');
  const section = link && document.getElementById(link.hash.slice(1));
  const field = section && [...section.querySelectorAll("[data-text-field], [data-merged]")].find((one) => one.offsetParent);
  if (field && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    section.scrollIntoView();
    field.focus({ preventScroll: true });
  }
}

export function startIndex() {
  document.addEventListener("click", enter);
}
