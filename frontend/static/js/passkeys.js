// Passkeys: asks the browser for one and submits the form with the answer. README.md lists the attributes.
import("./session.js");

const isSupported = () => window.PublicKeyCredential?.parseRequestOptionsFromJSON !== undefined;

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-passkey] [data-ask]");
  if (button) ask(button.closest("form"), button);
});
for (const event of ["htmx:after:swap", "DOMContentLoaded"]) document.addEventListener(event, show);
show();

function show() {
  if (!isSupported()) return;
  for (const one of document.querySelectorAll("[data-passkey], [data-needs-passkey]")) one.hidden = false;
  for (const one of document.querySelectorAll("[data-without-passkeys]")) one.hidden = true;
}

/** The form keeps everything else that was entered, such as the passkey's name. */
async function ask(form, button) {
  if (!form.reportValidity()) return;
  const failed = form.querySelector("[data-failed]");
  failed.hidden = true;
  button.disabled = true;
  try {
    const options = await read(form);
    const credential = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
    form.elements.passkey.value = JSON.stringify(credential.toJSON());
    form.requestSubmit();
  } catch {
    failed.hidden = false;
  }
  button.disabled = false;
}

/** The options are in the page, or come from an address together with the step they belong to. */
async function read(form) {
  if (form.dataset.options) return JSON.parse(form.dataset.options);
  const headers = { "X-CSRF-Token": form.elements._csrf_token.value };
  const answer = await fetch(form.dataset.optionsFrom, { method: "POST", headers });
  // Ten minutes after the confirmation: the page asks for it once more.
  if (answer.status === 403) location.reload();
  if (!answer.ok) throw new Error(answer.status);
  const { step, options } = await answer.json();
  form.elements.step.value = step;
  return options;
}
