// The button that prints the page; without scripts it is not drawn, and the browser's own menu does the same.
for (const button of document.querySelectorAll("[data-print]")) {
  button.classList.remove("paper-js");
  button.addEventListener("click", () => window.print());
}
