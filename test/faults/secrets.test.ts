import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeAddressBook } from "../../keeper/chain/addressBook.ts";
import { createRandom } from "../../keeper/simulation/random.ts";
import { type FaultProxy, openFaultProxy } from "./faultProxy.ts";
import { keyOfKeeper, startKeeper } from "./keeperProcess.ts";
import * as faults from "./namedFaults.ts";
import { sometimes } from "./namedFaults.ts";
import { openStage, type Stage } from "./stage.ts";
import { startAnvil } from "./startNode.ts";

const folder = mkdtempSync(join(tmpdir(), "keel-secrets-"));
const [addresses, store] = [join(folder, "addresses.json"), join(folder, "store")];
let stage: Stage;
let proxy: FaultProxy;
beforeAll(async () => {
  stage = await openStage(await startAnvil());
  proxy = await openFaultProxy(stage.world.url);
  writeAddressBook(addresses, stage.world.addresses);
});
afterAll(async () => {
  await proxy.close();
  await stage.close();
  rmSync(folder, { recursive: true, force: true });
});

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
    const running = startKeeper([`${proxy.url}/v2/${API_KEY}`], addresses, store, { KEEL_LOG_LEVEL: "trace" });
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
    const running = startKeeper([proxy.url], addresses, `${store}-malformed`, { KEEL_PRIVATE_KEY: malformed });
    expect(await running.ended).toBe("1");
    expect(running.words.join("\n")).toMatch(/private key is malformed/);
    expectNowhere(running.words, [malformed, malformed.slice(2)]);
  });
});
