/**
 * Runs in the page: the contrast (WCAG 2.2, 1.4.3) of every visible text against what is painted behind it.
 * @returns one entry a text, the worst first
 */
export const TEXT_CONTRASTS = `(() => {
  const channels = (css) => { const [r, g, b, a = 1] = css.match(/[\\d.]+/g).map(Number); return [r, g, b, a]; };
  const luminance = (rgb) => {
    const [r, g, b] = rgb.map((c) => { const s = c / 255; return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4; });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((c, i) => c * a + below[i] * (1 - a));
  const paintedBehind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const layer = channels(getComputedStyle(at).backgroundColor);
      if (layer[3] > 0) layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const texts = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.textContent.trim();
    if (text === "" || !element.checkVisibility() || element.closest("noscript, script")) continue;
    const behind = paintedBehind(element);
    const ink = over(channels(getComputedStyle(element).color), behind);
    const [light, dark] = [luminance(ink), luminance(behind)].sort((a, b) => b - a);
    texts.push({ text: text.slice(0, 40), contrast: (light + 0.05) / (dark + 0.05) });
  }
  return texts.sort((a, b) => a.contrast - b.contrast);
})()`;
