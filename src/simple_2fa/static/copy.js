// Copy buttons. Without this script, or without a clipboard, the text is there to select.
const SHOWN_FOR = 2000;

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", () => copy(button, document.getElementById(button.dataset.copy)));
}

async function copy(button, source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    thank(button);
  } catch {
    getSelection().selectAllChildren(source);
  }
}

function thank(button) {
  const status = document.querySelector("[role=status]");
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.textContent = status.textContent = button.dataset.copied;
  setTimeout(() => {
    button.textContent = label;
    status.textContent = "";
  }, SHOWN_FOR);
}
