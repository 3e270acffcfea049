// Where the email is, asked every 3 seconds while somebody looks. The words are the server's.
import { tellTimes } from "./times.js";

const EVERY = 3000;
const FINAL = new Set(["sent", "failed"]);

export function followDelivery(say) {
  const box = document.querySelector("[data-delivery]");
  if (!box || FINAL.has(box.dataset.state)) return;
  document.querySelector("[data-unscripted]")?.remove();
  let timer = null;
  const next = () => {
    clearTimeout(timer);
    if (box.isConnected && !document.hidden) timer = setTimeout(ask, EVERY);
  };
  const ask = async () => {
    if (await isOpen(box, say)) next();
    else document.removeEventListener("visibilitychange", next);
  };
  document.addEventListener("visibilitychange", next);
  next();
}

// Whether to ask again: not once the state is final or the challenge is gone.
async function isOpen(box, say) {
  try {
    const answer = await fetch(box.dataset.delivery, { cache: "no-store", headers: { Accept: "application/json" } });
    if (!answer.ok) return answer.status === 429 || answer.status >= 500;
    show(box, await answer.json(), say);
  } catch {
    return true;
  }
  return !FINAL.has(box.dataset.state);
}

// Said aloud only where the words change: 'queued' and 'sending' read alike.
function show(box, { state, line }, say) {
  const before = box.querySelector("p").textContent;
  box.dataset.state = state;
  if (line === box.dataset.line) return;
  box.dataset.line = line;
  box.innerHTML = line;
  tellTimes(box);
  const now = box.querySelector("p").textContent;
  if (now !== before) say(now);
}
