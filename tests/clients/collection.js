// Makes a Postman collection, which Bruno imports too, of an OpenAPI document: `node collection.js DOCUMENT COLLECTION`.
// It is the same each time: placeholders are drawn with a fixed seed, and neither ids nor saved responses are kept.
const fs = require("node:fs");

let seed = 1;
Math.random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;

const { convertV2 } = require("openapi-to-postmanv2");

const OPTIONS = {
  folderStrategy: "Tags",
  requestParametersResolution: "Example",
  enableOptionalParameters: false,
};
const LEFT_OUT = ["id", "_postman_id", "uid", "response", "event", "protocolProfileBehavior"];

const VARIABLES = { baseUrl: "http://127.0.0.1:8000", bearerToken: "" };
const NEW_KEY = "{{$guid}}";

const [source, target] = process.argv.slice(2);
convertV2({ type: "string", data: fs.readFileSync(source, "utf8") }, OPTIONS, (error, conversion) => {
  if (error || !conversion.result) {
    console.error(error ?? conversion.reason);
    process.exit(1);
  }
  const collection = conversion.output[0].data;
  reduce(collection);
  delete collection.info._postman_id;
  collection.variable = Object.entries(VARIABLES).map(([key, value]) => ({ key, value }));
  fs.writeFileSync(target, JSON.stringify(collection, null, 1) + "\n");
});

function reduce(item) {
  LEFT_OUT.forEach((name) => delete item[name]);
  const key = item.request?.header.find((header) => header.key === "Idempotency-Key");
  if (key) key.value = NEW_KEY;
  (item.item ?? []).forEach(reduce);
}
