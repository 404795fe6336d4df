// What texts and drafts have in common: when they save, how they go on trying, and what they say. See autosave.js.

import { keepers, post, session, signInLink } from "./session.js";

const AFTER_TYPING = 1000;
const AT_LATEST = 5000;
const MOST_PAUSE = 15000;

const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

export class Keeper {
  constructor(url, stateLine) {
    this.url = url;
    this.stateLine = stateLine;
    this.state = ""; // as last said
    this.title = ""; // what the page calls it, and the id of its place in the page: for the line that sums up all
    this.anchor = "";
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

  // Words for the state; while more is to come the line is busy, so that a screen reader hears only what stays. With
  // `quiet` it hears nothing: what somebody else did elsewhere is not for its ears now.
  say(state, words, extra, quiet) {
    const line = this.stateLine;
    const busy = state === "typing" || state === "saving" ? "true" : "false";
    if (line.getAttribute("aria-busy") !== busy) {
      line.setAttribute("aria-busy", busy);
    }
    if (state === "saved" || state === "conflict") {
      this.last = [state, words];
    }
    if (this.state !== state) {
      this.state = state;
      document.dispatchEvent(new Event("app:save-state"));
    }
    if (line.dataset.state === state && line.dataset.words === words) {
      return;
    }
    line.setAttribute("aria-live", quiet ? "off" : "polite");
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
    const who = await session.see();
    if (who === "out" || who === "other") {
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
