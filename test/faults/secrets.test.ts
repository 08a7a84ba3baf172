import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { createRandom } from "../../keeper/simulation/random.ts";
import type { FaultProxy } from "./faultProxy.ts";
import { keyOfKeeper } from "./keeperProcess.ts";
import { openKeeperStage } from "./keeperStage.ts";
import * as faults from "./namedFaults.ts";
import { sometimes } from "./namedFaults.ts";

const { stage, proxies, folder, store, start, close } = await openKeeperStage();
const [proxy] = proxies as [FaultProxy];
afterAll(close);

const API_KEY = "s3cretApiKey";

function expectNowhere(texts: readonly (string | Buffer)[], secrets: readonly string[]): void {
  for (const text of texts) for (const secret of secrets) expect(text.includes(secret)).toBe(false);
}

const filesIn = (path: string): readonly Buffer[] =>
  readdirSync(path, { recursive: true })
    .map((name) => join(path, String(name)))
    .filter((each) => statSync(each).isFile())
    .map((each) => readFileSync(each));

describe("the keeper's key and the API key in an endpoint's URL", () => {
  it("appear in no log and no file, whatever the endpoint does", async () => {
    const random = createRandom(5, "secrets");
    const all = [faults.reset, faults.resetMidBody, faults.tooMany(0), faults.serverError, faults.html, faults.garbage];
    const running = start({ KEEL_RPC_URL: `${proxy.url}/v2/${API_KEY}`, KEEL_LOG_LEVEL: "trace" });
    // The doctor, which comes first, would send the keeper home.
    const isWatching = () => running.lines.some(({ msg }) => msg.startsWith("watching vault"));
    proxy.inject((call, forward) => {
      const fault = all[Math.floor(random.uniform() * all.length)] ?? faults.reset;
      return isWatching() ? sometimes(0.3, () => random.uniform(), fault)(call, forward) : forward(call.method, call.params);
    });
    while (running.lines.length < 40 && !running.hasEnded()) {
      await stage.mine();
      await running.next();
    }
    running.child.kill("SIGTERM");
    expect(await running.ended).toBe("0");
    expect(running.lines.some(({ level }) => level >= 40)).toBe(true);
    const key = keyOfKeeper.slice(2);
    expectNowhere([...running.words, JSON.stringify(running.lines), ...filesIn(folder)], [API_KEY, key, key.toUpperCase()]);
  });
});

describe("a malformed key", () => {
  it("is refused without being repeated", async () => {
    const malformed = `${keyOfKeeper.slice(0, -2)}zz`;
    const running = start({ KEEL_STORE: `${store}-malformed`, KEEL_PRIVATE_KEY: malformed });
    expect(await running.ended).toBe("1");
    expect(running.words.join("\n")).toMatch(/private key is malformed/);
    expectNowhere(running.words, [malformed, malformed.slice(2)]);
  });
});
