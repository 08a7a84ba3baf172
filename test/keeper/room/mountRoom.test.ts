import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { mountRoom } from "../../../keeper/room/mountRoom.ts";
import { emptyState, KEY, viewAt } from "./roomState.ts";

function roomOf() {
  const app = new Hono();
  const state = emptyState();
  mountRoom(app, { state, staleMs: 60_000, now: () => 1_000 });
  return { app, state };
}

describe("mountRoom", () => {
  it.each(["/", "/room/assets/room/page/main.ts", "/room/assets/uplot.js"])("serves %s under a strict policy", async (path) => {
    const answer = await roomOf().app.request(path);
    expect(answer.status).toBe(200);
    const policy = answer.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  });

  it.each(["../cli/run.ts", "service/run.ts", "%2e%2e/package.json", "room/page/tsconfig.json"])(
    "serves no file that is not the page's: %s",
    async (path) => {
      expect((await roomOf().app.request(`/room/assets/${path}`)).status).toBe(404);
    },
  );

  it("gives the browser code without types", async () => {
    const code = await (await roomOf().app.request("/room/assets/room/page/route.ts")).text();
    expect(code).not.toContain("export type");
    expect(code).toContain("export function routeOf");
  });

  it("changes nothing for anybody", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH"])
      for (const path of ["/", "/room/events", "/room/assets/uplot.js"])
        expect((await roomOf().app.request(path, { method })).status).toBe(404);
  });

  it("turns the sixty-fifth open page away and takes one again when one has gone", async () => {
    const { app } = roomOf();
    const open = () => app.request("/room/events");
    const pages = await Promise.all(Array.from({ length: 64 }, open));
    expect(pages.every(({ status }) => status === 200)).toBe(true);
    expect((await open()).status).toBe(503);
    await pages[0]?.body?.cancel();
    await expect.poll(async () => (await open()).status).toBe(200);
    for (const page of pages.slice(1)) await page.body?.cancel();
  });

  it("sends news when there are some", async () => {
    const { app, state } = roomOf();
    const answer = await app.request(`/room/events?vault=${encodeURIComponent(KEY)}`);
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toContain('"phase":"starting"');
    state.update(KEY, { phase: "running", view: viewAt(7) });
    expect((await reader?.read())?.value).toContain('"number":7');
    await reader?.cancel();
  });
});
