// Passkeys need JavaScript: their forms are hidden until this file is here. allauth's own scripts do the ceremony; this
// ties them to the page, which may hold no script of its own. Every other way of signing in works without any of this.
"use strict";

const TIE = {
  login: (forms, ids) => forms.loginForm({ ids: { login: ids.button, credential: ids.credential } }),
  authenticate: (forms, ids) =>
    forms.authenticateForm({ ids: { authenticate: ids.button, credential: ids.credential, data: "js_data" } }),
  add: (forms, ids) =>
    forms.addForm({
      ids: { add: ids.button, passwordless: ids.passwordless, credential: ids.credential, data: "js_data" },
    }),
};

function tie(form) {
  const ids = {
    button: "passkey_button",
    credential: form.querySelector("[name=credential]").id,
    passwordless: form.querySelector("[name=passwordless]")?.id,
  };
  TIE[form.dataset.passkey](window.allauth.webauthn.forms, ids);
  form.hidden = false;
}

function showProblem(event) {
  event.preventDefault();
  for (const problem of document.querySelectorAll("[data-passkey-problem]")) {
    problem.hidden = false;
  }
}

if (window.PublicKeyCredential && window.allauth?.webauthn) {
  document.addEventListener("allauth.error", showProblem);
  document.querySelectorAll("form[data-passkey]").forEach(tie);
}
