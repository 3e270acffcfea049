// The browser's own WebAuthn, in JSON: options in, the answer out as text.
const native = globalThis.PublicKeyCredential;
const PARSE = { get: "parseRequestOptionsFromJSON", create: "parseCreationOptionsFromJSON" };

export const isThere = (kind) => typeof native?.[PARSE[kind]] === "function";

export async function isAble(capability) {
  try {
    return (await native.getClientCapabilities())[capability] === true;
  } catch {
    return false;
  }
}

// `kind`: get or create; `options`: JSON; `more`: signal and mediation.
export async function perform(kind, options, more = {}) {
  const publicKey = native[PARSE[kind]](JSON.parse(options));
  const credential = await navigator.credentials[kind]({ publicKey, ...more });
  return JSON.stringify(credential.toJSON());
}
