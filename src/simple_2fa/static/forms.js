// Every page. Everything here is a convenience: the page works without it.
import { guardForms } from "./busy.js";
import { countDown } from "./countdown.js";
import { standForForm } from "./history.js";
import { showPasswords } from "./password.js";
import { tellTimes } from "./times.js";

const status = document.querySelector("[role=status]");

export const say = (words) => { status.textContent = words; };

standForForm();
guardForms();
countDown(say);
showPasswords();
tellTimes(document);
