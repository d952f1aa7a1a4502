// Send "this account changed" to the auth service.
//
//     WEBHOOK_KEY=whsec_... node send_webhook.mjs https://auth.example.com/auth/profile-changed 4711
//
// Ends with status 0 if the message was received; otherwise send it again later, with the same id.

import { createHmac, randomBytes } from "node:crypto";

// Sign with every key: two while a key is replaced.
function signatures(keys, id, timestamp, body) {
  return keys
    .map((key) => createHmac("sha256", Buffer.from(key.replace(/^whsec_/, ""), "base64"))
      .update(`${id}.${timestamp}.${body}`).digest("base64"))
    .map((mac) => `v1,${mac}`)
    .join(" ");
}

// Return the HTTP status of one attempt.
async function send(url, keys, id, legacyUid) {
  const body = JSON.stringify({ type: "profile.changed", data: { legacy_uid: legacyUid } });
  const timestamp = Math.floor(Date.now() / 1000).toString();
  const answer = await fetch(url, {
    method: "POST",
    redirect: "manual",
    signal: AbortSignal.timeout(20_000),
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": signatures(keys, id, timestamp, body),
    },
    body,
  });
  return answer.status;
}

const [url, legacyUid] = process.argv.slice(2);
const keys = process.env.WEBHOOK_KEY.trim().split(/\s+/);
const status = await send(url, keys, `msg_${randomBytes(16).toString("hex")}`, legacyUid);
console.log(status);
process.exitCode = status >= 200 && status < 300 ? 0 : 1;
