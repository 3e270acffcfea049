// Every page. Everything here is a convenience: the page works without it.
import { guardForms } from "./busy.js";
import { countDown } from "./countdown.js";
import { standForForm } from "./history.js";
import { showPasswords } from "./password.js";
import { tellTimes } from "./times.js";

// In another application's layout there is more on the page than what is ours.
const ours = document.querySelector("[data-ours]") ?? document;
const status = ours.querySelector(".unseen[role=status]");

export const say = (words) => { status.textContent = words; };

standForForm();
guardForms(ours.querySelectorAll("form"));
countDown(say);
showPasswords();
tellTimes(ours);
