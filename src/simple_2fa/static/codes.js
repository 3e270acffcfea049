// New recovery codes: buttons to copy, download and print them. Nothing leaves the page. Without this
// script the codes are there to select.
import "./copy.js";
import { date } from "./times.js";

const KEPT_FOR = 10_000; // Safari fetches the file a little after the click.

show("[data-download]", ({ dataset }) => download(dataset, document.getElementById(dataset.download)));
show("[data-print]", () => print());

function show(buttons, act) {
  for (const button of document.querySelectorAll(buttons)) {
    button.hidden = false;
    button.addEventListener("click", () => act(button));
  }
}

function download({ file, head }, codes) {
  const text = [head, location.origin, date.format(), "", codes.textContent, ""].join("\n");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_FOR);
}
