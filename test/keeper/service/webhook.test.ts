import { once } from "node:events";
import { createServer } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Secret } from "../../../keeper/execution/secret.ts";
import { createLog } from "../../../keeper/service/log.ts";
import { createWebhook } from "../../../keeper/service/webhook.ts";

describe("the webhook of alerts", () => {
  const posts: Record<string, unknown>[] = [];
  const statuses: number[] = [];
  let url = "";
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    posts.push(JSON.parse(body));
    response.writeHead(statuses.shift() ?? 200).end();
  });
  beforeAll(async () => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/hook/abcdefghijklmnop`;
  });
  beforeEach(() => {
    posts.length = 0;
    statuses.length = 0;
  });
  afterAll(() => server.close());

  function hook(address = url) {
    const clock = { now: 0 };
    const failures: string[] = [];
    const onFailure = (problem: string) => void failures.push(problem);
    const webhook = createWebhook({ url: new Secret(address), quietMs: 1_000, now: () => clock.now, onFailure });
    return { clock, failures, webhook };
  }

  it("gets what a person should see, with its facts, and not the same again until it has been quiet", async () => {
    const { clock, webhook } = hook();
    const log = createLog("info", { readable: false, alerts: webhook });
    log.info("a hold");
    log.warn("a skipped block");
    log.error({ vault: "0xA" }, "halted: no role");
    log.error({ vault: "0xA" }, "halted: no role");
    await webhook.flush();
    expect(posts).toEqual([{ text: "keel: halted: no role", severity: "error", time: expect.any(Number), vault: "0xA" }]);
    clock.now = 1_000;
    log.error("halted: no role");
    log.fatal("cannot start");
    await webhook.flush();
    expect(posts.map(({ text, severity }) => [text, severity])).toEqual([
      ["keel: halted: no role", "error"],
      ["keel: halted: no role", "error"],
      ["keel: cannot start", "fatal"],
    ]);
  });

  it("is tried again when it fails, and its address is not told when it goes on failing", async () => {
    const { failures, webhook } = hook();
    statuses.push(500, 503);
    webhook.write('{"level":50,"time":1,"msg":"one"}');
    await webhook.flush();
    expect(posts).toHaveLength(3);
    expect(failures).toEqual([]);
    const dead = hook("http://127.0.0.1:9/hook/abcdefghijklmnop");
    dead.webhook.write('{"level":50,"time":1,"msg":"two"}');
    await dead.webhook.flush();
    expect(dead.failures).toEqual(["An alert was not delivered to KEEL_ALERT_URL: it did not answer"]);
  });
});
