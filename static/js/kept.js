// Keeps on the server what is being typed into a long form, a few seconds after the last key. Nothing is written into
// the browser's own storage. Typing counts as use of the session; trying again after a failure does not.
"use strict";

const PAUSE_MS = 3000;
const LONGEST_PAUSE_MS = 15000;
const RETRY_MS = [3000, 6000, 12000, 30000];

function keepOnServer(form) {
  const state = form.querySelector("[data-kept-state]");
  const session = document.getElementById("session-warning");
  let timer = 0;
  let firstKey = 0; // since when something is typed that is not kept
  let failures = 0;
  let sending = null;
  let leaving = false; // the form itself is on its way

  const say = (text) => {
    state.textContent = text;
  };

  function onTyping(event) {
    if (event.target.name === "place_q") {
      return; // a search, not yet a choice
    }
    firstKey ||= Date.now();
    failures = 0;
    plan(Math.min(PAUSE_MS, Math.max(0, firstKey + LONGEST_PAUSE_MS - Date.now())));
  }

  function plan(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(keep, milliseconds);
  }

  function post(options) {
    const headers = { Accept: "application/json" };
    if (failures) {
      headers["X-Background"] = "yes";
    }
    const body = new URLSearchParams(new FormData(form));
    return fetch(form.dataset.keepUrl, { method: "POST", body, headers, redirect: "manual", ...options });
  }

  // Signing in in another tab changed the token that forms carry.
  async function renewToken() {
    if (!session) {
      return false;
    }
    const answer = await fetch(session.dataset.leftUrl, {
      headers: { "X-Background": "yes" },
      redirect: "manual",
      cache: "no-store",
    });
    const { left, token } = answer.ok ? await answer.json() : {};
    if (!token || !(left > 0)) {
      return false;
    }
    form.elements.csrfmiddlewaretoken.value = token;
    return true;
  }

  async function keep() {
    if (leaving || sending) {
      return;
    }
    const began = firstKey;
    firstKey = 0;
    sending = new AbortController();
    try {
      let answer = await post({ signal: sending.signal });
      if ([0, 401, 403].includes(answer.status) && (await renewToken())) {
        answer = await post({ signal: sending.signal });
      }
      await tell(answer, began);
    } catch {
      failed(state.dataset.offline, began);
    } finally {
      sending = null;
    }
    if (firstKey && !failures) {
      plan(PAUSE_MS); // typed on meanwhile
    }
  }

  async function tell(answer, began) {
    if (answer.status === 422) {
      say((await answer.json()).error); // too long: no use to send it again as it is
    } else if (answer.ok) {
      const { at } = await answer.json();
      failures = 0;
      say(at ? `${state.dataset.kept} ${at}` : "");
    } else {
      failed(answer.status >= 500 ? state.dataset.offline : state.dataset.signedOut, began);
    }
  }

  function failed(sentence, began) {
    if (leaving) {
      return;
    }
    firstKey = began || Date.now();
    say(sentence);
    plan(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
  }

  function onSubmit(event) {
    if (event.defaultPrevented) {
      return;
    }
    leaving = true;
    clearTimeout(timer);
    if (sending) {
      sending.abort();
    }
  }

  // A window that is closed or left: what was typed in the last seconds goes out now.
  function onLeaving() {
    if (!leaving && firstKey) {
      post({ keepalive: true }).catch(() => {});
      firstKey = 0;
    }
  }

  form.addEventListener("input", onTyping);
  form.addEventListener("change", onTyping);
  document.addEventListener("submit", (event) => event.target === form && onSubmit(event));
  window.addEventListener("online", () => firstKey && plan(0));
  window.addEventListener("pagehide", onLeaving);
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
}

for (const form of document.querySelectorAll("form[data-keep-url]")) {
  keepOnServer(form);
}
