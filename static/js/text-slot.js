// One versioned text that saves itself, and the panel that shows a conflict. See autosave.js.

import { Keeper } from "./keeper.js";
import { client } from "./session.js";

export class Slot extends Keeper {
  constructor(root) {
    super(root.dataset.url, root.querySelector("[data-save-state]"));
    this.root = root;
    this.key = root.dataset.textSlot;
    this.field = root.querySelector("[data-text-field]");
    this.version = root.dataset.version;
    this.seq = 0;
    this.conflict = null; // {id, version, panel, field} while two texts wait to be merged
    // What the server has, as the field can show it: a one-line field shows no line ends, and that is no edit.
    const oneLine = this.field.tagName === "INPUT";
    this.kept = this.field.defaultValue.replaceAll("\r\n", "\n").replaceAll("\n", oneLine ? "" : "\n");
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
