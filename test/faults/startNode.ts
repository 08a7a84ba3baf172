import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type DevelopmentNode = { readonly url: string; close(): Promise<unknown> };

/** An anvil of its own that mines only when it is told to. */
export async function startAnvil(): Promise<DevelopmentNode> {
  const binary = fileURLToPath(new URL("../../node_modules/.bin/anvil", import.meta.url));
  const parameters = ["--port", "0", "--no-mining", "--gas-limit", "60000000", "--threads", "2"];
  const node = spawn(binary, parameters, { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  while (!/Listening on \S+/.test(printed)) printed += String((await once(node.stdout, "data"))[0]);
  node.stdout.resume();
  return {
    url: `http://${/Listening on (\S+)/.exec(printed)?.[1]}`,
    async close() {
      const exited = once(node, "exit");
      node.kill("SIGTERM");
      await exited;
    },
  };
}
