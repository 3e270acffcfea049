// Browsers keep lists of passkeys: tell them which still work, whose they are, which one is none of
// ours. A browser that doesn't listen is as good.
const native = globalThis.PublicKeyCredential;

for (const { dataset } of document.querySelectorAll("[data-signals]")) {
  const told = JSON.parse(dataset.signals);
  tell("signalAllAcceptedCredentials", told);
  tell("signalCurrentUserDetails", told);
}
for (const { dataset } of document.querySelectorAll("[data-unknown-passkey]")) {
  tell("signalUnknownCredential", JSON.parse(dataset.unknownPasskey));
}

async function tell(method, told) {
  try {
    await native[method](told);
  } catch { /* an old browser, or one without such a list */ }
}
