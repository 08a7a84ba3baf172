import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export type RpcCall = { readonly id: unknown; readonly method: string; readonly params: readonly unknown[] };

/** What the client gets: JSON-RPC, any HTTP at all, or a connection that ends badly. */
export type Treatment =
  | { readonly result: unknown }
  | { readonly error: { readonly code: number; readonly message: string } }
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string }
  | "hang"
  | "hang mid-body"
  | "reset"
  | "reset mid-body";

/** Decides what becomes of a call; `forward` hands any call to the node behind and gives its answer. */
export type Fault = (
  call: RpcCall,
  forward: (method: string, params: readonly unknown[]) => Promise<Treatment>,
) => Promise<Treatment> | Treatment;

export type FaultProxy = {
  readonly url: string;
  /** Treats every call from now on so; honestly when undefined. */
  inject(fault: Fault | undefined): void;
  /** Every call that came in, oldest first. */
  readonly calls: readonly RpcCall[];
  close(): Promise<void>;
};

/** A JSON-RPC proxy in front of a node that does to every call what it was told to: honest until then. */
export async function openFaultProxy(target: string): Promise<FaultProxy> {
  let fault: Fault | undefined;
  const calls: RpcCall[] = [];
  const hanging = new Set<ServerResponse>();

  async function forward(method: string, params: readonly unknown[]): Promise<Treatment> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(target, { method: "POST", headers: { "Content-Type": "application/json" }, body });
    const { result, error } = (await response.json()) as { result?: unknown; error?: { code: number; message: string } };
    return error === undefined ? { result } : { error };
  }

  const server = createServer(async (request, response) => {
    const call = JSON.parse(await textOf(request)) as RpcCall;
    calls.push(call);
    const told = { ...call, params: call.params ?? [] };
    const treat = fault ?? (({ method, params }: RpcCall) => forward(method, params));
    answer(
      call.id,
      response,
      await Promise.resolve(treat(told, forward)).catch((error: unknown) => ({ status: 502, body: String(error) })),
    );
  });

  function answer(id: unknown, response: ServerResponse, treatment: Treatment): void {
    if (treatment === "hang") hanging.add(response);
    else if (treatment === "reset") response.destroy();
    else if (treatment === "reset mid-body" || treatment === "hang mid-body") {
      response.writeHead(200, { "Content-Type": "application/json", "Content-Length": "4096" });
      if (treatment === "hang mid-body") hanging.add(response);
      response.write('{"jsonrpc":"2.0","result":"0x', () => treatment === "reset mid-body" && response.destroy());
    } else if ("status" in treatment) response.writeHead(treatment.status, treatment.headers).end(treatment.body);
    else {
      response.writeHead(200, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id, ...treatment }));
    }
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    inject(next) {
      fault = next;
    },
    calls,
    async close() {
      for (const response of hanging) response.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}
