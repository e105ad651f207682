// What makes the pages a little quicker to use. Everything works without it.
"use strict";

// A form that came back with errors: the summary takes the focus, so that a screen reader begins there.
function focusErrorSummary() {
  const summary = document.querySelector("[data-takes-focus]");
  if (summary) {
    summary.setAttribute("tabindex", "-1");
    summary.focus();
  }
}

// A second press of the same button would send the form twice: hold the button until the next page is there.
function holdPressedButton(event) {
  if (event.defaultPrevented || event.target.method !== "post") {
    return;
  }
  if (event.target.dataset.sent) {
    event.preventDefault();
    return;
  }
  event.target.dataset.sent = "yes";
  // An answer that never comes, or a file that comes instead of a page, must not leave a dead button.
  setTimeout(letGo, 5000);
}

function letGo() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
}

// A half-written or impossible day is handed in by browsers as no day at all: it would be lost without a word.
function stopLostInput(event) {
  const lost = Array.from(event.target.elements).find((field) => field.validity && field.validity.badInput);
  if (lost) {
    event.preventDefault();
    for (let around = lost.closest("details"); around; around = around.parentElement.closest("details")) {
      around.open = true;
    }
    lost.reportValidity();
  }
}

// On a narrow screen the rows of a table stand as lists (tables.css); for that each cell is told its column's heading.
// Browsers keep calling it a table to a screen reader. Tables whose cells span, or of few columns, scroll as before.
function labelCells(table) {
  const headings = Array.from(table.querySelectorAll("thead th, thead td"), (cell) => cell.textContent.trim());
  const cells = Array.from(table.querySelectorAll("tbody > tr > *, tfoot > tr > *"));
  if (table.tHead.rows.length !== 1 || headings.length < 3 || table.querySelector("[rowspan], [colspan]")) {
    return;
  }
  for (const cell of cells) {
    cell.dataset.heading = headings[cell.cellIndex];
  }
  table.classList.add("stacks");
}

focusErrorSummary();
for (const table of document.querySelectorAll("table.data:has(> thead)")) {
  labelCells(table);
}
document.addEventListener("submit", stopLostInput);
document.addEventListener("submit", holdPressedButton);
// The Back button shows the page as it was left: its forms may be sent again.
window.addEventListener("pageshow", letGo);
