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

// A sheet that hangs over the page closes with Escape and with a click elsewhere.
document.addEventListener("click", (event) => {
  for (const sheet of document.querySelectorAll("details.me[open], details.chooser[open]")) {
    if (!sheet.contains(event.target)) sheet.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const sheet of document.querySelectorAll("details.me[open], details.chooser[open]")) {
    sheet.open = false;
    sheet.querySelector("summary").focus();
  }
});

// After a refusal the reader is taken to the sentence.
document.querySelector(".refusals")?.focus();

// Credit shares: more rows than the page came with, and their sum while typing.
for (const rows of document.querySelectorAll("[data-share-rows]")) {
  const form = rows.closest("form");
  const total = form.elements[`${rows.dataset.shareRows}-TOTAL_FORMS`];
  const add = form.querySelector("[data-share-add]");
  const sum = rows.querySelector("[data-share-sum]");
  const count = () => {
    const percents = [...rows.querySelectorAll("tbody input")].map((input) => input.value.normalize("NFKC").replace("%", ""));
    const hundredths = percents.map((percent) => Math.round(Number(percent) * 100));
    sum.value = hundredths.some(Number.isNaN) ? "—" : `${hundredths.reduce((all, part) => all + part, 0) / 100}%`;
    sum.classList.toggle("is-short", sum.value !== "100%");
  };
  add.hidden = false;
  add.addEventListener("click", () => {
    const row = form.querySelector("[data-share-template]").innerHTML.replaceAll("__prefix__", total.value);
    rows.tBodies[0].insertAdjacentHTML("beforeend", row);
    total.value = Number(total.value) + 1;
    add.hidden = Number(total.value) >= Number(rows.dataset.most);
    rows.tBodies[0].lastElementChild.querySelector("select").focus();
  });
  rows.addEventListener("input", count);
  count();
}

// The grid of targets: sums of each kind and of the county while typing. The server adds up exactly.
for (const grid of document.querySelectorAll("[data-sums]")) {
  const parts = [...grid.querySelectorAll("[data-sum-part]")];
  const columns = ["amount", "first", "second", "third"];
  const read = (box) => Number(box.value.normalize("NFKC").replaceAll(",", "")) || 0;
  const show = (amount) => amount.toLocaleString("en-US", { maximumFractionDigits: 2 });
  grid.addEventListener("input", () => {
    columns.forEach((column, place) => {
      const sums = parts.map((part) => [...part.querySelectorAll(`[data-sum="${column}"]`)].reduce((sum, box) => sum + read(box), 0));
      parts.forEach((part, at) => (part.querySelector(`[data-sum-at="${place}"]`).textContent = show(sums[at])));
      grid.querySelector(`[data-total-at="${place}"]`).textContent = show(sums.reduce((sum, part) => sum + part, 0));
    });
  });
}

// One box ticks all boxes of its page; without this file each is ticked by itself.
document.documentElement.classList.add("js");
document.addEventListener("change", (event) => {
  const name = event.target.dataset?.checkAll;
  if (!name) return;
  for (const box of event.target.form.querySelectorAll(`input[name="${name}"]`)) {
    box.checked = event.target.checked;
  }
});

// Alt and the marked letter, in every browser the same; without this file the browser's own way.
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || !/^Key[A-Z]$/.test(event.code)) return;
  const target = document.querySelector(`[accesskey="${event.code.slice(3).toLowerCase()}"]`);
  if (!target) return;
  event.preventDefault();
  target.click();
});

// <details data-load="address">: what it folds away is fetched when it is opened, in place of the link to it.
// The address is a page like any other, of which the elements with data-part are shown.
async function unfold(details) {
  const address = details.dataset.load;
  if (!address || !details.open) return;
  delete details.dataset.load;
  try {
    const page = new DOMParser().parseFromString(await (await fetch(address)).text(), "text/html");
    const parts = page.querySelectorAll("[data-part]");
    if (!parts.length) throw new Error("the page has no part");
    details.querySelector(":scope > summary ~ *").replaceWith(...parts);
  } catch {
    details.dataset.load = address; // the link stays; opening again tries again
  }
}
document.addEventListener("toggle", (event) => unfold(event.target), true);
document.querySelectorAll("details[data-load]").forEach(unfold);

// A figure of a line leads to its part of the page that explains the line.
for (const table of document.querySelectorAll("table.ranking")) {
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    const line = cell?.parentElement.querySelector("td.received a");
    const part = cell && table.tHead.rows[0].cells[cell.cellIndex]?.dataset.part;
    if (line && part && cell.textContent.trim() && !event.target.closest("a") && !getSelection().toString()) {
      location.assign(`${line.href}#${part}`);
    }
  });
}
