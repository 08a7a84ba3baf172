import chromium from "@sparticuz/chromium";
import { type Browser, chromium as playwright } from "playwright-core";

/** A real Chromium: the one from npm on Linux, an installed Chrome elsewhere. */
export async function openBrowser(): Promise<Browser> {
  if (process.platform !== "linux") return playwright.launch({ channel: "chrome", headless: true });
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: ["--no-sandbox"],
    headless: true,
    env: { ...process.env, LANG: "en_US.UTF-8" },
  });
}
