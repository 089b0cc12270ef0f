// Which sentences stand where on this page: marks in texts and attributes, with their boxes in pixels of the page.
// `i18n/marks.py` says what a mark looks like.
(() => {
  const OPEN = "\u2062", CLOSE = "\u2063", ZERO = "\u2061", ONE = "\u2064", DIGITS = 13;
  const MARK = new RegExp(`${OPEN}([${ZERO}${ONE}]{${DIGITS}})|${CLOSE}`, "g");
  const EVERY = /[\u2061-\u2064]/g;
  const HIDDEN = ".visually-hidden, .skip:not(:focus)";
  const numberOf = (digits) => parseInt(digits.replaceAll(ZERO, "0").replaceAll(ONE, "1"), 2);
  const said = (text) => text.replace(EVERY, "");

  // [number, start, end] of each mark; a position is [index of the piece, offset]. Texts cut off before their end are left out.
  const marksOf = (pieces) => {
    const found = [], opened = [];
    pieces.forEach((piece, index) => {
      for (const token of piece.matchAll(MARK)) {
        if (token[1]) opened.push([numberOf(token[1]), [index, token.index + token[0].length]]);
        else if (opened.length) found.push([...opened.pop(), [index, token.index]]);
      }
    });
    return found;
  };
  const isSeen = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !element.closest(HIDDEN);
  const place = (number, text, kind, rect, element) => ({
    number, text: said(text), kind,
    isVisible: rect.width > 1 && rect.height > 1 && rect.right + scrollX > 0 && isSeen(element),
    box: [rect.left + scrollX, rect.top + scrollY, rect.width, rect.height].map(Math.round),
  });
  const textNodes = (root) => {
    const nodes = [], walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) nodes.push(walker.currentNode);
    return nodes;
  };
  const shownIn = (element) => element.closest("select") ?? element;
  const inTexts = (root) => {
    const nodes = textNodes(root);
    return marksOf(nodes.map(({ data }) => data)).map(([number, start, end]) => {
      const range = document.createRange(), element = nodes[start[0]].parentElement;
      range.setStart(nodes[start[0]], start[1]);
      range.setEnd(nodes[end[0]], end[1]);
      const isOption = Boolean(element?.closest("option, optgroup"));
      const parent = element ?? range.commonAncestorContainer.parentElement ?? document.body;
      const rect = isOption ? shownIn(parent).getBoundingClientRect() : range.getBoundingClientRect();
      const found = place(number, range.toString(), isOption ? "option" : "text", rect, isOption ? shownIn(parent) : parent);
      return { ...found, element: parent };
    });
  };
  const inAttributes = (root) => [...root.querySelectorAll("*")].flatMap((element) =>
    [...element.attributes].filter(({ value }) => value.includes(OPEN)).flatMap(({ name, value }) =>
      marksOf([value]).map(([number, [, start], [, end]]) => {
        const shown = shownIn(element);
        return { ...place(number, value.slice(start, end), name, shown.getBoundingClientRect(), shown), element };
      })));
  const inTemplates = () => [...document.querySelectorAll("template")].flatMap(({ content }) =>
    [...inTexts(content), ...inAttributes(content)].map((found) => ({ ...found, kind: "template", isVisible: false })));
  const inTitle = () => marksOf([document.title]).map(([number, [, start], [, end]]) => ({
    number, text: said(document.title.slice(start, end)), kind: "title", isVisible: false, box: [0, 0, 0, 0], element: document.body,
  }));

  window.markedPlaces = () => [...inTexts(document.documentElement), ...inAttributes(document), ...inTemplates(), ...inTitle()];
})();
