import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { patience } from "./hedgedJournal.ts";
import { keel, type RunningDevnet, type RunningKeel, startDevnet, startKeel } from "./runningDevnet.ts";

const API_KEY = "q7Zk0aVx93LmT2bRf8YcW5sN";
const ALERT_TOKEN = "T0AD9XKQ7hookB81kQmZ";
const PASSWORD = "correct-horse-battery";

/** Starts a server. @returns its origin */
async function serve(server: Server): Promise<string> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

/** Everything below a folder, as text. */
function contents(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, "latin1"))
    .join("\n");
}

describe("a private key and an endpoint with an API key", () => {
  let devnet: RunningDevnet;
  let keeper: RunningKeel | undefined;
  let env: Readonly<Record<string, string>>;
  const alerts: string[] = [];
  const written: [string, string][] = [];
  let isBroken = false;
  let requests = 0;

  // An endpoint that wants its key in the path and, when broken, quotes it in its errors as real ones do.
  const endpoint = createServer(async (request, response) => {
    const body: Buffer[] = [];
    for await (const chunk of request) body.push(chunk as Buffer);
    requests += 1;
    if (isBroken && requests % 3 === 0) request.socket.destroy();
    else if (isBroken && requests % 3 === 1)
      response.writeHead(500, { "content-type": "text/html" }).end(`<h1>upstream http://rpc.example${request.url} failed</h1>`);
    else if (isBroken) {
      const error = { code: -32005, message: `daily limit of project ${API_KEY} reached at http://rpc.example${request.url}` };
      response.end(JSON.stringify({ jsonrpc: "2.0", id: 1, error }));
    } else {
      const answer = await fetch(devnet.url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: Buffer.concat(body),
      });
      response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
    }
  });
  const alertServer = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    alerts.push(body);
    alertServer.emit("alert");
    response.end("ok");
  });

  beforeAll(async () => {
    devnet = await startDevnet(["--block", "600", "--interval", "100"]);
    env = {
      ...devnet.env,
      KEEL_RPC_URL: `${await serve(endpoint)}/v3/${API_KEY}`,
      KEEL_ALERT_URL: `${await serve(alertServer)}/services/${ALERT_TOKEN}`,
      KEEL_LOG_LEVEL: "trace",
    };
  });
  afterAll(async () => {
    await keeper?.end("SIGKILL");
    for (const server of [endpoint, alertServer]) {
      server.closeAllConnections();
      server.close();
    }
    await devnet.stop();
  });

  it(
    "appear in no log, page, metric, alert, journal or file, whatever goes wrong",
    async () => {
      keeper = startKeel(["run"], env);
      await keeper.hears(/hold:/);
      const pages = ["/health", "/ready", "/status", "/metrics", "/decisions?limit=200"];
      const visit = async (when: string) => {
        for (const page of pages)
          written.push([`${page} ${when}`, await (await fetch(`http://127.0.0.1:${env.KEEL_HTTP_PORT}${page}`)).text()]);
      };
      await visit("in health");

      isBroken = true;
      await keeper.hears(/(?:could not be read|block skipped)[\s\S]*(?:could not be read|block skipped)/);
      await visit("in trouble");
      isBroken = false;
      await keeper.hears(/(?:could not be read|block skipped)[\s\S]*hold:/);
      await keeper.end("SIGTERM");
      written.push(["log", keeper.said()]);

      isBroken = true;
      for (const command of [["run"], ["doctor"], ["status"], ["status", "--json"]]) {
        const { code, stdout, stderr } = await keel(command, env);
        expect(code).not.toBe(0);
        written.push([command.join(" "), stdout + stderr]);
      }
      // A run that could not start has said so to a person.
      if (alerts.length === 0) await once(alertServer, "alert");
      isBroken = false;
      const short = { ...env, KEEL_PRIVATE_KEY: env.KEEL_PRIVATE_KEY?.slice(0, -2) ?? "" };
      const noDatabase = { ...env, DATABASE_URL: `postgres://keel:${PASSWORD}@127.0.0.1:9/keel` };
      for (const [name, environment] of [
        ["malformed key", short],
        ["no database", noDatabase],
      ] as const) {
        const { code, stdout, stderr } = await keel(["run"], environment);
        expect(code).toBe(1);
        written.push([name, stdout + stderr]);
      }
      written.push(["alerts", alerts.join("\n")]);
      written.push(["files", contents(join(env.KEEL_STORE ?? "", ".."))]);

      const keys = ["KEEL_PRIVATE_KEY", "KEEL_QUOTER_PRIVATE_KEY", "KEEL_OPERATOR_PRIVATE_KEY"].map(
        (name) => env[name]?.slice(2, -2) ?? "",
      );
      for (const secret of [...keys, API_KEY, ALERT_TOKEN, PASSWORD]) {
        expect(secret.length).toBeGreaterThan(16);
        for (const [where, text] of written) {
          expect(text.length, where).toBeGreaterThan(10);
          expect(text.toLowerCase().includes(secret.toLowerCase()), `${secret.slice(0, 4)}… in ${where}`).toBe(false);
        }
      }
    },
    patience,
  );

  it("are out of reach of core dumps", async () => {
    // What this process may do, the keeper it starts may do at first.
    spawnSync("prlimit", ["--core=unlimited", "--pid", String(process.pid)]);
    const watch = startKeel(["run"], env);
    keeper = watch;
    await watch.hears(/watching vault/);
    expect(readFileSync(`/proc/${watch.pid}/limits`, "utf8")).toMatch(/^Max core file size\s+0\s+0/m);
    expect(await watch.end("SIGTERM")).toBe(0);
  });
});
