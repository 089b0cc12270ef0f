// Receives webhooks of Orion: node receiver.mjs, with WEBHOOK_SECRET and PORT. Needs Node 18 and nothing else.

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const TOLERANCE_SECONDS = 300;

/** Whether Orion has signed exactly these bytes within the last five minutes. */
export function verify(secret, headers, body) {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  if (!/^\d+$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const expected = Buffer.from(`v1,${createHmac("sha256", key).update(content).digest("base64")}`);
  return (headers["webhook-signature"] ?? "").split(" ").some((text) => {
    const signature = Buffer.from(text);
    return signature.length === expected.length && timingSafeEqual(signature, expected);
  });
}

const server = createServer(async (request, response) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  const body = Buffer.concat(parts);
  if (!verify(process.env.WEBHOOK_SECRET, request.headers, body)) {
    response.writeHead(401).end();
    return;
  }
  const event = JSON.parse(body.toString("utf8"));
  // Store the event under its id and answer at once; the same id may come twice.
  console.log(event.id, event.type, JSON.stringify(event.data));
  response.writeHead(204).end();
});
server.listen(Number(process.env.PORT ?? 9000), "127.0.0.1", () => console.log("listening"));
