// One versioned text that saves itself. See autosave.js; the panel that shows a conflict is in merge.js.

import { Keeper } from "./keeper.js";
import { Merge, combined, drawRuns } from "./merge.js";
import { replaceText } from "./place.js";
import { client } from "./session.js";
import { markState, markText } from "./side-index.js";

export class Slot extends Keeper {
  constructor(root) {
    super(root.dataset.url, root.querySelector("[data-save-state]"));
    this.root = root;
    this.key = root.dataset.textSlot;
    this.title = root.dataset.label;
    this.anchor = root.id;
    this.field = root.querySelector("[data-text-field]");
    this.note = root.querySelector("[data-note]");
    this.version = root.dataset.version;
    this.seq = 0;
    this.conflict = null; // the open Merge while two texts wait to be merged
    this.cleaned = null; // {from, to}: the server kept `to` where this page sent `from`
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
    root.querySelectorAll("[data-set-aside]").forEach((box) => this.takeAsides(box));
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
      this.tidy();
    });
  }

  // A text that was set aside before this page was opened: put it in, or take it away, in one step.
  takeAsides(box) {
    box.querySelectorAll("[data-way]").forEach((button) => {
      button.addEventListener("click", () => {
        const other = box.querySelector("[data-aside-runs]").textContent;
        replaceText(this.field, combined(this.field, this.field.value, other, button.dataset.way));
        this.refused = false;
        this.typed();
        this.save({ force: true, resolves: box.dataset.setAside, seen: box.dataset.seen, box });
      });
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
      if (options.seen) {
        data.set("seen", options.seen);
      }
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
    if (options.box) {
      this.done(options.box, answer.newer);
    }
    this.cleaned = "body" in answer ? { from: text, to: answer.body } : null;
    this.tidy();
  }

  // What the server made of a pasted text is shown as soon as nobody is in the field.
  tidy() {
    const cleaned = this.cleaned;
    if (!cleaned || this.conflict || document.activeElement === this.field || this.field.value !== cleaned.from) {
      return;
    }
    this.cleaned = null;
    this.field.value = cleaned.to;
    this.kept = this.field.value;
    markText(this.key, this.kept);
  }

  // A set-aside text was put in or taken away, unless its writer went on with it meanwhile.
  done(box, newer) {
    if (newer) {
      drawRuns(box.querySelector("[data-aside-runs]"), newer.runs);
      box.querySelector("[data-aside-newer]").hidden = false;
      box.dataset.seen = newer.seen;
      return;
    }
    const inside = box.contains(document.activeElement);
    box.remove();
    if (!this.root.querySelector("[data-set-aside]")) {
      markState(this.key, "");
    }
    if (inside) {
      this.field.focus();
    }
  }

  moveTo(answer) {
    this.version = String(answer.version);
    this.root.dataset.version = this.version;
    this.root.querySelector("[data-version-field]").value = this.version;
    this.root.querySelector("[data-digest-field]").value = answer.digest ?? "";
  }

  // Somebody else saved this section. Shown at once where nothing here waits to be saved; else the next save meets it.
  arrived(change) {
    if (this.conflict || this.composing || this.leaving) {
      return;
    }
    if (this.dirty || this.inFlight) {
      this.remark(`${change.by} changed this section too. Both texts are kept.`);
      return;
    }
    replaceText(this.field, change.body);
    this.kept = this.field.value;
    this.cleaned = null;
    this.moveTo(change);
    this.say("saved", change.saved_line, [], true);
    this.remark(`${change.by} changed this section`);
    markText(this.key, this.kept);
  }

  remark(words) {
    if (this.note) {
      this.note.textContent = words;
      this.note.hidden = words === "";
    }
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
        known.showTheirs(answer);
      }
    }
    if (known && options.resolves) {
      this.say("conflict", "Somebody changed this section again. Their newer text is shown: look at it, then merge.");
    } else if (known) {
      this.say("conflict", "Kept as your version; not yet merged");
    } else {
      this.say("conflict", "Somebody else changed this section while you wrote. Both texts are kept");
    }
    if (this.dirty) {
      this.typed();
    }
    return true;
  }

  typed() {
    super.typed();
    this.remark("");
    markText(this.key, this.current());
    if (this.conflict && this.stateLine.dataset.state === "typing") {
      this.say("typing", "Your version is not kept yet");
    }
  }

  // Both texts beside a field for the merged one. Whoever is typing goes on typing, in the merged text.
  open(answer) {
    const typing = document.activeElement === this.field;
    const [start, end] = [this.field.selectionStart, this.field.selectionEnd];
    const panel = this.root.querySelector("template[data-conflict]").content.firstElementChild.cloneNode(true);
    this.conflict = new Merge(panel, answer, this.field.value);
    this.root.querySelector("[data-editor]").after(panel);
    this.showEditor(false);
    this.listen(this.conflict.field);
    this.conflict.onChange = () => {
      this.save(); // what stood in the field goes first, where it is not kept yet
      return () => this.typed();
    };
    panel.querySelector("[data-use-merged]").addEventListener("click", () => {
      this.refused = false;
      this.save({ force: true, resolves: this.conflict.id });
    });
    if (typing) {
      this.conflict.field.focus();
      this.conflict.field.setSelectionRange(start, end);
    }
  }

  // Merged: the one text goes on where it was.
  close() {
    const { panel, field } = this.conflict;
    const inside = panel.contains(document.activeElement);
    this.field.value = field.value;
    this.conflict = null;
    this.showEditor(true);
    panel.remove();
    this.field.dispatchEvent(new Event("input"));
    if (inside) {
      this.field.focus();
    }
  }

  showEditor(shown) {
    this.root.querySelector("[data-editor]").hidden = !shown;
    const asides = this.root.querySelectorAll("[data-set-aside]");
    asides.forEach((box) => {
      box.hidden = !shown; // one thing at a time
    });
    markState(this.key, shown && !asides.length ? "" : "Two versions: merge them");
  }
}
