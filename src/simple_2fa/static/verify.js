// The page of a second step. Everything here is a convenience: the page works without it.
import { guardForms } from "./busy.js";
import { countDown } from "./countdown.js";
import { followDelivery } from "./delivery.js";

const status = document.querySelector("[role=status]");
const say = (words) => { status.textContent = words; };

guardForms();
countDown(say);
followDelivery(say);
