// Warns two minutes before the session ends. The server decides when that is; this only asks it, and does not count as use.
"use strict";

const WARN_SECONDS = 120;
const BACKGROUND = { headers: { "X-Background": "yes" }, redirect: "manual", cache: "no-store" };

// Ask the server what is left of the session: other tabs may have used it meanwhile. 0 when it is over.
async function askServer(url) {
  const answer = await fetch(url, BACKGROUND);
  return answer.ok ? answer.json() : { left: 0 };
}

function watchSession(dialog) {
  const parts = Array.from(dialog.querySelectorAll("[data-while]"));
  const said = dialog.querySelector("[data-said]");
  const warnSeconds = Math.min(WARN_SECONDS, Number(dialog.dataset.seconds) * 0.8);
  let endsAt = 0;
  let ticking = 0;

  const left = () => Math.max(0, Math.round((endsAt - Date.now()) / 1000));

  function wait(seconds) {
    endsAt = Date.now() + seconds * 1000;
    clearInterval(ticking);
    setTimeout(look, Math.max(0, seconds - warnSeconds) * 1000);
  }

  async function look() {
    let answer;
    try {
      answer = await askServer(dialog.dataset.leftUrl);
    } catch {
      answer = { left: left() }; // no connection: keep to what was known
    }
    if (answer.left > warnSeconds + 1) {
      wait(answer.left);
      return;
    }
    endsAt = Date.now() + answer.left * 1000;
    show("running");
    if (!dialog.open) {
      dialog.showModal();
    }
    clearInterval(ticking);
    ticking = setInterval(tick, 1000);
    tick();
  }

  function show(...names) {
    for (const part of parts) {
      part.hidden = !names.includes(part.dataset.while);
    }
    dialog.querySelector("[data-stay]").hidden = names.includes("over") || names.includes("last");
  }

  function tick() {
    const seconds = left();
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    dialog.querySelector("[data-clock]").textContent = clock;
    // A screen reader hears the minutes only; every second would drown everything else.
    const minutes = `${said.dataset.minutes} ${Math.ceil(seconds / 60)}`;
    if (said.textContent !== minutes) {
      said.textContent = minutes;
    }
    if (seconds === 0) {
      clearInterval(ticking);
      finish();
    }
  }

  // Another tab may have kept the session alive while this one counted down.
  async function finish() {
    const answer = await askServer(dialog.dataset.leftUrl).catch(() => ({ left: 0 }));
    if (answer.left > 0) {
      look();
    } else {
      show("over");
    }
  }

  async function stay(event) {
    event.preventDefault();
    const form = event.target;
    const options = { method: "POST", body: new FormData(form), redirect: "manual" };
    const answer = await fetch(form.action, options).catch(() => null);
    if (!answer || !answer.ok) {
      finish();
      return;
    }
    const { left: seconds } = await answer.json();
    if (seconds <= warnSeconds + 1) {
      endsAt = Date.now() + seconds * 1000;
      show("running", "last"); // the twelve hours are nearly over
      return;
    }
    dialog.close();
    wait(seconds);
  }

  dialog.querySelector("[data-keep]").addEventListener("submit", stay);
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  // A computer that slept missed its timers.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !dialog.open && left() <= warnSeconds) {
      look();
    }
  });
  wait(Number(dialog.dataset.seconds));
}

// Signing in in another tab changed the token that forms carry: fetch the new one, so that one press is enough.
function refreshTokenBeforeSending(form) {
  form.addEventListener(
    "submit",
    async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const answer = await askServer(form.dataset.sendAgain).catch(() => ({}));
      if (answer.token) {
        form.elements.csrfmiddlewaretoken.value = answer.token;
      }
      form.submit();
    },
    { capture: true, once: true },
  );
}

const warning = document.getElementById("session-warning");
if (warning && typeof warning.showModal === "function") {
  watchSession(warning);
}
document.querySelectorAll("form[data-send-again]").forEach(refreshTokenBeforeSending);
