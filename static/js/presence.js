// Who else is on this page, in which section, and what they saved meanwhile: [data-presence-url] with data-token.
//
// The page says every ten seconds that it is open and where the cursor is, and which versions it shows. It rests while
// nobody looks at it or nobody is signed in. What somebody else saved appears where nothing waits to be saved here;
// else the next save meets it as a conflict. Neither the cursor nor the page moves.
//
// POST token, client, section, version-<key> for each section, and left=1 when the page goes. Answers:
//   200 {status: "here", others: [{name, you, section}], changed: [{key, version, digest, body, by, saved_line}]}

import { client, element, keepers, post, session } from "./session.js";
import { keepPlace } from "./place.js";
import { markPeople } from "./side-index.js";

const EVERY = 10000;
const AFTER_MOVING = 300;

const placeOf = (node) => node?.closest?.("[data-text-slot], [data-text-read]");
const keyOf = (place) => place.dataset.textSlot ?? place.dataset.textRead;
const joined = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`);

export class Presence {
  constructor(root) {
    this.url = root.dataset.presenceUrl;
    this.token = root.dataset.token;
    this.line = root.querySelector("[data-others]");
    this.said = root.querySelector("[data-others-said]");
    this.section = "";
    this.beside = null; // who was in my section when I last looked; null before the first look there
    this.busy = false;
    this.again = false; // asked for while another one was on its way
    this.stopped = false;
    document.addEventListener("focusin", () => this.moved());
    document.addEventListener("focusout", () => this.moved());
    document.addEventListener("visibilitychange", () => this.ping());
    window.addEventListener("pageshow", (event) => event.persisted && this.ping());
    window.addEventListener("pagehide", () => this.leave());
    this.ping();
  }

  moved() {
    clearTimeout(this.soon);
    this.soon = setTimeout(() => {
      if (this.here() !== this.section) {
        this.ping();
      }
    }, AFTER_MOVING);
  }

  here() {
    return placeOf(document.activeElement)?.dataset.textSlot ?? "";
  }

  places() {
    return [...document.querySelectorAll("[data-text-slot], [data-text-read]")];
  }

  payload() {
    const data = new URLSearchParams({ token: this.token, client, section: this.section });
    this.places().forEach((place) => data.set(`version-${keyOf(place)}`, place.dataset.version));
    return data;
  }

  async ping() {
    clearTimeout(this.next);
    this.again = this.busy;
    if (this.busy || this.stopped) {
      return;
    }
    if (!document.hidden && !session.out) {
      this.busy = true;
      if (this.section !== this.here()) {
        this.section = this.here();
        this.beside = null;
      }
      await this.ask();
      this.busy = false;
    }
    this.next = setTimeout(() => this.ping(), this.again ? 0 : EVERY);
  }

  async ask() {
    let reply = null;
    try {
      reply = await post(this.url, this.payload());
    } catch {
      reply = null; // no connection: nobody knows who is here
    }
    const answer = reply?.answer;
    if (answer?.status === "here") {
      this.draw(answer.others);
      answer.changed.forEach((change) => this.show(change));
      return;
    }
    this.draw([]);
    if (answer?.status === "signed-out") {
      session.lost(answer.sign_in_url);
    } else if (answer?.status === "csrf") {
      await session.see(); // somebody signed in again in another tab: take the new token, or say who it is
    } else if (answer?.status === "refused") {
      this.stopped = true; // this record is no longer theirs to see
    }
  }

  leave() {
    if (!this.stopped && !session.out) {
      post(this.url, new URLSearchParams({ token: this.token, client, left: "1" }), true).catch(() => {});
    }
  }

  draw(others) {
    const places = this.places();
    const titles = new Map(places.map((place) => [keyOf(place), place.dataset.label]));
    const who = (other) => (other.you ? "you, in another window" : other.name);
    const line = others.map((other) =>
      titles.has(other.section) ? `${who(other)} (${titles.get(other.section)})` : who(other),
    );
    this.line.hidden = line.length === 0;
    this.line.textContent = line.length ? `Also here: ${line.join(", ")}` : "";
    for (const place of places) {
      const names = others.filter((other) => other.section === keyOf(place)).map(who);
      markPeople(keyOf(place), names.length ? `Here: ${joined(names)}` : "");
    }
    this.tell(others.filter((other) => this.section && other.section === this.section && !other.you), titles);
  }

  // Aloud only this: somebody else came into the section where I write.
  tell(beside, titles) {
    const names = beside.map((other) => other.name);
    const come = names.filter((name) => !this.beside?.includes(name));
    this.beside = names;
    if (come.length) {
      this.said.textContent = `${joined(come)} ${come.length > 1 ? "are" : "is"} writing in ${titles.get(this.section)} too`;
    }
  }

  show(change) {
    const place = this.places().find((one) => keyOf(one) === change.key);
    if (!place || change.version <= Number(place.dataset.version)) {
      return;
    }
    keepPlace(() => {
      const slot = [...keepers].find((keeper) => keeper.root === place);
      if (slot) {
        slot.arrived(change);
      } else {
        place.dataset.version = String(change.version);
        const written = element("div", { className: "app-text__as-written", textContent: change.body });
        written.dataset.written = "";
        place.querySelector("[data-written]").replaceWith(written);
        place.querySelector("[data-saved-line]").textContent = change.saved_line;
      }
    });
  }
}

export function startPresence() {
  const root = document.querySelector("[data-presence-url]");
  if (root) {
    new Presence(root);
  }
}
