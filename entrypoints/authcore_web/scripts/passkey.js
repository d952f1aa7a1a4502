// Pass Cognito's WebAuthn options to the browser, and the browser's answer to the form.
// See: Web Authentication Level 3 §5.1.8, §5.1.10.

const form = document.querySelector("form[data-passkey]");

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function optionsOf(json) {
  const descriptors = (json.allowCredentials || []).map((each) => ({ ...each, id: bytes(each.id) }));
  return { ...json, challenge: bytes(json.challenge), allowCredentials: descriptors };
}

function jsonOf(credential) {
  const { authenticatorData, clientDataJSON, signature, userHandle } = credential.response;
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment || undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : undefined,
    },
  };
}

form.addEventListener("submit", async (event) => {
  if (event.submitter && event.submitter.name) return; // another factor
  event.preventDefault();
  const failed = document.getElementById("passkey-failed");
  failed.hidden = true;
  try {
    const publicKey = optionsOf(JSON.parse(form.dataset.passkey));
    const credential = await navigator.credentials.get({ publicKey });
    form.elements.credential.value = JSON.stringify(jsonOf(credential));
    form.submit();
  } catch {
    failed.hidden = false; // cancelled, timed out, or no passkey here
  }
});
