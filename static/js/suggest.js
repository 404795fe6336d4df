// Beside a field in which somebody types a place, a school or a group: contexts that may be meant, in the browser's
// own list, and how many other referrals name it. Without scripts the saved record says the same.

import { post } from "./session.js";

const WAITS = 350;

class Suggest {
  constructor(field, number) {
    this.field = field;
    this.list = document.getElementById(field.getAttribute("list") ?? "") ?? this.ownList(number);
    this.own = [...this.list.children].map((option) => option.value);
    this.status = document.createElement("p");
    this.status.className = "govuk-hint app-suggest";
    this.status.setAttribute("role", "status");
    field.after(this.status);
    field.addEventListener("input", () => this.later());
    if (field.value) {
      this.later();
    }
  }

  ownList(number) {
    const list = document.createElement("datalist");
    list.id = `suggested-${number}`;
    this.field.after(list);
    this.field.setAttribute("list", list.id);
    this.field.autocomplete = "off";
    return list;
  }

  later() {
    clearTimeout(this.waits);
    this.waits = setTimeout(() => this.ask(), WAITS);
  }

  async ask() {
    const text = this.field.value.trim();
    if (text === this.asked) {
      return;
    }
    this.asked = text;
    if (text.length < 3) {
      this.show([], "");
      return;
    }
    try {
      const sent = new URLSearchParams({ text, but: this.field.dataset.but ?? "" });
      const { status, answer } = await post(this.field.dataset.suggest, sent);
      if (status === 200 && answer && text === this.asked) {
        this.show(answer.offered, answer.line);
      }
    } catch {
      this.show([], ""); // what is typed is not touched; it is saved as it stands
    }
  }

  show(offered, line) {
    const names = [...new Set([...offered.map((one) => one.name), ...this.own])];
    this.list.replaceChildren(
      ...names.map((name) => {
        const option = document.createElement("option");
        option.value = name;
        option.label = offered.find((one) => one.name === name)?.about ?? "";
        return option;
      }),
    );
    const known = offered.length ? `Known here: ${offered.slice(0, 3).map((one) => one.name).join("; ")}. ` : "";
    this.status.textContent = `${known}${line}`.trim();
  }
}

let number = 0;
for (const field of document.querySelectorAll("[data-suggest]")) {
  number += 1;
  new Suggest(field, number);
}
