// The choice of a place as one box: type, and press Enter at a place of the list (WAI-ARIA combobox with a list box).
// Without this script the same page has a search box, a button and radio buttons.
"use strict";

const WAIT_MS = 150;

function oneBox(root) {
  const form = root.closest("form");
  const box = root.querySelector("input[type=search]");
  const options = root.querySelector("#place-options");
  const askButton = root.querySelector("button[name=ask_place]");
  const words = root.dataset;
  const hidden = element("input", { type: "hidden", name: "place" });
  const list = element("ul", { id: "place-list", role: "listbox", className: "combobox-list", hidden: true });
  const said = element("p", { id: "place-said", className: "hint" });
  const chosenLine = element("p", { id: "place-chosen", className: "chosen-place" });
  let places = []; // what the list shows
  let chosen = null;
  let askedFor = box.value; // the words that `places` were found by
  let active = -1;
  let timer = 0;
  let asked = 0; // the newest question; answers to older ones are dropped
  let waiting = false; // for an answer
  let takeWhenThere = false; // Enter or Tab was quicker than the answer

  function element(name, properties) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key in made) {
        made[key] = value;
      } else {
        made.setAttribute(key, value);
      }
    }
    return made;
  }

  function placesIn(part) {
    return Array.from(part.querySelectorAll("input[name=place]"), (radio) => {
      const label = part.querySelector(`label[for="${radio.id}"]`);
      const detail = label.querySelector(".muted");
      const about = detail ? detail.textContent.trim() : "";
      return { id: radio.value, name: label.firstChild.textContent.trim(), about, checked: radio.checked };
    });
  }

  function setUp() {
    const error = root.querySelector(".field-error");
    const mark = root.querySelector(".mark");
    places = placesIn(options);
    said.textContent = words.hint;
    box.setAttribute("role", "combobox");
    box.setAttribute("aria-autocomplete", "list");
    box.setAttribute("aria-expanded", "false");
    box.setAttribute("aria-controls", list.id);
    box.setAttribute("aria-describedby", `${error ? error.id + " " : ""}${said.id} ${chosenLine.id}`);
    list.setAttribute("aria-label", words.list);
    said.setAttribute("role", "status");
    const field = box.closest(".field");
    field.classList.add("combobox");
    field.querySelector("label").append(" ", mark);
    if (error) {
      field.classList.add("field-wrong");
      box.setAttribute("aria-invalid", "true");
      field.querySelector("label").after(error);
    }
    box.after(list);
    field.append(said, chosenLine, hidden);
    root.querySelector("button[name=find]").remove();
    options.closest(".field").remove();
    for (const link of document.querySelectorAll('a[href="#id_place"]')) {
      link.href = `#${box.id}`;
    }
    const before = places.find((place) => place.checked);
    if (before) {
      choose(before);
    } else if (box.value) {
      ask(); // what was found without the script may be long
    }
  }

  function choose(place) {
    chosen = place;
    hidden.value = place ? place.id : "";
    chosenLine.textContent = place ? `${words.chosen} ${place.name} (${place.about})` : "";
    askButton.closest("p").hidden = Boolean(place); // one stop less on the way to the next field
    if (place) {
      box.value = place.name;
    }
    close();
    hidden.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // The last line of the list asks for a place that is not in it.
  function lineOf(place, index) {
    const line = element("li", { id: `place-line-${index}`, role: "option" });
    line.setAttribute("aria-selected", "false");
    const about = element("span", { className: "muted", textContent: place.about });
    line.append(element("span", { textContent: place.name }), about);
    // The box keeps the focus: pressing the mouse must not take it away before the click is there.
    line.addEventListener("mousedown", (event) => event.preventDefault());
    line.addEventListener("click", () => takeLine(index));
    return line;
  }

  function takeLine(index) {
    if (index < places.length) {
      choose(places[index]);
    } else {
      askButton.click();
    }
  }

  function show() {
    list.replaceChildren(...[...places, { name: words.ask, about: "" }].map(lineOf));
    list.hidden = places.length === 0;
    box.setAttribute("aria-expanded", String(!list.hidden));
    point(places.length ? 0 : -1);
  }

  function open() {
    if (places.length && (chosen || askedFor === box.value)) {
      show();
    } else {
      ask();
    }
  }

  function close() {
    list.hidden = true;
    box.setAttribute("aria-expanded", "false");
    point(-1);
  }

  function point(index) {
    active = index;
    Array.from(list.children, (line, at) => line.setAttribute("aria-selected", String(at === index)));
    if (index < 0) {
      box.removeAttribute("aria-activedescendant");
    } else {
      box.setAttribute("aria-activedescendant", list.children[index].id);
      list.children[index].scrollIntoView({ block: "nearest" });
    }
  }

  async function ask() {
    const question = ++asked;
    const typed = box.value;
    waiting = true;
    clearTimeout(timer);
    timer = 0;
    let part;
    try {
      const url = `${words.url}?place_q=${encodeURIComponent(typed)}`;
      const answer = await fetch(url, { redirect: "manual", headers: { "HX-Request": "true" } });
      part = answer.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
    } catch {
      part = null;
    }
    if (question !== asked) {
      return;
    }
    waiting = false;
    if (!part) {
      said.textContent = words.failed;
      takeWhenThere = false;
      return;
    }
    places = placesIn(part);
    askedFor = typed;
    const sentences = Array.from(part.querySelectorAll("p"), (line) => line.textContent.trim());
    if (places.length) {
      sentences[0] += `: ${places.length}`;
    }
    said.textContent = sentences.join(" ");
    if (takeWhenThere && places.length === 1) {
      choose(places[0]);
    } else if (document.activeElement === box) {
      show();
    }
    takeWhenThere = false;
  }

  function take(event) {
    const isOpen = !list.hidden && active >= 0;
    if (waiting || timer) {
      takeWhenThere = true;
    } else if (isOpen && (active < places.length || event.key === "Enter")) {
      takeLine(active);
    } else if (chosen || event.key === "Tab") {
      return; // Enter saves the form, as in every other field
    } else {
      ask();
    }
    if (event.key === "Enter") {
      event.preventDefault();
    }
  }

  function onKey(event) {
    const { key } = event;
    if (key === "ArrowDown" || key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) {
        open();
      } else {
        const lines = list.children.length;
        point((active + (key === "ArrowDown" ? 1 : lines - 1)) % lines);
      }
    } else if (key === "Enter" || (key === "Tab" && !event.shiftKey)) {
      take(event);
    } else if (key === "Escape" && !list.hidden) {
      event.preventDefault();
      close();
    }
  }

  function onInput() {
    if (chosen) {
      const typed = box.value;
      choose(null);
      box.value = typed;
    }
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = 0;
      ask();
    }, WAIT_MS);
  }

  // With words in the box but no place chosen the server would search, not save.
  function beforeSending(event) {
    const { submitter } = event;
    const isToSave = !submitter || (submitter !== askButton && !submitter.formAction.endsWith("/kept/"));
    if (!hidden.value && box.value.trim() && isToSave) {
      event.preventDefault();
      event.stopImmediatePropagation();
      box.focus();
      show();
      said.textContent = words.choose;
    }
  }

  setUp();
  box.addEventListener("keydown", onKey);
  box.addEventListener("input", onInput);
  box.addEventListener("click", () => list.hidden && open());
  box.addEventListener("blur", close);
  form.addEventListener("submit", beforeSending, { capture: true });
}

for (const root of document.querySelectorAll("[data-place-choice]")) {
  oneBox(root);
}
