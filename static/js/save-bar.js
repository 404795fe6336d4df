// One line in sight that says how all texts of the page stand: [data-save-bar]. See autosave.js.

import { element, keepers } from "./session.js";

// The worst comes first. States as in Keeper.say.
const WORDS = [
  ["signed-out", "Not saved: you have been signed out. Your words are in this page."],
  ["failed", "Not saved: no connection. Your words are in this page; it saves when the connection is back."],
  ["refused", "Not saved: the service did not take a text."],
  ["elsewhere", "Not saved: this form is open in another tab too."],
  ["conflict", "Somebody else wrote here too: two texts wait to be merged."],
  ["typing", "Saving…"],
  ["saving", "Saving…"],
];
const PASSING = new Set(["typing", "saving"]);

function draw(bar) {
  const all = [...keepers];
  const [state, words] = WORDS.find(([name]) => all.some((keeper) => keeper.state === name)) ?? [
    "saved",
    "Everything is saved",
  ];
  const first = PASSING.has(state) || state === "saved" ? null : all.find((keeper) => keeper.state === state && keeper.title);
  const shown = [state, words, first?.anchor].join(" ");
  if (bar.dataset.shown === shown) {
    return;
  }
  bar.dataset.shown = shown;
  bar.dataset.state = state;
  bar.replaceChildren(words);
  if (first) {
    const link = { className: "govuk-link", href: `#${first.anchor}`, textContent: `Go to ${first.title}` };
    bar.append(" ", element("a", link));
  }
}

export function startBar() {
  const bar = document.querySelector("[data-save-bar]");
  if (bar) {
    document.addEventListener("app:save-state", () => draw(bar));
    draw(bar);
  }
}
