// Passkeys without a question of ours: offered in the list of a sign-in form's email field, and made
// in passing after a password. Where a browser can't, nothing is seen of it.
import { isAble, isThere, perform } from "./webauthn.js";

const STALE = new DOMException("The question is old", "AbortError");

document.querySelectorAll("form[data-offer]").forEach(offer);
document.querySelectorAll("form[data-upgrade]").forEach(upgrade);

// <form data-offer="/…" method="post" action="/…"> with an input `code`, hidden or with a button of
// its own; beside it an <input autocomplete="username webauthn">.
async function offer(form) {
  if (!isThere("get") || !await isAble("conditionalGet")) return;
  let current = new AbortController();
  // Whatever form is sent, the browser's list is no longer of use.
  document.addEventListener("submit", () => current.abort(), { capture: true });
  while (!current.signal.aborted || current.signal.reason === STALE) {
    await visible();
    current = new AbortController();
    await offerOnce(form, current);
  }
}

async function offerOnce(form, current) {
  try {
    const { options } = await begin(form, form.dataset.offer);
    // This kind of question waits for ever, but its challenge expires.
    setTimeout(() => current.abort(STALE), JSON.parse(options).timeout);
    const more = { signal: current.signal, mediation: "conditional" };
    form.elements.code.value = await perform("get", options, more);
    form.submit();
  } catch { /* taken back, or not possible here */ }
  if (current.signal.reason !== STALE) current.abort();
}

// <form data-upgrade="/…" method="post" action="/…" hidden>: nobody leaves the page for it.
async function upgrade(form) {
  if (!isThere("create") || !await isAble("conditionalCreate")) return;
  try {
    const { options } = await begin(form, form.dataset.upgrade);
    form.elements.code.value = await perform("create", options, { mediation: "conditional" });
    await post(form, form.action);
  } catch { /* there already, or not wanted */ }
}

// The reply is an object: `options` as JSON text, and values for the form's other inputs, by name.
async function begin(form, address) {
  const begun = await (await post(form, address)).json();
  for (const [name, value] of Object.entries(begun)) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  return begun;
}

async function post(form, address) {
  const reply = await fetch(address, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  if (!reply.ok) throw new Error(`${address} said ${reply.status}`);
  return reply;
}

function visible() {
  if (!document.hidden) return null;
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", resolve, { once: true });
  });
}
