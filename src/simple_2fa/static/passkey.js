// A passkey instead of something typed: asked for when the form is sent, and by itself once where
// the page says so. Whatever goes wrong is said in the form's status line; the button stays.
import { isThere, perform } from "./webauthn.js";

for (const input of document.querySelectorAll("input[data-passkey]")) askFor(input);

function askFor(input) {
  const { form } = input;
  const status = form.querySelector("[role=status]");
  let current = new AbortController();
  let former = Promise.resolve();

  form.addEventListener("submit", (event) => {
    if (input.value) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // nothing is sent yet, so nothing is to be guarded
    begin();
  }, { capture: true });
  addEventListener("pageshow", () => { input.value = ""; });
  if ("start" in input.dataset && !wantsMore(form)) begin();

  // A browser asks for one at a time: pressed again, the former question is taken back.
  function begin() {
    current.abort();
    current = new AbortController();
    const { signal } = current;
    former = former.then(() => answer(signal));
  }

  async function answer(signal) {
    const { passkey: kind, options } = input.dataset;
    if (signal.aborted) return;
    status.textContent = "";
    try {
      if (!isThere(kind)) throw new DOMException("", "NotSupportedError");
      input.value = await perform(kind, options, { signal });
      form.requestSubmit();
    } catch (error) {
      if (!signal.aborted) status.textContent = wordsFor(error, status.dataset);
    }
  }
}

// Whoever has a name to type first presses the button then.
function wantsMore(form) {
  return form.querySelector("input:not([type=hidden], [type=checkbox])") !== null;
}

function wordsFor({ name }, { failed, there, unable }) {
  if (name === "InvalidStateError" && there) return there;
  return name === "NotSupportedError" ? unable : failed;
}
