import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export type DevelopmentNode = { readonly url: string; close(): Promise<unknown> };

/** Told no number, it also writes thousands of states to the user's home, a megabyte and more each, and leaves them there. */
const STATES_IN_MEMORY = "500";

/** An anvil of its own on a port the system chooses; unless told otherwise it mines only when asked to. */
export async function startAnvil(parameters: readonly string[] = ["--no-mining"]): Promise<DevelopmentNode> {
  const binary = fileURLToPath(new URL("../node_modules/.bin/anvil", import.meta.url));
  const all = ["--port", "0", "--prune-history", STATES_IN_MEMORY, ...parameters];
  const node = spawn(binary, all, { stdio: ["ignore", "pipe", "inherit"] });
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
