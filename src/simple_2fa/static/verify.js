// The page of a second step: a form, and where its email is.
import { followDelivery } from "./delivery.js";
import { say } from "./forms.js";

followDelivery(say);
