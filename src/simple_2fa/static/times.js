// Times in the reader's own zone, where the browser knows it. Without this they are told in UTC.
const A_DAY = 86_400_000;
const page = document.documentElement.lang;
const language = navigator.languages.find((each) => each.startsWith(page)) ?? page;
const clock = new Intl.DateTimeFormat(language, { timeStyle: "short" });
export const date = new Intl.DateTimeFormat(language, { dateStyle: "long" });
const word = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

export function tellTimes(where) {
  if (clock.resolvedOptions().timeZone === "UTC") return;
  for (const each of where.querySelectorAll("time")) {
    const at = new Date(each.dateTime), isDay = "day" in each.dataset;
    if (!isDay) each.title = each.textContent;
    each.textContent = isDay ? dayOf(at, each.dataset.day) : clock.format(at);
  }
}

// A date stays a date, whatever the zone: the words before it fit no 'yesterday'.
function dayOf(at, now) {
  const days = Math.round((midnight(at) - midnight(new Date(now))) / A_DAY);
  return now && Math.abs(days) < 2 ? word.format(days, "day") : date.format(at);
}

function midnight(at) {
  return new Date(at).setHours(0, 0, 0, 0);
}
