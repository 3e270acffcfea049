// One submit at a time. The button is never disabled: that would drop it from the form.
const RESTORED_AFTER = 10_000;

let guarded = [];

export function guardForms(forms) {
  guarded = [...forms];
  for (const form of guarded) form.addEventListener("submit", hold);
  addEventListener("pageshow", releaseAll);
}

function hold(event) {
  const form = event.currentTarget;
  if ("held" in form.dataset) {
    event.preventDefault();
    return;
  }
  form.dataset.held = "";
  dim(event.submitter ?? form.querySelector("button"));
  setTimeout(releaseAll, RESTORED_AFTER);
}

function dim(button) {
  if (!button?.dataset.busy) return;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.dataset.label = button.textContent;
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-disabled", "true");
}

function releaseAll() {
  for (const form of guarded) delete form.dataset.held;
  for (const button of document.querySelectorAll("button[data-label]")) {
    button.textContent = button.dataset.label;
    button.style.minWidth = "";
    button.removeAttribute("aria-disabled");
    delete button.dataset.label;
  }
}
