// Comfort only: every page does its work without this file.
"use strict";

// A form is sent once; a second press while the answer is on its way does nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
});

// The sheet under one's own name closes with Escape and with a click elsewhere.
document.addEventListener("click", (event) => {
  for (const sheet of document.querySelectorAll("details.me[open]")) {
    if (!sheet.contains(event.target)) sheet.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const sheet of document.querySelectorAll("details.me[open]")) {
    sheet.open = false;
    sheet.querySelector("summary").focus();
  }
});

// After a refusal the reader is taken to the sentence.
document.querySelector(".refusals")?.focus();
