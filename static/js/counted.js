// Beside the words of a timescale: the day that is counted from them, while they are typed. Without scripts the form
// says it when it is opened again, and the saved action shows it.

import { post } from "./session.js";

const WAITS = 350;

for (const field of document.querySelectorAll("[data-counted]")) {
  const hint = document.getElementById(`${field.id}_helptext`);
  const status = document.createElement("p");
  status.className = "govuk-hint app-suggest";
  status.setAttribute("role", "status");
  field.after(status);
  let waits;
  let asked = field.value.trim();

  const ask = async () => {
    const text = field.value.trim();
    if (text === asked) {
      return;
    }
    asked = text;
    try {
      const { status: code, answer } = await post(field.dataset.counted, new URLSearchParams({ text }));
      if (code === 200 && answer && text === asked) {
        status.textContent = answer.line;
        if (hint) {
          hint.textContent = hint.textContent.replace(field.dataset.said ?? "", "").trim(); // of what stood there before
        }
      }
    } catch {
      status.textContent = ""; // what is typed is not touched; it is counted when it is saved
    }
  };
  field.addEventListener("input", () => {
    clearTimeout(waits);
    waits = setTimeout(ask, WAITS);
  });
}
