// Loaded before Spectral, which compiles patterns without ECMAScript's flag u: characters beyond the first plane need it.
const BEYOND = /[\u{10000}-\u{10ffff}]/u;

globalThis.RegExp = new Proxy(RegExp, {
  construct(target, [source, flags = ""]) {
    const isUnicode = typeof source === "string" && flags === "" && BEYOND.test(source);
    return new target(source, isUnicode ? "u" : flags);
  },
});
RegExp.prototype.constructor = RegExp;
