// Comfort only: buttons that copy a text. Without this file they stay hidden.
"use strict";

// The office network has no TLS everywhere, and there a page may not write to the clipboard itself.
async function copyText(source) {
  if (navigator.clipboard && window.isSecureContext) {
    await navigator.clipboard.writeText(source.value);
    return true;
  }
  source.select();
  return document.execCommand("copy");
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copyText(source).catch(() => false);
    button.focus();
    if (!done) return;
    button.textContent = button.dataset.done;
    document.querySelector("[data-copied]").textContent = button.dataset.done;
    setTimeout(() => {
      button.textContent = words;
    }, 2000);
  });
}
