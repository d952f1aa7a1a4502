// Runs cases one after another at a local Cognito, and prints a JSON line for each.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";

// { url, poolId, clientId, users: { purpose: user name }, password, now: of the pool, in seconds }
export const pool = JSON.parse(process.argv[2]);
export const NEW_PASSWORD = "canary-Changed 2";
export { assert };

export async function judge(cases) {
  for (const [name, run] of Object.entries(cases)) {
    try {
      await run();
      console.log(JSON.stringify({ name, error: null }));
    } catch (error) {
      console.log(JSON.stringify({ name, error: `${error.name}: ${error.message}` }));
    }
  }
  process.exit(0); // a client may keep a connection open
}

export async function rejects(promise, name) {
  await assert.rejects(promise, (error) => {
    assert.ok([error.name, error.code].includes(name), `${error.name} is not ${name}`);
    return true;
  });
}

export async function mailedCode() {
  const page = await (await fetch(`${pool.url}/outbox`)).text();
  return page.match(/class="code">([0-9]+)</)[1];
}

export function claims(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
}

// RFC 6238; `steps` away from now, since a code counts once.
export function totp(secret, steps = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...secret].map((each) => letters.indexOf(each).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((each) => parseInt(each, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(pool.now / 30) + steps));
  const digest = createHmac("sha1", key).update(counter).digest();
  const number = digest.readUInt32BE(digest[19] & 15) & 0x7fffffff;
  return String(number % 1000000).padStart(6, "0");
}
