// Moving a card: in a dialog that asks for the reason. A drag, a key and the Move button all open it; Esc closes it,
// and nothing is moved before it is sent. A place in the same column needs no reason. See board.js.

import { mark, writing } from "./board-live.js";
import { element, keepers, meta, session } from "./session.js";

export class Mover {
  constructor(root, live) {
    this.root = root;
    this.live = live;
    this.dialog = root.querySelector("[data-dialog]");
    this.id = ""; // the card that the dialog is about
    this.dragged = null;
    root.addEventListener("click", (event) => {
      const link = event.target.closest('[data-act="move"]');
      if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0) {
        event.preventDefault();
        this.ask(link.closest("[data-card]"));
      }
    });
    this.dialog.addEventListener("submit", (event) => this.submitted(event));
    this.dialog.addEventListener("click", (event) => {
      if (event.target.closest(".govuk-button-group a")) {
        event.preventDefault(); // Cancel
        this.dialog.close();
      }
    });
    this.dialog.addEventListener("close", () => this.closed());
    this.listenToDrags();
  }

  // Open the dialog for a card, with what is wanted filled in: {rating, part}.
  ask(card, wanted = {}) {
    const url = new URL(card.querySelector('[data-act="move"]').href);
    url.searchParams.set("seen", card.dataset.version);
    Object.entries(wanted).forEach(([name, value]) => url.searchParams.set(name, value));
    return this.open(card.dataset.card, url.toString());
  }

  async open(id, url) {
    if (this.dialog.open) {
      return;
    }
    const response = await this.fetch(url);
    const html = response?.ok && !response.redirected ? await response.text() : "";
    if (!html) {
      window.location.assign(url); // the page does the same, or says why not
      return;
    }
    this.id = id;
    this.show(html);
    this.dialog.showModal();
    const asks = new URL(url).searchParams;
    const field = asks.has("rating") || asks.has("part") ? "textarea" : 'input[type="radio"]:checked';
    this.dialog.querySelector(field)?.focus();
  }

  async fetch(url, body) {
    try {
      return await fetch(url, {
        method: body ? "POST" : "GET",
        body,
        headers: {
          "X-Requested-With": "fetch",
          "X-CSRFToken": meta("csrf-token"),
          Accept: body ? "text/html, application/json" : "text/html",
        },
        credentials: "same-origin",
      });
    } catch {
      return null;
    }
  }

  show(html) {
    this.forget();
    const place = element("div", {});
    place.innerHTML = html;
    this.dialog.replaceChildren(place);
    place.dispatchEvent(new CustomEvent("htmx:load", { bubbles: true, detail: { elt: place } }));
  }

  // What kept the form's text goes with the form.
  forget() {
    [...keepers].filter((keeper) => this.dialog.contains(keeper.form ?? null)).forEach((keeper) => {
      clearTimeout(keeper.soon);
      clearTimeout(keeper.latest);
      keepers.delete(keeper);
    });
  }

  async submitted(event) {
    const form = event.target;
    if (form.method !== "post" || form.action.includes("discard")) {
      return;
    }
    event.preventDefault();
    if (this.busy) {
      return;
    }
    this.busy = true;
    const response = await this.fetch(form.action, new URLSearchParams(new FormData(form, event.submitter)));
    this.busy = false;
    const json = response?.headers.get("Content-Type")?.includes("json") ? await response.json() : null;
    if (json?.status === "moved" || json?.status === "ordered") {
      await this.done(json);
    } else if (json?.status === "signed-out") {
      session.lost(json.sign_in_url);
      this.complain("You have been signed out. Sign in in another tab, then send this again.");
    } else if (json || !response) {
      this.complain(json?.message ?? "Not sent: no connection. Your words are still here; try again.");
    } else {
      this.show(await response.text());
      this.dialog.querySelector(".govuk-error-summary")?.focus();
    }
  }

  complain(words) {
    this.dialog.querySelector("[data-complaint]")?.remove();
    const line = element("p", { className: "govuk-error-message", textContent: words });
    line.dataset.complaint = "";
    line.setAttribute("role", "alert");
    this.dialog.querySelector("[type=submit]").closest("div").before(line);
  }

  async done(answer) {
    const id = this.id;
    this.forget();
    this.dialog.close();
    await this.live.refresh([id]);
    const card = this.live.card(id);
    if (!card) {
      this.live.tell(`${answer.said}. It is not in what this board shows.`, false);
      return;
    }
    if (answer.status === "moved") {
      const undo = answer.undo && element("button", { type: "button", className: "app-link-button", textContent: "Take it back" });
      if (undo) {
        undo.addEventListener("click", () => this.open(id, new URL(answer.undo, window.location.href).toString()));
      }
      mark(card, `${answer.said}.`, undo);
    }
    card.scrollIntoView({ block: "nearest" });
    card.querySelector('[data-act="move"]').focus({ preventScroll: true });
    this.live.say(answer.status === "moved" ? `Moved. ${answer.said}` : "It has another place in its column");
  }

  closed() {
    this.forget();
    this.dialog.replaceChildren();
    this.live.card(this.id)?.querySelector('[data-act="move"]')?.focus();
  }

  // Before or after another card of the same column.
  async order(card, other, way) {
    const url = card.querySelector('[data-act="move"]').href.replace(/move\/.*$/, "order/");
    const body = new URLSearchParams({ [way]: other.dataset.card });
    const response = await this.fetch(url, body);
    this.id = card.dataset.card;
    if (response?.ok) {
      await this.done(await response.json());
      return;
    }
    const answer = await response?.json().catch(() => null);
    this.live.tell(answer?.message ?? "It was not moved: no connection.", false);
    this.live.refresh();
  }

  // ---------------------------------------------------------------- by mouse
  listenToDrags() {
    this.root.addEventListener("dragstart", (event) => {
      const card = event.target.closest?.("[data-grip]")?.closest("[data-card]");
      if (!card || writing(card)) {
        return;
      }
      this.dragged = card;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", card.getAttribute("aria-label"));
      event.dataTransfer.setDragImage(card, 20, 20);
      card.classList.add("app-card--dragged");
    });
    this.root.addEventListener("dragover", (event) => {
      const cell = this.dragged && event.target.closest("[data-cell]");
      if (cell) {
        event.preventDefault();
        event.dataTransfer.dropEffect = "move";
        this.over(cell);
      }
    });
    this.root.addEventListener("drop", (event) => {
      const cell = this.dragged && event.target.closest("[data-cell]");
      if (cell) {
        event.preventDefault();
        this.dropped(this.dragged, cell, event);
      }
    });
    this.root.addEventListener("dragend", () => {
      this.dragged?.classList.remove("app-card--dragged");
      this.dragged = null;
      this.over(null);
    });
  }

  over(cell) {
    if (this.cell !== cell) {
      this.cell?.classList.remove("app-board__pair--over");
      cell?.classList.add("app-board__pair--over");
      this.cell = cell;
    }
  }

  dropped(card, cell, event) {
    if (card.closest("[data-cell]") !== cell) {
      this.ask(card, { rating: cell.dataset.rating, part: cell.dataset.part });
      return;
    }
    const other = event.target.closest("[data-card]");
    if (other && other !== card) {
      const box = other.getBoundingClientRect();
      this.order(card, other, event.clientY < box.top + box.height / 2 ? "before" : "after");
    }
  }
}
