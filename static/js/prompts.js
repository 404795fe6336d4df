// One button for the whole page that shows or hides the guidance above the texts. The choice is kept in a cookie,
// so that the server draws the next page the same way.

const YEAR = 365 * 24 * 60 * 60;

export function startPrompts() {
  if (!document.querySelector(".app-prompts")) {
    return;
  }
  let place = document.querySelector("[data-prompts-toggle]");
  if (!place) {
    place = document.createElement("div");
    document.querySelector("[data-text-slot]").before(place);
  }
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary";
  const draw = () => {
    const hidden = document.body.classList.contains("app-prompts-hidden");
    button.textContent = hidden ? "Show guidance" : "Hide guidance";
  };
  button.addEventListener("click", () => {
    const hidden = document.body.classList.toggle("app-prompts-hidden");
    const secure = window.location.protocol === "https:" ? "; secure" : "";
    document.cookie = `prompts=${hidden ? "hidden" : "shown"}; path=/; max-age=${YEAR}; samesite=lax${secure}`;
    draw();
  });
  draw();
  place.append(button);
}
