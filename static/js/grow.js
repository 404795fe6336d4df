// Text areas that grow with what they hold, where the browser cannot do that by style alone.

const native = CSS.supports("field-sizing", "content");

function fit(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 4}px`;
}

export function grow(scope) {
  if (native) {
    return;
  }
  for (const area of scope.querySelectorAll("textarea.app-grow")) {
    area.addEventListener("input", () => fit(area));
    fit(area);
  }
}
