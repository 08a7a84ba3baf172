/** Colours that read on light and dark alike, by the order series should take them. */
export const SERIES_COLOURS = ["#2a78d6", "#e8853a", "#1f9e89", "#b5478f", "#8a8f98", "#c9a227", "#6f5bd0", "#d1495b"] as const;

/** The paper, ink and type of everything Keel shows, in the reader's light or dark preference. */
export const HOUSE_STYLE = `
:root { --page: #f7f7f5; --card: #fff; --ink: #1d2126; --soft: #5c646d; --line: #e2e3e0; }
@media (prefers-color-scheme: dark) { :root { --page: #14171b; --card: #1c2026; --ink: #e8eaed; --soft: #9aa3ad; --line: #30363e; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
`;
