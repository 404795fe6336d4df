// Two texts of one section, what differs marked, and a field for the one that is made of them. See text-slot.js.

// One text from two, as `core.texts.combined` makes it: `other` before `text`, after it, or in its place.
export function combined(field, text, other, way) {
  const between = field.tagName === "INPUT" ? ", " : "\n\n";
  const both = (first, second) => [first, second].filter((part) => part.trim() !== "").join(between);
  return { before: () => both(other, text), after: () => both(text, other), instead: () => other, drop: () => text }[way]();
}

// The words of a text; those that only it has, marked.
export function drawRuns(place, runs) {
  place.replaceChildren(
    ...runs.map(([words, only]) => {
      if (!only) {
        return words;
      }
      const mark = document.createElement("mark");
      mark.className = "app-only";
      mark.textContent = words;
      return mark;
    }),
  );
}

const SAID = {
  before: "The merged text is now their text, then yours",
  after: "The merged text is now your text, then theirs",
  instead: "The merged text is now their text",
  drop: "The merged text is now your text",
  back: "The merged text is as it was before",
};

export class Merge {
  // `mine` is what stands in the field now: it may have grown since it was sent.
  constructor(panel, answer, mine) {
    this.panel = panel;
    this.field = panel.querySelector("[data-merged]");
    this.field.value = mine;
    this.mine = null; // the person's own text, from the moment when the field holds something else
    this.before = null; // what stood in the field before the last button
    this.id = answer.yours.id;
    this.version = "";
    this.onChange = () => () => {};
    this.back = panel.querySelector('[data-way="back"]');
    this.said = panel.querySelector("[data-merge-said]");
    panel.querySelectorAll("[data-way]").forEach((button) => {
      button.addEventListener("click", () => this.take(button.dataset.way));
    });
    this.showTheirs(answer);
  }

  showTheirs(answer) {
    this.version = String(answer.version);
    this.theirs = answer.theirs.body;
    drawRuns(this.panel.querySelector("[data-theirs]"), answer.theirs.runs);
    drawRuns(this.panel.querySelector("[data-yours]"), answer.yours.runs);
    this.panel.querySelector("[data-theirs-by]").textContent = `Their text, by ${answer.theirs.by}, ${answer.theirs.at}`;
  }

  take(way) {
    const changed = this.onChange();
    const now = this.field.value;
    this.mine ??= now;
    this.field.value = way === "back" ? this.before : combined(this.field, this.mine, this.theirs, way);
    this.before = now;
    if (way === "back") {
      this.field.focus();
    }
    this.back.hidden = way === "back";
    this.said.textContent = SAID[way];
    changed();
  }
}
