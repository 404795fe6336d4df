// Saves what people type, all the time, so that nothing typed is ever lost.
//
// Two kinds of thing save themselves:
//   [data-text-slot]       one versioned text (templates/components/versioned_text.html)
//   form[data-draft-url]   an ordinary form, kept as a draft until it is sent
//
// The rules, for both:
// - A save starts a second after the last key, at the latest five seconds after the first unsaved one, and at once
//   when the field is left or the page is hidden. One save at a time; what is typed meanwhile is saved next.
// - What could not be saved stays in the page and is tried again for ever: after 1, 2, 4, 8, then every 15 seconds,
//   and at once when the connection or the reader comes back. The state is always said in words.
// - Whoever was signed out meanwhile signs in again in another tab; this page notices, and saves. It never saves
//   one person's words while another is signed in.
// - Nothing is put into the browser's storage: these words are about children, and the machine may be shared.
//
// The protocol of a slot: POST body, version (that the text was written on), client (this page), seq (rising with
// every attempt, so that a late one is known as late), and either `resolves` (the id of the set-aside text that this
// one merges) or `parked` (the id of the one that is still being written while a conflict is open). Answers:
//   200 {status: "saved", version, digest, saved_line}, with `body` where the text was cleaned when it was kept, and
//       `newer` {id, body, runs, seen} where the text to be resolved has changed since `seen`
//   409 {status: "conflict", version, digest, theirs: {body, runs, by, at}, yours: {id, body, runs}}
// where `runs` is the body in pieces [words, whether only this text has them].
// and of a draft: POST the form's fields, draft_key, draft_seen (the state of the draft that this page shows), client
// and, when told so, force=1. Answers:
//   200 {status: "kept", saved_line, seen}
//   409 {status: "elsewhere", message}
// Both: 401 {status: "signed-out", sign_in_url}, 403 {status: "csrf"}, and any 4xx {status: "refused", message}.

import { Draft } from "./form-draft.js";
import { startPresence } from "./presence.js";
import { startBar } from "./save-bar.js";
import { TIMEOUT, keepers, pause, session } from "./session.js";
import { startIndex } from "./side-index.js";
import { Slot } from "./text-slot.js";

function start(scope) {
  scope.querySelectorAll("[data-text-slot]").forEach((root) => {
    if (!root.dataset.started && root.querySelector("[data-text-field]")) {
      root.dataset.started = "yes";
      new Slot(root);
    }
  });
  scope.querySelectorAll("form[data-draft-url]").forEach((form) => {
    if (!form.dataset.started) {
      form.dataset.started = "yes";
      new Draft(form);
    }
  });
}

const nudgeAll = () => (session.out ? session.check() : keepers.forEach((keeper) => keeper.nudge()));

// Sending a form for real. Where the last save failed, first find out whether sending can work at all: a browser
// that cannot reach the service would put its own error page in the place of everything that was typed. A save that
// is under way is waited for: it would otherwise come after the form, and bring back a draft that was just sent.
const cleared = new WeakSet();

function leave(own) {
  own.forEach((keeper) => {
    keeper.leaving = true;
    if (keeper.conflict) {
      keeper.field.value = keeper.conflict.field.value;
    }
  });
  // Still here? Then the form did not go, and saving goes on.
  setTimeout(() => own.forEach((keeper) => (keeper.leaving = false)), 2 * TIMEOUT);
}

async function onSubmit(event) {
  const form = event.target;
  const own = [...keepers].filter((keeper) => keeper.form === form || form.contains(keeper.field ?? null));
  if (!own.length) {
    return;
  }
  if (form.hasAttribute("data-slot-form")) {
    event.preventDefault(); // "Save section", or Enter in a short text: the script saves it
    own.forEach((keeper) => keeper.save());
    return;
  }
  if (cleared.delete(form) || (!session.out && !own.some((keeper) => keeper.failing || keeper.inFlight))) {
    leave(own);
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  await Promise.race([Promise.all(own.map((keeper) => keeper.running)), pause(3000)]);
  const who = session.out || own.some((keeper) => keeper.failing) ? await session.ask() : "in";
  if (who === "in") {
    session.back();
    cleared.add(form);
    form.requestSubmit(event.submitter);
  } else if (who === "unreachable") {
    own.forEach((keeper) =>
      keeper.say("failed", "Not sent: no connection. Your words are safe in this page; keep it open, and send it later."),
    );
  } else {
    session.other = who === "other";
    session.lost();
    session.banner.scrollIntoView();
  }
}

start(document);
startIndex();
startBar();
startPresence();
document.addEventListener("htmx:load", (event) => start(event.detail.elt));
// In the capturing phase, so that a form that may not be sent now is stopped before anything else looks at it.
document.addEventListener("submit", onSubmit, true);
window.addEventListener("online", nudgeAll);
window.addEventListener("focus", nudgeAll);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    keepers.forEach((keeper) => keeper.nudge({ keepalive: true }));
  } else {
    nudgeAll();
  }
});
window.addEventListener("pagehide", () => keepers.forEach((keeper) => keeper.flush()));
window.addEventListener("pageshow", (event) => {
  if (event.persisted) {
    keepers.forEach((keeper) => {
      keeper.leaving = false;
    });
    nudgeAll();
  }
});
window.addEventListener("beforeunload", (event) => {
  if ([...keepers].some((keeper) => keeper.unsaved)) {
    event.preventDefault();
    event.returnValue = "";
  }
});
