// One ordinary form, kept as a draft until it is sent. See autosave.js.

import { Keeper } from "./keeper.js";
import { client, element } from "./session.js";

export class Draft extends Keeper {
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
