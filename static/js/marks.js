// Harm and strength of a space, saved as soon as one is chosen. See autosave.js for how saving goes on when the
// connection or the session is gone.
//
// POST harm, strength, version (of the mark that the page shows). Answers:
//   200 {status: "saved", version, saved_line}
//   409 {status: "conflict", version, harm, strength, message}: somebody else chose meanwhile; theirs stands

import { Keeper } from "./keeper.js";

class Mark extends Keeper {
  constructor(root) {
    super(root.dataset.url, root.querySelector("[data-save-state]"));
    this.root = root;
    this.versionField = root.querySelector("[data-mark-version]");
    this.wasField = root.querySelector("[data-mark-was]");
    this.choices = [...root.querySelectorAll("[data-mark-choice]")];
    this.title = root.querySelector("legend").textContent;
    this.anchor = root.querySelector("[data-save-state]").id;
    this.kept = this.wasField.value;
    this.last = [this.stateLine.dataset.state ?? "", this.stateLine.textContent.trim()];
    root.addEventListener("change", () => {
      this.refused = false;
      if (this.failing) {
        return; // the next attempt is on its way, and takes what is chosen then
      }
      this.save();
    });
    if (this.dirty) {
      this.save(); // chosen before this script had arrived
    }
  }

  chosen(kind) {
    return this.choices.find((choice) => choice.dataset.markChoice === kind && choice.checked)?.value ?? "";
  }

  current() {
    return `${this.chosen("harm")}/${this.chosen("strength")}`;
  }

  payload(text) {
    const [harm, strength] = text.split("/");
    return new URLSearchParams({ harm, strength, version: this.versionField.value });
  }

  accepted(answer, text) {
    this.stands(answer.version, text);
  }

  stands(version, text) {
    this.versionField.value = String(version);
    this.wasField.value = text;
  }

  answered(status, answer) {
    if (status !== 409 || answer?.status !== "conflict") {
      return false;
    }
    this.healthy();
    this.queued = null;
    for (const choice of this.choices) {
      choice.checked = choice.value === answer[choice.dataset.markChoice];
    }
    this.kept = this.current();
    this.stands(answer.version, this.kept);
    this.say("conflict", answer.message);
    return true;
  }

  // Chosen again while a save was under way: that one goes next, at once.
  settle(answer) {
    super.settle(answer);
    if (this.dirty) {
      this.save();
    }
  }
}

for (const root of document.querySelectorAll("[data-mark]")) {
  new Mark(root);
}
