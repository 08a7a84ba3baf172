import { Hono } from "hono";
import { mountRoom } from "../room/mountRoom.ts";
import type { Logger } from "../service/log.ts";
import { createRecorder } from "../service/recorder.ts";
import { createServiceState, type ServiceState, type StateWriter } from "../service/serviceState.ts";
import type { Deployed, Watcher } from "../simulation/runDemo.ts";

export type DemoRoom = { readonly app: Hono; readonly state: ServiceState & StateWriter; readonly watcher: Watcher };

const STALE_MS = 60_000;

/** The control room of a demo, which is recorded as a running keeper records itself. */
export function createDemoRoom({ addresses, journal }: Deployed, log: Logger): DemoRoom {
  const state = createServiceState([{ chainId: addresses.chainId, vault: addresses.contracts.vault }], Date.now);
  const recorder = createRecorder(state, addresses, journal, log);
  const app = new Hono();
  mountRoom(app, { state, staleMs: STALE_MS, now: Date.now });
  return { app, state, watcher: recorder.looked };
}
