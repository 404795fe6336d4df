// A list whose rows can be ticked: one more checkbox, above them, that ticks all rows of this page. Without scripts the
// rows are ticked one by one.
for (const place of document.querySelectorAll("[data-tick-all]")) {
  const boxes = () => [...document.querySelectorAll(`input[type="checkbox"][name="${place.dataset.tickAll}"]`)];
  const item = document.createElement("div");
  item.className = "govuk-checkboxes__item";
  const box = document.createElement("input");
  box.type = "checkbox";
  box.className = "govuk-checkboxes__input";
  box.id = "tick-all";
  box.autocomplete = "off";
  const label = document.createElement("label");
  label.className = "govuk-label govuk-checkboxes__label";
  label.htmlFor = box.id;
  label.textContent = "Tick all on this page";
  item.append(box, label);
  place.replaceChildren(item);

  const show = () => {
    const all = boxes();
    const ticked = all.filter((one) => one.checked).length;
    box.checked = all.length > 0 && ticked === all.length;
    box.indeterminate = ticked > 0 && ticked < all.length;
  };
  box.addEventListener("change", () => {
    for (const one of boxes()) {
      one.checked = box.checked;
    }
    show();
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === place.dataset.tickAll) {
      show();
    }
  });
  window.addEventListener("pageshow", show);
  show();
}
