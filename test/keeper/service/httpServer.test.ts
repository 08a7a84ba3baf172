import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { httpApp } from "../../../keeper/service/httpServer.ts";
import { createServiceState, vaultKey } from "../../../keeper/service/serviceState.ts";
import { openStore, type Store } from "../../../keeper/store/openStore.ts";
import { decisionAt } from "../execution/keeperOn.ts";
import { someView } from "./someView.ts";

const silenceMs = 60_000;

describe("the service over HTTP", () => {
  let store: Store;
  beforeAll(async () => {
    store = await openStore({ memory: true });
  });
  afterAll(() => store.close());

  /** A service of two vaults on two chains whose clock the test moves. */
  function service() {
    const clock = { now: 1_000_000 };
    const vaults = [
      { chainId: 1, vault: "0xA" },
      { chainId: 10, vault: "0xA" },
    ];
    const state = createServiceState(vaults, () => clock.now);
    const app = httpApp({ state, silenceMs, now: () => clock.now, journal: store.journal });
    const code = async (path: string) => (await app.request(path)).status;
    const [one, ten] = vaults.map(({ chainId, vault }) => vaultKey(chainId, vault)) as [string, string];
    return { clock, state, app, code, one, ten };
  }

  it("is ready when every vault runs or stands by, and says which is not and why", async () => {
    const { state, app, code, one, ten } = service();
    expect(await code("/ready")).toBe(503);
    state.update(one, { phase: "running" });
    state.update(ten, { phase: "stuck", problem: "the node lags" });
    const answer = await app.request("/ready");
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({ ready: false, waiting: [{ vault: ten, phase: "stuck", problem: "the node lags" }] });
    state.update(ten, { phase: "standby" });
    expect(await code("/ready")).toBe(200);
  });

  it("is healthy while anything moves; a halted vault wants a person, not a restart", async () => {
    const { clock, state, code, one, ten } = service();
    state.update(one, { phase: "running" });
    clock.now += silenceMs + 1;
    state.update(ten, { phase: "running" });
    expect(await code("/health")).toBe(200);
    expect(await code("/ready")).toBe(503);
    clock.now += silenceMs + 1;
    expect(await code("/health")).toBe(503);
    state.update(one, { phase: "halted", problem: "somebody else has the key" });
    clock.now += silenceMs + 1;
    expect(await code("/health")).toBe(200);
  });

  it("takes no region of an earlier block for this one's, and counts every block once", async () => {
    const state = createServiceState([someView()], () => 0);
    const app = httpApp({ state, silenceMs, now: () => 0, journal: store.journal });
    const { chainId, vault } = someView();
    const key = vaultKey(chainId, vault);
    const metrics = async () => (await app.request("/metrics")).text();
    state.update(key, { phase: "running", view: someView(1n) });
    state.update(key, { inFlight: [] });
    expect(await metrics()).toMatch(/keel_region_upper\{.*underlying="WETH"\} 2/);
    state.update(key, { phase: "stuck", view: someView(2n, "undecided") });
    const later = await metrics();
    expect(later).not.toMatch(/keel_region_upper\{/);
    expect(later).toMatch(/keel_blocks_total\{.*verdict="hedge"\} 1/);
    expect(later).toMatch(/keel_blocks_total\{.*verdict="refuse"\} 1/);
    expect(state.history(key).map(({ upper }) => upper)).toEqual([2, undefined]);
  });

  it("answers for the journal and refuses what it does not understand", async () => {
    const { app, code } = service();
    const decision = decisionAt(1, { number: 77n, hash: `0x${"ab".repeat(32)}`, baseFeePerGas: 1n });
    const id = await store.journal.addDecision(decision);
    const rows = async (path: string) => (await (await app.request(path)).json()) as { decision: { id: number } }[];
    expect((await rows(`/decisions/${id}`)).map((row) => row.decision.id)).toEqual([id]);
    expect((await rows("/decisions?block=77")).map((row) => row.decision.id)).toEqual([id]);
    expect((await rows("/decisions?limit=1")).length).toBe(1);
    expect(await rows("/decisions/999999999")).toEqual([]);
    expect(await code("/decisions?limit=0")).toBe(400);
    expect(await code("/decisions?limit=x")).toBe(400);
    expect((await app.request("/status", { method: "POST" })).status).toBe(404);
  });

  it("tells its listeners until they stop listening", () => {
    const { state, one } = service();
    const heard: string[] = [];
    const stop = state.subscribe(({ key, phase }) => heard.push(`${key} ${phase}`));
    state.update(one, { phase: "running" });
    stop();
    state.update(one, { phase: "halted" });
    expect(heard).toEqual([`${one} running`]);
  });
});
