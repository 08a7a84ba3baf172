import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { httpApp } from "../../keeper/service/httpServer.ts";
import { createServiceState, vaultKey } from "../../keeper/service/serviceState.ts";
import { openStore } from "../../keeper/store/openStore.ts";
import { someView } from "../keeper/service/someView.ts";

const root = new URL("../../docs/", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");

/** Every metric a query may name: ours and those of prom-client's collectors. */
const METRIC = /\b(?:keel|process|nodejs)_[a-z0-9_]+/g;

describe("the operator's files", () => {
  it("name only metrics that /metrics serves", async () => {
    const view = someView();
    const state = createServiceState([view], () => 1_000);
    const store = await openStore({ memory: true });
    const app = httpApp({ state, silenceMs: 60_000, now: () => 1_000, journal: store.journal });
    const pnl = {
      since: 0,
      delta: 1,
      gamma: 0,
      vega: 0,
      crossVol: 0,
      theta: 0,
      carry: 0,
      execution: 0,
      gas: 0,
      other: 0,
      total: 1,
    };
    state.update(vaultKey(view.chainId, view.vault), { phase: "running", view, pnl });
    const served = await (await app.request("/metrics")).text();
    await store.close();
    const known = new Set(served.split("\n").flatMap((line) => (line.startsWith("#") ? [] : [line.replace(/[{ ].*/, "")])));
    const files = [
      ...readdirSync(new URL("operations/", root)).map((name) => `operations/${name}`),
      "operations.md",
      "runbook.md",
    ];
    const named = files.flatMap((file) => (read(file).match(METRIC) ?? []).map((metric) => ({ file, metric })));
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter(({ metric }) => !known.has(metric))).toEqual([]);
  });

  it("point to sections that exist", () => {
    const anchors = (file: string) =>
      [...read(file).matchAll(/^## (.+)$/gm)].map(([, title = ""]) =>
        title.toLowerCase().replace(/['’]/g, "").replace(/\W+/g, "-"),
      );
    const links = [...read("operations/alerts.yml").matchAll(/runbook: "docs\/([\w.]+)#([\w-]+)"/g)];
    expect(links.length).toBeGreaterThan(10);
    for (const [, file = "", anchor] of links) expect(anchors(file), `${file}#${anchor}`).toContain(anchor);
    for (const [, file = ""] of read("operations.md").matchAll(/\]\((operations\/[\w.]+)\)/g))
      expect(read(file).length).toBeGreaterThan(100);
  });

  it("show settings that exist, and the dashboard is JSON", () => {
    const config = readFileSync(new URL("../keeper/cli/config.ts", root), "utf8");
    for (const file of ["operations.md", "operations/Dockerfile", "operations/keel.service"])
      for (const [name] of read(file).matchAll(/\bKEEL_[A-Z_]+\b/g)) expect(config, `${name} in ${file}`).toContain(`${name}:`);
    expect(JSON.parse(read("operations/dashboard.json")).panels.length).toBeGreaterThan(10);
  });

  it("give the keeper the same heap everywhere, half of what its unit may take", () => {
    const heaps = ["operations.md", "operations/Dockerfile", "operations/keel.service"].map((file) => {
      const [, young, old] = /NODE_OPTIONS=["']?--max-semi-space-size=(\d+) --max-old-space-size=(\d+)/.exec(read(file)) ?? [];
      return { young, old };
    });
    const [, gigabytes] = /^MemoryMax=(\d+)G$/m.exec(read("operations/keel.service")) ?? [];
    expect(new Set(heaps.map((heap) => JSON.stringify(heap))).size).toBe(1);
    expect(Number(heaps[0]?.old)).toBe((Number(gigabytes) * 1024) / 2);
  });
});
