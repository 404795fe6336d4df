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
//   200 {status: "saved", version, digest, saved_line}
//   409 {status: "conflict", version, digest, theirs: {body, by, at}, yours: {id}}
// and of a draft: POST the form's fields, draft_key, draft_seen (the state of the draft that this page shows), client
// and, when told so, force=1. Answers:
//   200 {status: "kept", saved_line, seen}
//   409 {status: "elsewhere", message}
// Both: 401 {status: "signed-out", sign_in_url}, 403 {status: "csrf"}, and any 4xx {status: "refused", message}.

const AFTER_TYPING = 1000;
const AT_LATEST = 5000;
const TIMEOUT = 15000;
const MOST_PAUSE = 15000;
const POLL_SESSION = 5000;
const KEEPALIVE_BYTES = 60000; // browsers take 64 KiB in all for requests that outlive their page

const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.content ?? "";

const keepers = new Set();
const client = randomId();

// crypto.randomUUID exists only in secure contexts; getRandomValues everywhere.
function randomId() {
  if (crypto.randomUUID) {
    return crypto.randomUUID();
  }
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

// ---------------------------------------------------------------------------------------------- who is signed in

const session = {
  out: false,
  other: false,
  banner: null,
  timer: null,
  signInUrl: meta("sign-in-url"),

  // Ask the server who is signed in: "in", "out", "other" (somebody else) or "unreachable". Takes the new token.
  async ask() {
    let answer;
    try {
      const response = await fetch(meta("session-url"), {
        headers: { Accept: "application/json", "X-Requested-With": "fetch" },
        credentials: "same-origin",
        cache: "no-store",
        signal: timeout(8000),
      });
      answer = await response.json();
      if (response.status === 401 || answer.status === "signed-out") {
        this.signInUrl = answer.sign_in_url || this.signInUrl;
        return "out";
      }
      if (!response.ok) {
        return "unreachable";
      }
    } catch {
      return "unreachable";
    }
    if (!answer.signed_in) {
      this.signInUrl = answer.sign_in_url || this.signInUrl;
      return "out";
    }
    if (String(answer.user) !== meta("user-id")) {
      return "other";
    }
    takeToken(answer.csrf);
    return "in";
  },

  // Say that saving needs a sign-in, and watch until that has happened.
  lost(signInUrl) {
    this.signInUrl = signInUrl || this.signInUrl;
    this.out = true;
    this.draw();
    this.timer ??= setInterval(() => this.check(), POLL_SESSION);
    keepers.forEach((keeper) => keeper.signedOut());
  },

  // Look whether the person is back; if so, save everything that waits.
  async check() {
    const who = await this.ask();
    if (who === "in") {
      this.back();
    } else if (who === "other" || who === "out") {
      this.other = who === "other";
      this.draw();
      keepers.forEach((keeper) => keeper.signedOut());
    }
    return who;
  },

  back() {
    clearInterval(this.timer);
    this.timer = null;
    this.out = this.other = false;
    this.banner?.remove();
    this.banner = null;
    keepers.forEach((keeper) => keeper.save());
  },

  words() {
    return this.other
      ? `You are signed in as somebody else. This text was written by ${meta("user-name")}: sign in as them to save it.`
      : "You have been signed out. Your words are still in this page. ";
  },

  draw() {
    const words = this.words();
    if (this.banner?.dataset.words === words) {
      return;
    }
    this.banner?.remove();
    this.banner = element("div", { className: "app-banner" });
    this.banner.dataset.words = words;
    this.banner.setAttribute("role", "alert");
    const line = element("p", { textContent: words });
    if (!this.other) {
      line.append(signInLink(), " and this page will save them.");
    }
    this.banner.append(line);
    document.querySelector(".govuk-skip-link").after(this.banner);
  },
};

function signInLink() {
  return element("a", {
    className: "govuk-link",
    href: session.signInUrl,
    target: "_blank",
    rel: "noopener",
    textContent: "Sign in in a new tab",
  });
}

// After signing in again the old token is refused: everything on the page that holds one gets the new one.
function takeToken(token) {
  if (!token) {
    return;
  }
  const tag = document.querySelector('meta[name="csrf-token"]');
  if (tag) {
    tag.content = token;
  }
  if (document.body.hasAttribute("hx-headers")) {
    document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  }
  document.querySelectorAll('input[name="csrfmiddlewaretoken"]').forEach((input) => {
    input.value = token;
  });
}

// ---------------------------------------------------------------------------------------------- small helpers

function element(tag, properties) {
  return Object.assign(document.createElement(tag), properties);
}

function timeout(milliseconds) {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), milliseconds);
  return abort.signal;
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// POST form-encoded data; gives {status, answer}, with answer null where the server sent no JSON (a page, a proxy's
// error). Throws where there is no connection or no answer in time.
async function post(url, data, keepalive) {
  const body = data.toString();
  const response = await fetch(url, {
    method: "POST",
    body,
    headers: {
      Accept: "application/json",
      "Content-Type": "application/x-www-form-urlencoded;charset=UTF-8",
      "X-CSRFToken": meta("csrf-token"),
      "X-Requested-With": "fetch",
    },
    credentials: "same-origin",
    keepalive: Boolean(keepalive) && body.length < KEEPALIVE_BYTES,
    signal: timeout(TIMEOUT),
  });
  let answer = null;
  try {
    answer = await response.json();
  } catch (error) {
    if (error.name === "AbortError") {
      throw error;
    }
  }
  return { status: response.status, answer };
}

// ---------------------------------------------------------------------------------------------- what both kinds do

class Keeper {
  constructor(url, stateLine) {
    this.url = url;
    this.stateLine = stateLine;
    this.inFlight = false;
    this.running = Promise.resolve(); // until the save in flight has its answer
    this.queued = null; // options of a save asked for while another one was in flight
    this.last = ["", ""]; // the last state that will stay true until the next edit
    this.attempts = 0;
    this.csrfTries = 0;
    this.refused = false; // the server said no: wait for the next edit
    this.failing = false;
    this.leaving = false; // the form is being sent for real
    keepers.add(this);
  }

  // A subclass has: current(), the text as it stands; kept, the text that the server has; payload(text, options),
  // what to post; accepted(answer, text, options); and answered(status, answer, text, options), which deals with the
  // answers of its own and says whether it did.

  get dirty() {
    return this.current() !== this.kept;
  }

  // Words for the state; while more is to come the line is busy, so that a screen reader hears only what stays.
  say(state, words, extra) {
    const line = this.stateLine;
    const busy = state === "typing" || state === "saving" ? "true" : "false";
    if (line.getAttribute("aria-busy") !== busy) {
      line.setAttribute("aria-busy", busy);
    }
    if (state === "saved" || state === "conflict") {
      this.last = [state, words];
    }
    if (line.dataset.state === state && line.dataset.words === words) {
      return;
    }
    line.dataset.state = state;
    line.dataset.words = words;
    line.replaceChildren(words, ...(extra ?? []));
  }

  typed() {
    if (this.leaving) {
      return;
    }
    if (!this.dirty && !this.inFlight) {
      this.unchanged();
      return;
    }
    this.refused = false;
    if (session.out) {
      this.signedOut();
      return;
    }
    if (this.failing) {
      return; // the next attempt is on its way, and says so
    }
    if (!this.blocked()) {
      this.say("typing", "Not saved yet");
    }
    clearTimeout(this.soon);
    this.soon = setTimeout(() => this.save(), AFTER_TYPING);
    this.latest ??= setTimeout(() => this.save(), AT_LATEST);
  }

  // Typed, and taken back by hand: the server has exactly this.
  unchanged() {
    clearTimeout(this.soon);
    clearTimeout(this.latest);
    this.latest = null;
    if (this.stateLine.dataset.state === "typing") {
      this.say(...this.last);
    }
  }

  // Subclasses say true while saving has to wait for the person's decision.
  blocked() {
    return false;
  }

  // Save now, unless there is nothing to save or reason to wait. Options: force (even if unchanged), keepalive, and
  // what payload() of the subclass understands.
  async save(options = {}) {
    clearTimeout(this.soon);
    clearTimeout(this.latest);
    this.latest = null;
    if (this.leaving || session.out || this.refused || (this.blocked() && !options.force)) {
      return;
    }
    if (this.inFlight) {
      this.queued = { ...this.queued, ...options };
      return;
    }
    if (!this.dirty && !options.force) {
      return;
    }
    clearTimeout(this.retry);
    this.inFlight = true;
    this.running = this.send(options);
    await this.running;
    const queued = this.queued;
    this.queued = null;
    if (queued && this.failing) {
      this.retryOptions = { ...this.retryOptions, ...queued };
    } else if (queued) {
      this.save(queued);
    }
  }

  async send(options) {
    const text = this.current();
    if (!this.failing) {
      this.say("saving", "Saving…");
    }
    let reply = null;
    try {
      reply = await post(this.url, this.payload(text, options), options.keepalive);
    } catch {
      reply = null; // no connection, or no answer in time
    }
    this.inFlight = false;
    await this.take(reply, text, options);
  }

  async take(reply, text, options) {
    const status = reply?.status ?? 0;
    const answer = reply?.answer;
    if (status === 200 && (answer?.status === "saved" || answer?.status === "kept")) {
      this.healthy();
      this.kept = text;
      this.accepted(answer, text, options);
      this.settle(answer);
      return;
    }
    if (this.answered(status, answer, text, options)) {
      return;
    }
    if (answer?.status === "signed-out") {
      session.lost(answer.sign_in_url);
      return;
    }
    if (answer?.status === "csrf" || (answer === null && (status === 200 || status === 401 || status === 403))) {
      await this.askAgain(options);
      return;
    }
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      this.healthy();
      this.refused = true;
      const words = answer?.message ?? "The service did not take this text.";
      this.say("refused", `Not saved: ${words} Your words are still in this page.`);
      return;
    }
    this.failed(options);
  }

  // The token is old, or a page came instead of an answer: find out who is signed in, then try once more.
  async askAgain(options) {
    const who = await session.ask();
    if (who === "out" || who === "other") {
      session.other = who === "other";
      session.lost();
      return;
    }
    this.csrfTries += 1;
    if (who === "in" && this.csrfTries === 1) {
      this.queued = { ...options, force: true, ...this.queued };
      return;
    }
    this.failed(options);
  }

  // The state after a save that the server took. Whatever was typed meanwhile is saved next.
  settle(answer) {
    this.last = ["saved", answer.saved_line || `Saved at ${clock()}`];
    if (this.dirty) {
      this.typed();
    } else {
      this.say(...this.last);
    }
  }

  healthy() {
    this.failing = false;
    this.attempts = 0;
    this.csrfTries = 0;
  }

  failed(options = {}) {
    this.failing = true;
    const wait = Math.min(1000 * 2 ** this.attempts, MOST_PAUSE);
    this.attempts += 1;
    this.say(
      "failed",
      "Not saved: no connection. Your words are safe in this page; keep it open. Trying again…",
    );
    this.retryOptions = options;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.save({ ...this.retryOptions, force: true }), wait);
  }

  signedOut() {
    if (!this.unsaved) {
      return;
    }
    if (session.other) {
      this.say("signed-out", `Not saved. ${session.words()}`);
      return;
    }
    this.say("signed-out", "Not saved: you have been signed out. Your words are still in this page. ", [
      signInLink(),
      " and this page will save them.",
    ]);
  }

  // Anything here that would be lost with the page?
  get unsaved() {
    return !this.leaving && (this.dirty || this.inFlight);
  }

  // Try now: the connection, the reader, or the person is back.
  nudge(options = {}) {
    if (this.failing && !this.inFlight) {
      this.save({ ...this.retryOptions, ...options, force: true });
    } else if (!this.failing && this.dirty) {
      this.save(options);
    }
  }

  // The page goes away: send what is unsaved in a request that outlives it, next to one that may be cut off.
  flush() {
    if (!this.unsaved || session.out || this.refused || this.blocked()) {
      return;
    }
    post(this.url, this.payload(this.current(), {}), true).catch(() => {});
  }
}

// ---------------------------------------------------------------------------------------------- one versioned text

class Slot extends Keeper {
  constructor(root) {
    super(root.dataset.url, root.querySelector("[data-save-state]"));
    this.root = root;
    this.key = root.dataset.textSlot;
    this.field = root.querySelector("[data-text-field]");
    this.version = root.dataset.version;
    this.seq = 0;
    this.conflict = null; // {id, version, panel, field} while two texts wait to be merged
    this.kept = this.field.defaultValue.replaceAll("\r\n", "\n");
    this.last = [this.stateLine.dataset.state ?? "", this.stateLine.textContent.trim()];
    this.listen(this.field);
    this.field.addEventListener("compositionstart", () => {
      this.composing = true;
    });
    this.field.addEventListener("compositionend", () => {
      this.composing = false;
    });
    root.querySelectorAll("[data-resolves]").forEach((button) => {
      button.addEventListener("click", () => this.save({ force: true, resolves: button.dataset.resolves, button }));
    });
    if (this.dirty) {
      this.typed(); // typed before this script had arrived
    }
  }

  listen(field) {
    field.addEventListener("input", () => this.typed());
    field.addEventListener("blur", () => {
      if (!this.failing) {
        this.save();
      }
    });
  }

  current() {
    return (this.conflict ? this.conflict.field : this.field).value;
  }

  payload(text, options) {
    this.seq += 1;
    const data = new URLSearchParams({ body: text, version: this.version, client, seq: String(this.seq) });
    if (options.resolves) {
      data.set("resolves", options.resolves);
      if (this.conflict) {
        data.set("version", this.conflict.version);
      }
    } else if (this.conflict) {
      data.set("parked", this.conflict.id);
    }
    return data;
  }

  accepted(answer, text, options) {
    this.moveTo(answer);
    if (this.conflict) {
      this.close();
    }
    if (options.button) {
      options.button.closest("[data-set-aside]").remove();
      this.field.focus();
    }
  }

  moveTo(answer) {
    this.version = String(answer.version);
    this.root.dataset.version = this.version;
    this.root.querySelector("[data-version-field]").value = this.version;
    this.root.querySelector("[data-digest-field]").value = answer.digest ?? "";
  }

  answered(status, answer, text, options) {
    if (status !== 409 || answer?.status !== "conflict") {
      return false;
    }
    this.healthy();
    this.kept = text; // the server has set it aside: it is safe, only not merged
    const known = this.conflict;
    if (!known && this.composing) {
      // A character is being composed from several keys: moving to the other field now would lose it.
      this.field.addEventListener("compositionend", () => this.answered(status, answer, text, options), { once: true });
      return true;
    }
    if (!known) {
      this.open(answer);
    } else {
      known.id = answer.yours.id;
      if (String(answer.version) !== known.version) {
        this.showTheirs(answer);
      }
    }
    if (known && options.resolves) {
      this.say("conflict", "Somebody changed this section again. Their newer text is shown: look at it, then merge.");
    } else if (known) {
      this.say("conflict", "Kept as your version; not yet merged");
    } else {
      this.say("conflict", "Somebody else changed this section while you wrote: both texts are below");
    }
    if (this.dirty) {
      this.typed();
    }
    return true;
  }

  typed() {
    super.typed();
    if (this.conflict && this.stateLine.dataset.state === "typing") {
      this.say("typing", "Your version is not kept yet");
    }
  }

  // Both texts beside a field for the merged one. Whoever is typing goes on typing, in the merged text.
  open(answer) {
    const panel = this.root.querySelector("template[data-conflict]").content.firstElementChild.cloneNode(true);
    const field = panel.querySelector("[data-merged]");
    const typing = document.activeElement === this.field;
    const [start, end] = [this.field.selectionStart, this.field.selectionEnd];
    field.value = this.field.value;
    panel.querySelector("[data-yours]").textContent = this.kept;
    this.conflict = { id: answer.yours.id, version: "", panel, field };
    this.showTheirs(answer);
    this.root.querySelector("[data-editor]").after(panel);
    this.root.querySelector("[data-editor]").hidden = true;
    this.listen(field);
    panel.querySelector("[data-use-merged]").addEventListener("click", () => {
      this.refused = false;
      this.save({ force: true, resolves: this.conflict.id });
    });
    if (typing) {
      field.focus();
      field.setSelectionRange(start, end);
    }
  }

  showTheirs(answer) {
    const { panel } = this.conflict;
    this.conflict.version = String(answer.version);
    panel.querySelector("[data-theirs]").textContent = answer.theirs.body;
    panel.querySelector("[data-theirs-by]").textContent = `Their text, by ${answer.theirs.by}, ${answer.theirs.at}`;
  }

  // Merged: the one text goes on where it was.
  close() {
    const { panel, field } = this.conflict;
    const typing = panel.contains(document.activeElement);
    this.field.value = field.value;
    this.conflict = null;
    this.root.querySelector("[data-editor]").hidden = false;
    panel.remove();
    this.field.dispatchEvent(new Event("input"));
    if (typing) {
      this.field.focus();
    }
  }
}

// ---------------------------------------------------------------------------------------------- one ordinary form

class Draft extends Keeper {
  constructor(form) {
    const line = form.querySelector("[data-draft-state]") ?? element("p", { className: "app-save-state" });
    line.setAttribute("role", "status");
    if (!line.isConnected) {
      form.append(line);
    }
    super(form.dataset.draftUrl, line);
    this.form = form;
    this.elsewhere = false;
    this.seen = form.elements.namedItem("draft_seen"); // which state of the draft this page has seen
    this.kept = this.current();
    const edited = (event) => {
      if (!event.target.closest("[data-text-slot]")) {
        this.typed();
      }
    };
    form.addEventListener("input", edited);
    form.addEventListener("change", edited);
    form.addEventListener("focusout", () => {
      if (this.dirty && !this.failing) {
        this.save();
      }
    });
    if (this.touched()) {
      this.kept = null; // typed before this script had arrived
      this.typed();
    }
  }

  // The fields as they would be sent; no token, no file, no passphrase, and no text that saves itself.
  current() {
    const data = new URLSearchParams();
    const left = new Set(["csrfmiddlewaretoken", "draft_seen"]);
    this.form.querySelectorAll('input[type="password"], [data-text-slot] [name]').forEach((input) => left.add(input.name));
    for (const [name, value] of new FormData(this.form)) {
      if (!left.has(name) && typeof value === "string") {
        data.append(name, value);
      }
    }
    return data.toString();
  }

  touched() {
    return Array.from(this.form.elements).some((control) => {
      if (control.type === "hidden" || control.closest("[data-text-slot]")) {
        return false;
      }
      if (control.type === "checkbox" || control.type === "radio") {
        return control.checked !== control.defaultChecked;
      }
      return "defaultValue" in control && control.type !== "file" && control.value !== control.defaultValue;
    });
  }

  payload(text, options) {
    const data = new URLSearchParams(text);
    data.set("draft_key", this.form.dataset.draftKey ?? "");
    data.set("draft_seen", this.seen?.value ?? "");
    data.set("client", client);
    if (options.elsewhere) {
      data.set("force", "1");
    }
    return data;
  }

  accepted(answer) {
    this.elsewhere = false;
    if (this.seen) {
      this.seen.value = answer.seen ?? "";
    }
  }

  blocked() {
    return this.elsewhere;
  }

  answered(status, answer) {
    if (status !== 409 || answer?.status !== "elsewhere") {
      return false;
    }
    this.healthy();
    this.elsewhere = true;
    const button = element("button", {
      type: "button",
      className: "govuk-button govuk-button--secondary",
      textContent: "Keep this tab’s text",
    });
    button.addEventListener("click", () => this.save({ force: true, elsewhere: true }));
    this.say("elsewhere", answer.message, [button]);
    return true;
  }
}

// ---------------------------------------------------------------------------------------------- the page

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
