// What somebody else changed on a board that is open. See board.js.
//
// The page asks every ten seconds, while somebody looks at it, by a short text that stands for all that it shows:
// POST token, domain, seen. Answers: 200 {status: "same"}, or {status: "changed"}; then it asks again with its marks,
// cards=id:mark,… and heads=stage:mark,…, and gets {status: "cards", seen, open, cells: [[cell, [ids]]], cards: [{id,
// html, said, text}], gone: {id: words}, heads: {stage: html}}, or {status: "much"}, where it is to be loaded again.
// A card that is written on is never drawn anew: its text goes to the slot, as on a consultation page.

import { element, keepers, post, session } from "./session.js";
import { keepPlace } from "./place.js";

const EVERY = 10000;

export class Live {
  constructor(root) {
    this.root = root;
    this.seen = "";
    this.line = root.querySelector("[data-live]");
    this.voice = root.querySelector("[data-said]");
    this.stopped = false;
    this.running = null; // one question at a time
    document.addEventListener("visibilitychange", () => this.look());
    window.addEventListener("pageshow", (event) => event.persisted && this.look());
    this.next = setTimeout(() => this.look(), EVERY);
  }

  card(id) {
    return this.root.querySelector(`[data-card="${CSS.escape(id)}"]`);
  }

  say(words) {
    this.voice.textContent = "";
    this.voice.textContent = words;
  }

  async look() {
    clearTimeout(this.next);
    if (!document.hidden && !session.out && !this.stopped) {
      await this.refresh();
    }
    this.next = setTimeout(() => this.look(), EVERY);
  }

  // Ask and draw. `mine` are the cards that this page itself has just changed: nothing is said of them.
  async refresh(mine = []) {
    while (this.running) {
      await this.running;
    }
    this.running = this.ask(mine);
    await this.running;
    this.running = null;
  }

  async ask(mine) {
    let answer = await this.send({ seen: this.seen });
    if (answer?.status !== "changed") {
      return;
    }
    const marks = (name) =>
      [...this.root.querySelectorAll(`[data-${name}]`)].map((one) => `${one.dataset[name]}:${one.dataset.mark}`).join();
    answer = await this.send({ seen: this.seen, cards: marks("card"), heads: marks("head") });
    if (answer?.status === "much") {
      this.tell("A lot has changed on this board.", true);
    } else if (answer?.status === "cards") {
      keepPlace(() => this.draw(answer, mine));
    }
  }

  async send(fields) {
    const data = new URLSearchParams({ token: this.root.dataset.token, domain: this.root.dataset.domain, ...fields });
    let reply = null;
    try {
      reply = await post(this.root.dataset.board, data);
    } catch {
      return null; // no connection: asked again later
    }
    const answer = reply.answer;
    if (answer?.status === "signed-out") {
      session.lost(answer.sign_in_url);
    } else if (answer?.status === "csrf") {
      await session.see();
    } else if (answer?.status === "refused") {
      this.stopped = true;
    }
    return answer;
  }

  draw(answer, mine) {
    const news = [];
    Object.entries(answer.gone).forEach(([id, words]) => this.takeAway(id, words, news));
    answer.cards.forEach((change) => this.put(change, mine.includes(change.id) ? "" : change.said, news));
    this.order(answer.cells);
    for (const rating of ["red", "amber", "green"]) {
      const empty = !this.root.querySelector(`[data-rating="${rating}"] [data-card]`);
      this.root.classList.toggle(`app-boards--no-${rating}`, empty); // the others have its room
    }
    Object.entries(answer.heads).forEach(([stage, html]) => {
      const head = this.root.querySelector(`[data-head="${stage}"]`);
      if (!head.contains(document.activeElement)) {
        head.replaceWith(parsed(html));
      }
    });
    this.root.querySelector("[data-empty]")?.toggleAttribute("hidden", Boolean(this.root.querySelector("[data-card]")));
    this.seen = answer.seen;
    if (!answer.open && this.root.hasAttribute("data-may-write")) {
      this.tell("This round was closed. What you typed is kept where it was saved.", true);
    } else if (news.length) {
      this.tell(news.length === 1 ? news[0].words : `${news.length} cards changed: ${news[0].words}`, false, news[0].id);
    }
  }

  takeAway(id, words, news) {
    const card = this.card(id);
    if (!card) {
      return;
    }
    news.push({ words: `${card.getAttribute("aria-label")}: ${words}`, id: "" });
    if (writing(card)) {
      mark(card, `${words}. What you typed here is saved as far as the line below it says.`);
      card.dataset.gone = "yes";
    } else {
      card.remove();
    }
  }

  put(change, said, news) {
    const card = this.card(change.id);
    const fresh = parsed(change.html);
    const told = said && `${fresh.getAttribute("aria-label")}: ${said}`;
    if (card && writing(card)) {
      const slot = [...keepers].find((keeper) => card.contains(keeper.root ?? null));
      const own = slot && change.text.version <= Number(slot.version);
      if (!own && change.text.version > Number(slot?.version ?? Infinity)) {
        slot.arrived(change.text);
      }
      if (card.dataset.version !== fresh.dataset.version && told) {
        mark(card, `${said}. It goes there when you are done writing.`);
        news.push({ words: told, id: change.id });
      }
      card.dataset.version = fresh.dataset.version;
      card.dataset.mark = fresh.dataset.mark;
      card.dataset.stale = "yes"; // drawn anew when the writing ends
      return;
    }
    if (card) {
      const act = card.contains(document.activeElement) ? document.activeElement.dataset.act ?? "more" : "";
      card.replaceWith(fresh);
      if (act) {
        fresh.querySelector(`[data-act="${act}"]`)?.focus({ preventScroll: true });
      }
    } else {
      this.root.querySelector("[data-cell]").append(fresh); // `order` puts it where it belongs
    }
    if (told) {
      mark(fresh, said);
      fresh.classList.add("app-card--news");
      news.push({ words: told, id: change.id });
    }
  }

  // Each card into its cell, in order; only those that stand elsewhere are moved, and none that is written on.
  order(cells) {
    for (const [name, ids] of cells) {
      const cell = this.root.querySelector(`[data-cell="${name}"]`);
      const end = cell.querySelector(":scope > p");
      let before = end;
      for (const id of [...ids].reverse()) {
        const card = this.card(id);
        if (!card) {
          continue;
        }
        if (card.nextElementSibling !== before && !writing(card)) {
          const focused = card.contains(document.activeElement) ? document.activeElement : null;
          before.before(card);
          focused?.focus({ preventScroll: true });
        }
        before = card.parentElement === cell ? card : before;
      }
    }
  }

  // In sight and aloud, until the next news; `load` where the page has to be loaded again.
  tell(words, load, id) {
    this.say(words);
    const more = [];
    if (load) {
      more.push(" ", element("a", { className: "govuk-link", href: window.location.href, textContent: "Load the page again" }));
    } else if (id) {
      more.push(" ", element("a", { className: "govuk-link", href: `#statement-${id}`, textContent: "Show it" }));
    }
    const close = element("button", { type: "button", className: "app-link-button", textContent: "Hide" });
    close.addEventListener("click", () => {
      this.line.hidden = true;
    });
    this.line.replaceChildren(words, ...more, " ", close);
    this.line.hidden = false;
  }
}

export const writing = (card) => card.querySelector("[data-writing]") !== null;

export function parsed(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

// A line on a card that says what happened to it, with a button where something can be done about it.
export function mark(card, words, button) {
  const line = card.querySelector("[data-card-said]");
  line.replaceChildren(words, ...(button ? [" ", button] : []));
  line.hidden = false;
}
