// The board with keys. Each card is one stop of the Tab key: right and left go through what it offers, up and down to
// the card above or below, in its column. With Shift they move the card: to the next rating, where the dialog asks for
// the reason, or one place up or down. Screen readers that read on by themselves still find every link.

import { writing } from "./board-live.js";

const STEP = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const controlsOf = (card) => [...card.querySelectorAll("a[href], summary, button")].filter((one) => one.checkVisibility());

export function startKeys(root, mover) {
  const rove = (card) => {
    card.setAttribute("role", "toolbar");
    const all = [...card.querySelectorAll("a[href], summary, .app-card__said button")].filter(
      (one) => !one.closest("[data-writing]"),
    );
    const inside = all.find((one) => one === document.activeElement);
    const first = card.querySelector("[data-act]");
    all.forEach((one) => one.setAttribute("tabindex", one === (inside ?? first) ? "0" : "-1"));
  };
  root.querySelectorAll("[data-card]").forEach(rove);
  // Cards come and go: what is drawn anew is put in order too.
  new MutationObserver((changes) => {
    const cards = new Set();
    changes.forEach((change) => {
      cards.add(change.target.closest?.("[data-card]"));
      change.addedNodes.forEach((node) => cards.add(node.closest?.("[data-card]")));
    });
    cards.forEach((card) => card?.isConnected && rove(card));
  }).observe(root, { childList: true, subtree: true });
  root.addEventListener("focusin", (event) => {
    const card = event.target.closest("[data-card]");
    if (card && !event.target.closest("[data-writing]")) {
      rove(card);
    }
  });

  root.addEventListener("keydown", (event) => {
    const card = event.target.closest("[data-card]");
    const step = STEP[event.key];
    if (!card || !step || writing(card) || event.ctrlKey || event.altKey || event.metaKey) {
      return;
    }
    const upright = event.key === "ArrowUp" || event.key === "ArrowDown";
    event.preventDefault();
    if (event.shiftKey && mover) {
      (upright ? moveUp : moveOn)(mover, root, card, step);
    } else if (upright) {
      goTo(beside(card, step));
    } else {
      const controls = controlsOf(card);
      const at = controls.indexOf(event.target.closest("a, summary, button"));
      controls[(at + step + controls.length) % controls.length]?.focus();
    }
  });
}

function beside(card, step) {
  const cards = [...card.closest("[data-cell]").querySelectorAll("[data-card]")];
  return cards[cards.indexOf(card) + step];
}

function goTo(card) {
  card?.querySelector("[data-act]").focus();
}

function moveUp(mover, root, card, step) {
  const other = beside(card, step);
  if (other) {
    mover.order(card, other, step < 0 ? "before" : "after");
  }
}

function moveOn(mover, root, card, step) {
  const cells = [...card.closest("[data-stage]").querySelectorAll("[data-cell]")];
  const cell = cells[cells.indexOf(card.closest("[data-cell]")) + step];
  if (cell) {
    mover.ask(card, { rating: cell.dataset.rating });
  }
}
