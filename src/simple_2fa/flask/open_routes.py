"""Our own routes that change something and demand nothing, each with the reason why."""

from collections.abc import Mapping

OPEN: Mapping[str, str] = {
    "web.POST /register": "nobody has an account yet; a mailed code makes one",
    "web.POST /login": "takes the password, the first step; a code comes second",
    "web.POST /login/with/<factor>": "takes an answer that stands for two factors",
    "web.POST /login/with/<factor>/begin": "puts the question for that; nothing is proved by it",
    "web.POST /login/with/<factor>/offer": "the same for the page's script",
    "web.POST /logout": "gives up what the session has; the form's token keeps other sites out",
    "web.POST /forgot": "mails a code, and says to nobody whether there is an account",
    "web.POST /not-me/<token>": "takes a letter's link, once, and signs everybody out",
    "web.POST /verify/not-me/<token>": "takes a letter's link, once, and signs everybody out",
    "web.POST /undo": "takes the former password, in the browser that knew it",
    "web.POST /verify/answer": "takes the code itself; guesses are counted",
    "web.POST /verify/resend": "mails a code where one was asked for already, at a measured pace",
    "web.POST /verify/switch": "puts the open question another way; nothing is proved by that",
    "web.POST /verify/unlock": "mails a code to whoever waits and is paused; it signs nobody in",
    "web.POST /verify/address": "corrects an address for which there is no account yet",
    "inbox.clear": "development's letters, on this machine alone",
}
"""By endpoint, without the name of our blueprint."""
