// Comfort only: every page does its work without this file.
"use strict";

// A copied row of a form, its names and references with the number of the new row.
function renumbered(row, from, to) {
  for (const element of row.querySelectorAll("*")) {
    for (const attribute of [...element.attributes]) attribute.value = attribute.value.replace(from, to);
  }
  return row;
}

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
  for (const sheet of document.querySelectorAll("details.me[open], details.chooser[open], details.menu[open]")) {
    if (!sheet.contains(event.target)) sheet.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const sheet of document.querySelectorAll("details.me[open], details.chooser[open], details.menu[open]")) {
    sheet.open = false;
    sheet.querySelector("summary").focus();
  }
});

// After a refusal the reader is taken to the sentence.
for (const refusals of document.querySelectorAll(".refusals")) {
  refusals.focus();
  break;
}

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
    const row = form.querySelector("[data-share-template]").content.cloneNode(true);
    rows.tBodies[0].append(renumbered(row, /__prefix__/g, total.value));
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
  const read = (box) => Number(box.value.normalize("NFKC").replace(/,/g, "")) || 0;
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
  const name = event.target.dataset && event.target.dataset.checkAll;
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

// On a phone a list longer than three screens shows its first lines and a button for the others.
function foldLong(root) {
  if (!matchMedia("(max-width: 40rem)").matches) return;
  for (const table of root.querySelectorAll("main table.stack, main .grid__table")) {
    const past = [...table.tBodies].flatMap((body) => [...body.rows]);
    const end = table.getBoundingClientRect().top + 3 * innerHeight;
    while (past.length && past[0].getBoundingClientRect().bottom <= end) past.shift();
    const asked = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!past.length || table.closest("[data-rows]") || table.querySelector(".is-past, [aria-invalid=true]") || table.contains(asked)) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-outline-secondary screen-only";
    button.textContent = `${document.body.dataset.showAll} (${past.length})`;
    for (const row of past) row.classList.add("is-past");
    button.addEventListener("click", () => {
      for (const row of past) row.classList.remove("is-past");
      past[0].tabIndex = -1;
      past[0].focus();
      button.remove();
    });
    (table.closest(".table-frame") || table).after(button);
  }
}
document.addEventListener("toggle", (event) => event.target.open && foldLong(event.target), true);
foldLong(document);

// A figure of a line leads to its part of the page that explains the line.
for (const table of document.querySelectorAll("table.ranking")) {
  table.addEventListener("click", (event) => {
    const cell = event.target.closest("td");
    if (!cell) return;
    const line = cell.parentElement.querySelector("td.received a");
    const heading = table.tHead.rows[0].cells[cell.cellIndex];
    const part = heading && heading.dataset.part;
    if (line && part && cell.textContent.trim() && !event.target.closest("a") && !getSelection().toString()) {
      location.assign(`${line.href}#${part}`);
    }
  });
}

// A slash jumps into the search, unless somebody is typing.
document.addEventListener("keydown", (event) => {
  const search = document.getElementById("search-words");
  if (event.key !== "/" || !search || event.target.closest("input, select, textarea")) return;
  event.preventDefault();
  search.focus();
});

// Leaving a form with changes asks. A form that only asks (get) or that is being sent does not.
const changed = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && form.method === "post" && !form.closest("header, .sign-in")) changed.add(form);
});
window.addEventListener("beforeunload", (event) => {
  const left = [...changed].filter((form) => form.isConnected && !form.dataset.sent);
  if (!left.length || [...document.forms].some((form) => form.dataset.sent)) return;
  event.preventDefault();
  event.returnValue = "";
});

// The grid of receipts: paste of cells, keys, the sum, and the check of a row that is left.
const GRID_COLUMNS = ["project_name", "received_on", "amount", "kind", "voucher_no", "note"];
for (const grid of document.querySelectorAll("[data-rows]")) {
  const body = grid.querySelector("tbody");
  const count = grid.elements.rows;
  const box = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const place = (row) => box(row, "amount").name.split("-")[1];
  const isEmpty = (row) => ["amount", "voucher_no", "note", "kind"].every((name) => !box(row, name).value.trim());

  const add = () => {
    if (Number(count.value) >= Number(grid.dataset.most)) return null;
    const last = body.lastElementChild;
    const from = new RegExp(`row-${place(last)}-`, "g");
    const row = renumbered(last.cloneNode(true), from, `row-${count.value}-`);
    row.classList.remove("is-differing");
    for (const input of row.querySelectorAll("input, select")) input.value = "";
    for (const faults of row.querySelectorAll("[data-faults]")) faults.textContent = "";
    box(row, "received_on").value = box(last, "received_on").value;
    count.value = Number(count.value) + 1;
    body.append(row);
    return row;
  };

  const sum = () => {
    const amounts = [...body.rows].map((row) => box(row, "amount").value.normalize("NFKC").replace(/[,\s]/g, "")).filter(Boolean);
    const numbers = amounts.map(Number);
    const total = Math.round(numbers.reduce((all, one) => all + one, 0) * 1e6) / 1e6;
    grid.querySelector("[data-rows-sum]").textContent = numbers.some(Number.isNaN) ? "—" : total.toLocaleString("en-US", { maximumFractionDigits: 6 });
  };

  const put = (target, text) => {
    const words = text.trim();
    if (target.type === "date") {
      const parts = words.match(/^(\d{4})\D(\d{1,2})\D(\d{1,2})\D?$/);
      target.value = parts ? `${parts[1]}-${parts[2].padStart(2, "0")}-${parts[3].padStart(2, "0")}` : "";
    } else if (target.tagName === "SELECT") {
      const option = [...target.options].find((one) => one.text.trim() === words);
      if (option) target.value = option.value;
    } else {
      target.value = words;
    }
  };

  const check = async (row) => {
    if (isEmpty(row)) return;
    const sent = new URLSearchParams({ row: place(row), csrfmiddlewaretoken: grid.elements.csrfmiddlewaretoken.value });
    for (const input of row.querySelectorAll("input:not([type=file]), select")) {
      if (input.type !== "checkbox" || input.checked) sent.append(input.name, input.value);
    }
    let found = {};
    try {
      const answer = await fetch(grid.dataset.check, { method: "POST", body: sent });
      if (answer.ok) found = await answer.json();
    } catch (error) {
      return; // the server says it when the form is sent
    }
    row.classList.toggle("is-differing", Object.keys(found).length > 0);
    for (const faults of row.querySelectorAll("[data-faults]")) {
      const name = faults.dataset.faults.split("-")[2];
      faults.textContent = (found[name] || []).join(" ");
    }
    row.querySelector("[data-confirm]").hidden = !found.confirmed && !box(row, "confirmed").checked;
  };

  grid.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    const start = event.target.closest("tr");
    const column = GRID_COLUMNS.findIndex((name) => event.target.name && event.target.name.endsWith(`-${name}`));
    if (!start || column < 0 || !/[\t\n]/.test(text.trimEnd())) return;
    event.preventDefault();
    let row = start;
    for (const line of text.replace(/\r/g, "").trimEnd().split("\n")) {
      row = row || add();
      if (!row) break;
      line.split("\t").forEach((cell, at) => {
        const name = GRID_COLUMNS[column + at];
        if (name) put(box(row, name), cell);
      });
      check(row);
      row = row.nextElementSibling;
    }
    changed.add(grid);
    sum();
  });
  grid.addEventListener("focusin", (event) => {
    const row = event.target.closest("tbody tr");
    const above = row && row.previousElementSibling;
    if (above && isEmpty(row) && !box(row, "project_name").value && !isEmpty(above)) {
      box(row, "project_name").value = box(above, "project_name").value;
      box(row, "received_on").value = box(above, "received_on").value;
    }
    if (row && row === body.lastElementChild) add();
  });
  grid.addEventListener("focusout", (event) => {
    const row = event.target.closest("tbody tr");
    if (row && !row.contains(event.relatedTarget)) check(row);
  });
  grid.addEventListener("keydown", (event) => {
    const row = event.target.closest("tbody tr");
    if (event.key !== "Enter" || !row || event.target.type === "file") return;
    event.preventDefault();
    const next = row.nextElementSibling || add();
    if (next) next.cells[event.target.closest("td").cellIndex].querySelector("input:not([type=hidden]), select").focus();
  });
  grid.addEventListener("input", sum);
}

// Switching the language keeps what was typed, for the one page that follows.
const KEPT = "typed-before-language";
const typedIn = (form) => [...form.elements].filter((one) => one.name && !["hidden", "password", "file", "submit"].includes(one.type));
document.addEventListener("submit", (event) => {
  if (!event.target.querySelector("button[name=language]") || !changed.size) return;
  const forms = [...document.forms].map((form) => (changed.has(form) ? typedIn(form).map((one) => [one.name, one.value, one.checked]) : []));
  sessionStorage.setItem(KEPT, JSON.stringify({ path: location.pathname, forms }));
});
const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
sessionStorage.removeItem(KEPT);
if (kept && kept.path === location.pathname) {
  kept.forms.forEach((fields, at) => {
    const form = document.forms[at];
    if (!form || !fields.length) return;
    const boxes = typedIn(form);
    fields.forEach(([name, value, checked], place) => {
      const box = boxes[place];
      if (!box || box.name !== name) return;
      if (box.type === "checkbox" || box.type === "radio") box.checked = checked;
      else box.value = value;
    });
    changed.add(form);
  });
}
