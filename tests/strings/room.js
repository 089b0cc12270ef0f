// How many letters fit where a text cannot grow without end: buttons, tabs, entries of menus, badges and headings of tables.
(() => {
  const LINES = [
    [".badge, .tabs a, kbd", 1],
    ["button, .button, summary, .nav a, .places a, .sheet a", 2],
    // A narrow screen has none.
    ["thead th", 2],
  ];
  const SAMPLE = "Ajouter les points, Punkte hinzufügen, Punkten derbäi setzen";
  const pixels = (value) => parseFloat(value) || 0;
  const canvas = document.createElement("canvas").getContext("2d");
  const letter = (element) => {
    const { font, letterSpacing } = getComputedStyle(element);
    canvas.font = font;
    return canvas.measureText(SAMPLE).width / SAMPLE.length + pixels(letterSpacing);
  };
  const sides = (element) => {
    const style = getComputedStyle(element);
    return pixels(style.paddingLeft) + pixels(style.paddingRight) + pixels(style.borderLeftWidth) + pixels(style.borderRightWidth);
  };
  const isRow = ({ display, flexDirection }) => display.endsWith("flex") && !flexDirection.startsWith("column");
  const others = (parent, child) => [...parent.children].filter((other) => other !== child && other.checkVisibility()
    && !["absolute", "fixed"].includes(getComputedStyle(other).position));
  // What stands beside `child` on its line and stays there.
  const beside = (parent, child) => {
    const style = getComputedStyle(parent);
    if (!isRow(style) || style.flexWrap !== "nowrap") return 0;
    return others(parent, child).reduce((sum, other) => sum + other.getBoundingClientRect().width + pixels(style.columnGap), 0);
  };
  const isLine = (element) => ["inline", "contents"].includes(getComputedStyle(element).display);
  // The width that the content of `element` can have.
  const roomIn = (element) => {
    const { display } = getComputedStyle(element);
    if (display === "table-cell" || !element.parentElement) return element.clientWidth - (element.parentElement ? sides(element) : 0);
    let parent = element.parentElement;
    while (isLine(parent)) parent = parent.parentElement;
    const room = parent.getBoundingClientRect().width - sides(parent) - beside(parent, element);
    return Math.min(room, innerWidth) - sides(element);
  };
  window.lettersOf = (text) => {
    const found = LINES.map(([selector, lines]) => [text.closest(selector), lines]).find(([element]) => element);
    if (!found) return null;
    const [element, lines] = found;
    let room = roomIn(element);
    for (let inner = text; inner !== element; inner = inner.parentElement)
      if (!isLine(inner.parentElement)) room -= beside(inner.parentElement, inner) + (isLine(inner) ? 0 : sides(inner));
    if (text === element) room -= beside(element, text);
    return Math.max(0, Math.floor(room / letter(text))) * lines;
  };
  window.hasTable = () => Boolean(document.querySelector("thead th"));
  // [number, text, letters] of each text in such a place.
  window.measuredTexts = (within = "*") => markedPlaces()
    .filter(({ kind, isVisible, element }) => kind === "text" && isVisible && element.closest(within))
    .map(({ number, text, element }) => [number, text, lettersOf(element)])
    .filter(([, , letters]) => letters !== null);
})();
