// Writing the words of a statement on its card: "Write" opens the text there, which saves itself (text-slot.js).

import { parsed, writing } from "./board-live.js";
import { keepers, session } from "./session.js";

export function startWriting(root, live) {
  root.addEventListener("click", (event) => {
    const link = event.target.closest('[data-act="write"]');
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
      event.preventDefault();
      open(root, live, link);
    }
    if (event.target.closest("[data-done]")) {
      close(live, event.target.closest("[data-card]"));
    }
  });
  root.addEventListener("keydown", (event) => {
    const card = event.target.closest("[data-card]");
    if (event.key === "Escape" && card && event.target.closest("[data-writing]")) {
      event.preventDefault();
      close(live, card);
    }
  });
}

// The page of the statement is where the link leads: that is where one goes when the text cannot be put here.
async function open(root, live, link) {
  const card = link.closest("[data-card]");
  if (writing(card) || link.dataset.busy) {
    return;
  }
  link.dataset.busy = "yes";
  let html = "";
  try {
    const response = await fetch(link.dataset.url, {
      headers: { "X-Requested-With": "fetch", Accept: "text/html" },
      credentials: "same-origin",
    });
    html = response.ok && !response.redirected ? await response.text() : "";
  } catch {
    html = "";
  }
  delete link.dataset.busy;
  const place = html && parsed(html);
  if (!place) {
    window.location.assign(link.href);
    return;
  }
  card.classList.add("app-card--writing");
  card.querySelector("[data-words]").hidden = true;
  link.closest("ul").hidden = true;
  card.querySelector("[data-words]").after(place);
  place.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: place } }));
  const field = place.querySelector("[data-text-field]");
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

// Saved first; where two texts wait to be merged, or it cannot be saved, the text stays open.
async function close(live, card) {
  const slot = [...keepers].find((keeper) => card.contains(keeper.root ?? null));
  if (slot) {
    await slot.running;
    await slot.save();
    await slot.running;
    if (slot.conflict || slot.failing || slot.refused || session.out || slot.unsaved) {
      live.say("It is not saved yet. Look at the line below the text.");
      return;
    }
    keepers.delete(slot);
    document.dispatchEvent(new Event("app:save-state"));
  }
  card.querySelector("[data-writing]").remove();
  card.classList.remove("app-card--writing");
  card.querySelector("[data-words]").hidden = false;
  card.querySelector(".app-card__links").hidden = false;
  card.querySelector('[data-act="write"]').focus();
  if (card.dataset.stale) {
    card.dataset.mark = "0"; // so that it is drawn anew
    live.seen = "";
  }
  await live.refresh([card.dataset.card]);
}
