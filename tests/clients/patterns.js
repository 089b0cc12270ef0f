// Compiles every pattern of an OpenAPI document with the flag u: `node patterns.js DOCUMENT`.
const fs = require("node:fs");

let count = 0;
JSON.parse(fs.readFileSync(process.argv[2], "utf8"), (name, value) => {
  if (name === "pattern" && typeof value === "string") {
    new RegExp(value, "u");
    count += 1;
  }
  return value;
});
if (count === 0) throw new Error("The document has no patterns");
