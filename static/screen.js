// Turns the slides of the big screen. Without this file the page refreshes itself.
"use strict";

const held = () => "held" in document.body.dataset;

// The next slide is fetched before the present one goes: a broken line leaves the old figures, marked.
async function show(address) {
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.redirected || answer.status === 403 || answer.status === 404) {
      location.assign(address);
      return;
    }
    if (!answer.ok) throw new Error(answer.statusText);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = page.title;
    document.body.replaceWith(page.body);
    history.replaceState(null, "", address);
  } catch {
    document.querySelector(".screen__stale").hidden = false;
  }
}

async function turn() {
  if (!held()) await show(document.querySelector("[data-next]").href);
  setTimeout(turn, Number(document.body.dataset.seconds) * 1000);
}
setTimeout(turn, Number(document.body.dataset.seconds) * 1000);

// For whoever stands at the keyboard: space stops and goes on, the arrows turn.
document.addEventListener("keydown", (event) => {
  const dots = [...document.querySelectorAll(".screen__dot")];
  const here = dots.findIndex((dot) => dot.hasAttribute("aria-current"));
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) show(dots[(here + step + dots.length) % dots.length].href);
  if (event.key === " " && event.target === document.body) {
    event.preventDefault();
    if (held()) delete document.body.dataset.held;
    else document.body.dataset.held = "";
  }
});
