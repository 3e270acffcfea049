// 'in 27 seconds', by a clock that nobody can set. The words are the server's.

export function countDown(say) {
  const waits = [...document.querySelectorAll("[data-wait]")].map(begin);
  if (waits.length === 0) return;
  const tick = () => show(waits, say);
  const timer = setInterval(() => {
    tick();
    if (waits.every((wait) => wait.over)) clearInterval(timer);
  }, 250);
  addEventListener("pageshow", tick);
  document.addEventListener("visibilitychange", tick);
}

function begin(element) {
  const [page] = performance.getEntriesByType("navigation");
  const sent = page?.responseStart ?? performance.now();
  return { element, until: sent + 1000 * Number(element.dataset.wait), over: false };
}

function show(waits, say) {
  for (const wait of waits.filter(({ over }) => !over)) {
    const left = Math.max(0, Math.ceil((wait.until - performance.now()) / 1000));
    wait.over = left === 0;
    const words = wordsFor(wait.element.dataset, left);
    if (wait.element.textContent !== words) wait.element.textContent = words;
    if (wait.over && wait.element.dataset.status) say(wait.element.dataset.status);
  }
}

function wordsFor({ ready, one, many }, left) {
  if (left === 0) return ready;
  return left === 1 ? one : many.replace("{n}", left);
}
