/** A visit with the generated client: earn, lose the answer, repeat with the same key, redeem, return. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { argv } from "node:process";

import { AuthApi, Configuration, FetchError, IdempotencyApi, LoyaltyStoreApi, ResponseError } from "./index.js";

const [address = "", email = "", password = "", staffPin = ""] = argv.slice(2);

let isNextLost = false;

/** Drops the answer of a request that the server has carried out. */
async function fetchApi(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  if (!isNextLost) return response;
  isNextLost = false;
  throw new TypeError("The answer was lost");
}

const anonymous = new Configuration({ basePath: address });
const { token } = await new AuthApi(anonymous).signIn({ signIn: { email, password } });
const signedIn = new Configuration({ basePath: address, accessToken: token, fetchApi });
const store = new LoyaltyStoreApi(signedIn);

const program = await store.getProgram();
const [category] = program.categories;
const reward = program.rewards.find(({ pointsRequired }) => pointsRequired === 100);
assert(category && reward);
const joined = await store.enrollCustomer({
  idempotencyKey: randomUUID(),
  enroll: { email: "typescript@example.com", firstName: "Type" },
});

// A key is made, and kept, before the request is sent.
const sale = {
  cardId: joined.id,
  idempotencyKey: randomUUID(),
  earn: { purchaseAmountCents: 15_000, categoryIds: [category.id], staffPin },
};
isNextLost = true;
await assert.rejects(store.earnPoints(sale), FetchError);

const state = await new IdempotencyApi(signedIn).getIdempotencyKey({ key: sale.idempotencyKey });
const earned = await store.earnPoints(sale);
assert(earned.transaction);
assert.equal(earned.transaction.id, state.transactionId);
assert.equal(earned.card.pointsBalance, joined.pointsBalance + 150);

const redeemed = await store.redeemReward({
  cardId: joined.id,
  idempotencyKey: randomUUID(),
  redemption: { rewardId: reward.id },
});
assert.equal(redeemed.card.pointsBalance, earned.card.pointsBalance - 100);

const returned = await store.voidTransaction({
  transactionId: earned.transaction.id,
  idempotencyKey: randomUUID(),
  _void: { amountCents: 5_000, reason: "Too small", staffPin },
});
assert.equal(returned.card.pointsBalance, redeemed.card.pointsBalance - 50);

const unknown = store.getCard({ cardId: "00000000-0000-0000-0000-000000000000" });
await assert.rejects(unknown, (error) => error instanceof ResponseError && error.response.status === 404);
