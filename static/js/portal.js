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

focusErrorSummary();
document.addEventListener("submit", stopLostInput);
document.addEventListener("submit", holdPressedButton);
// The Back button shows the page as it was left: its forms may be sent again.
window.addEventListener("pageshow", letGo);
