import { gzipSync } from "node:zlib";
import { Hono } from "hono";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mountRoom } from "../../../keeper/room/mountRoom.ts";
import { type Listening, listen } from "../../../keeper/service/listen.ts";
import { openBrowser } from "./browser.ts";
import { TEXT_CONTRASTS } from "./textContrasts.ts";
import { type WatchedDemo, watchDemo } from "./watchedDemo.ts";

const VIEWS = ["overview", "hedges", "pnl", "surface", "book", "health"] as const;
const HEADINGS = {
  overview: "Greeks against limits",
  hedges: "In flight",
  pnl: "Attribution",
  surface: "Volatility surface",
  book: "Options",
  health: "Health",
};

let demo: WatchedDemo;
let browser: Browser;
let server: Listening;
let key: string;
beforeAll(async () => {
  demo = await watchDemo({ standing: 6 });
  key = demo.room.state.current()[0]?.key ?? "";
  server = await listen(demo.room.app, 0, "--room");
  browser = await openBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  server?.close();
  await demo?.finish();
});

const address = (view: string, url = server.url) => `${url}/#/vault/${encodeURIComponent(key)}/${view}`;

type Visit = { readonly page: Page; readonly problems: string[]; readonly requests: string[] };

async function visit(options: { width?: number; colorScheme?: "light" | "dark" } = {}): Promise<Visit> {
  const { width = 1280, colorScheme = "light" } = options;
  const page = await browser.newPage({ viewport: { width, height: 844 }, colorScheme });
  const problems: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("request", (request) => requests.push(request.url()));
  return { page, problems, requests };
}

const shownBlock = (page: Page) => page.locator("main").getAttribute("data-block");
const showsBlock = (page: Page, block: number) => page.waitForSelector(`main[data-block="${block}"]`);
const lastBlock = () => demo.room.state.current()[0]?.view?.block.number ?? Number.NaN;

describe("the control room in Chromium", () => {
  it.each([
    { width: 1280, colorScheme: "light" },
    { width: 1280, colorScheme: "dark" },
    { width: 390, colorScheme: "light" },
    { width: 390, colorScheme: "dark" },
  ] as const)(
    "shows every view $width px wide in $colorScheme colours, legible and without sideways scrolling",
    async (options) => {
      const { page, problems } = await visit(options);
      for (const view of VIEWS) {
        await page.goto(address(view));
        await page.getByRole("heading", { name: HEADINGS[view], exact: true }).waitFor();
        await showsBlock(page, lastBlock());
        expect(await page.evaluate("document.documentElement.scrollWidth"), view).toBeLessThanOrEqual(options.width);
        const [worst, ...others] = (await page.evaluate(TEXT_CONTRASTS)) as { text: string; contrast: number }[];
        expect(others.length, view).toBeGreaterThan(10);
        expect(worst?.contrast, `${view}: ${worst?.text}`).toBeGreaterThanOrEqual(4.5);
      }
      expect(problems).toEqual([]);
      await page.close();
    },
  );

  it("shows hedges with their reasons and hashes, charts with lines in them, and positions", async () => {
    const { page } = await visit();
    await page.goto(address("hedges"));
    const hedge = demo.room.state.current()[0]?.acts.find(({ verdict, hash }) => verdict === "hedge" && hash !== undefined);
    expect(hedge).toBeDefined();
    await page.getByText(hedge?.hash ?? "").waitFor();
    expect(await page.getByText("removes risk worth").count()).toBeGreaterThan(0);
    await page.goto(address("overview"));
    await page.locator(".uplot canvas").first().waitFor();
    expect(await page.locator(".uplot canvas").count()).toBe(2);
    await page.goto(address("book"));
    expect(await page.getByRole("row").filter({ hasText: "live" }).count()).toBe(
      demo.room.state.current()[0]?.view?.underlyings.reduce((sum, { legs }) => sum + legs.length, 0),
    );
    await page.close();
  });

  it("changes with every block, before the next one is made", async () => {
    const { page } = await visit();
    await page.goto(address("overview"));
    for (let count = 0; count < 3; count += 1) {
      const before = lastBlock();
      await showsBlock(page, before);
      await demo.nextBlock();
      expect(lastBlock()).toBe(before + 1);
      await showsBlock(page, before + 1);
      expect(await page.locator(".pill").textContent()).toContain(`block ${before + 1}`);
    }
    await page.close();
  });

  it("is small, and asks nobody else for anything", async () => {
    const { page, requests } = await visit();
    await page.goto(address("overview"));
    await showsBlock(page, lastBlock());
    const urls = [...new Set(requests.map((url) => url.split("#")[0] ?? url))];
    expect(urls.filter((url) => !url.startsWith(server.url))).toEqual([]);
    const files = await Promise.all(urls.filter((url) => !url.includes("/room/events")).map((url) => fetch(url)));
    const bodies = await Promise.all(files.map(async (file) => Buffer.from(await file.arrayBuffer())));
    const stream = await fetch(`${server.url}/room/events?vault=${encodeURIComponent(key)}`);
    const first = await stream.body?.getReader().read();
    const bytes = [...bodies, Buffer.from(first?.value ?? [])].reduce((sum, body) => sum + gzipSync(body).length, 0);
    expect(bodies.length).toBeGreaterThan(15);
    expect(bytes).toBeLessThan(300_000);
    await page.close();
  });

  it("can be used with the keyboard alone", async () => {
    const { page } = await visit();
    await page.goto(address("overview"));
    await showsBlock(page, lastBlock());
    await page.keyboard.press("Tab");
    const focused = () => page.evaluate("document.activeElement.textContent");
    expect(await focused()).toBe("Skip to content");
    const tab = page.getByRole("link", { name: "P&L" });
    for (let count = 0; count < 20 && (await focused()) !== "P&L"; count += 1) await page.keyboard.press("Tab");
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Attribution" }).waitFor();
    expect(await tab.getAttribute("aria-current")).toBe("page");
    const chart = page.locator("figure").first();
    await chart.focus();
    const now = await chart.getAttribute("aria-label");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    expect(await chart.getAttribute("aria-label")).not.toBe(now);
    await page.close();
  });

  it("says so when the keeper is gone, and goes on by itself when it is back", async () => {
    const first = await listen(demo.room.app, 0, "--room");
    const { page } = await visit();
    await page.goto(address("overview", first.url));
    await showsBlock(page, lastBlock());
    expect(await page.getByRole("alert").count()).toBe(0);
    first.close();
    await page.getByRole("alert").filter({ hasText: "The keeper does not answer" }).waitFor();
    const again = await listen(demo.room.app, Number(new URL(first.url).port), "--room");
    await page.locator(".pill.good").waitFor();
    await demo.nextBlock();
    await showsBlock(page, lastBlock());
    await page.close();
    again.close();
  });

  it("says so when no block comes", async () => {
    const app = new Hono();
    const late = Date.now() + 200_000;
    mountRoom(app, { state: demo.room.state, staleMs: 60_000, now: () => late });
    const old = await listen(app, 0, "--room");
    const { page } = await visit();
    await page.goto(address("health", old.url));
    await page.getByRole("alert").filter({ hasText: "No block for 3 min" }).waitFor();
    expect(await page.locator(".pill").textContent()).toContain("Stale");
    await page.close();
    old.close();
  });

  it("shows text from the chain as text", async () => {
    const { state } = demo.room;
    const [act] = state.current()[0]?.acts ?? [];
    if (act === undefined) expect.fail("the demo did nothing");
    const reason = `<img src=x onerror="document.title='owned'"><b>bold</b>`;
    const { page, problems } = await visit();
    await page.goto(address("hedges"));
    await page.getByRole("button", { name: "Everything" }).click();
    state.update(key, { acts: [{ ...act, reason }] });
    await page.getByText(reason).waitFor();
    expect(await page.locator("img, main b").count()).toBe(0);
    expect(await page.title()).toContain("Keel control room");
    expect(problems).toEqual([]);
    await page.close();
  });

  it("leads from an unknown vault back to those there are", async () => {
    const { page } = await visit();
    await page.goto(`${server.url}/#/vault/1:0x0/hedges`);
    await page.getByText("This keeper watches no such vault").waitFor();
    await page.getByRole("link", { name: "Keel", exact: true }).click();
    await showsBlock(page, lastBlock());
    expect(await shownBlock(page)).toBe(String(lastBlock()));
    await page.close();
  });
});
