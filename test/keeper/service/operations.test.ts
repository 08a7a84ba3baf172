import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readAddressBook } from "../../../keeper/chain/addressBook.ts";
import { replay } from "../../../keeper/service/replay.ts";
import type { VaultState } from "../../../keeper/service/serviceState.ts";
import { decisionsOf, journalOf, pace, patience } from "./hedgedJournal.ts";
import { keel, type RunningDevnet, type RunningKeel, startDevnet, startKeel } from "./runningDevnet.ts";

/** A hedge that was sent and confirmed, and two blocks after it. */
const aHedge =
  /"decision":(\d+),"status":"sent","msg":"W[A-Z]+ (?:buy|sell)[\s\S]*"decision":\1,[^\n]*"msg":"hedge confirmed"(?:[\s\S]*hold:){2}/;

describe("a keeper in service", () => {
  let devnet: RunningDevnet;
  let keeper: RunningKeel | undefined;
  beforeAll(async () => {
    devnet = await startDevnet(pace);
  });
  afterAll(async () => {
    await keeper?.end("SIGKILL");
    await devnet.stop();
  });

  it("is found in order by keel doctor", async () => {
    const { code, stdout, stderr } = await keel(["doctor"], devnet.env);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout.match(/ {2}ok {4}/g)).toHaveLength(10);
  });

  it("refuses to start for the reason that keel doctor gives", async () => {
    const { KEEL_QUOTER_PRIVATE_KEY, ...env } = devnet.env;
    const doctor = await keel(["doctor"], env);
    expect(doctor.code).toBe(1);
    const [failure] = /lacks the role of the quoter: set KEEL_QUOTER_PRIVATE_KEY.*/.exec(doctor.stdout) ?? [];
    expect(failure).toBeDefined();
    const run = await keel(["run", "--blocks", "1"], env);
    expect(run.code).toBe(1);
    expect(run.stderr).toContain(failure);
    expect(KEEL_QUOTER_PRIVATE_KEY).toMatch(/^0x/);
  });

  it("warns of a programme that names what no vault has", async () => {
    const env = { ...devnet.env, KEEL_STORE: await mkdtemp(join(tmpdir(), "unknown-asset-")) };
    const { code, stderr } = await keel(["run", "--dry-run", "--blocks", "1", "--programme", "WETH=1,FOO=1"], env);
    expect(stderr).toMatch(/"level":"?(40|warn).*no vault has FOO, nothing of it is sold; the vaults have WETH, WBTC/);
    expect(code).toBe(0);
  });

  it("asks to be tried again while the chain does not answer", async () => {
    const { code, stdout } = await keel(["doctor"], { ...devnet.env, KEEL_RPC_URL: "http://127.0.0.1:9" });
    expect(code).toBe(75);
    expect(stdout).toContain("The chain does not answer");
  });

  it(
    "shows what it does over HTTP, answers for its journal, stops cleanly, and decided what its journal says it decided",
    async () => {
      keeper = startKeel(["run"], devnet.env);
      await keeper.hears(aHedge);
      const url = `http://127.0.0.1:${devnet.env.KEEL_HTTP_PORT}`;
      expect((await fetch(`${url}/health`)).status).toBe(200);
      expect(await (await fetch(`${url}/ready`)).json()).toEqual({ ready: true, waiting: [] });
      const { vaults } = (await (await fetch(`${url}/status`)).json()) as { vaults: VaultState[] };
      const [vault] = vaults;
      expect(vault).toMatchObject({ phase: "running", chainId: 31337 });
      expect(vault?.view?.equity).toBeGreaterThan(1_900_000);
      expect(vault?.view?.underlyings.map(({ symbol }) => symbol)).toEqual(["WETH", "WBTC"]);
      const { since, total, ...parts } = vault?.pnl ?? { since: 0, total: 0 };
      expect(since).toBeGreaterThan(0);
      expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total, 4);
      const hedge = vault?.acts.find(({ verdict, transaction }) => verdict === "hedge" && transaction === "confirmed");
      expect(hedge?.hash).toMatch(/^0x[0-9a-f]{64}$/);
      expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/keel_blocks_total\{.*verdict="hold"\} \d+/);

      const status = await keel(["status"], devnet.env);
      expect(status.stdout).toMatch(/Last decisions\n +\d+ {2}/);
      const again = await keel(["replay", String(hedge?.decisionId)], devnet.env);
      expect(again.stdout).toContain("the same plan");
      expect(again.stdout).toContain(hedge?.hash);
      expect(again.code).toBe(0);

      expect(await keeper.end("SIGTERM")).toBe(0);
      expect(keeper.said()).toMatch(/stopped/);

      const book = readAddressBook(devnet.addresses);
      const rows = decisionsOf(await journalOf(devnet)).filter(({ decision }) => decision.snapshot !== null);
      expect(rows.length).toBeGreaterThan(20);
      for (const entry of rows) {
        const { same, replayed } = replay(entry, book);
        expect({ same, reason: replayed.reason }).toMatchObject({ same: true });
      }
    },
    patience,
  );

  it("tells a changed decision from the recorded one", async () => {
    const book = readAddressBook(devnet.addresses);
    const rows = decisionsOf(await journalOf(devnet));
    const hedge = rows.find(({ decision }) => decision.verdict === "hedge");
    if (hedge === undefined) return expect.unreachable();
    const inputs = hedge.decision.inputs as { settings: { riskAversion: number } };
    const changed = {
      ...inputs,
      settings: { ...inputs.settings, riskAversion: inputs.settings.riskAversion * 4, policy: "closed-form" },
    };
    expect(replay({ ...hedge, decision: { ...hedge.decision, inputs: changed } }, book).same).toBe(false);
  });
});
