// The forms of a visit and its record: how many characters a long text still has room for.
"use strict";

function countDown(area) {
  const limit = Number(area.dataset.limit);
  const language = document.documentElement.lang;
  const note = document.createElement("p");
  note.className = "hint";
  note.setAttribute("aria-live", "polite");
  area.after(note);
  function tell() {
    const length = area.value.length;
    // Silent until it matters, so that a screen reader is not interrupted at each key.
    note.textContent = length > limit * 0.8 ? `${length.toLocaleString(language)} / ${limit.toLocaleString(language)}` : "";
  }
  area.addEventListener("input", tell);
  tell();
}

for (const area of document.querySelectorAll("textarea[data-limit]")) {
  countDown(area);
}
