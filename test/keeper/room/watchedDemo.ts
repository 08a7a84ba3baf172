import { createDemoRoom, type DemoRoom } from "../../../keeper/cli/demoRoom.ts";
import { createLog } from "../../../keeper/service/log.ts";
import { weeklyStraddles } from "../../../keeper/simulation/demoSettings.ts";
import { runDemo } from "../../../keeper/simulation/runDemo.ts";

export type WatchedDemo = {
  readonly room: DemoRoom;
  /** Lets the chain make one more block and the keeper decide on it. */
  nextBlock(): Promise<void>;
  /** Lets it run to its end. */
  finish(): Promise<void>;
};

const BLOCK_SECONDS = 600;
/** The first hedges come after a hundred: buyers need their day. */
const BLOCKS = 150;

/** A demo that has traded for more than a day and then stands still, to be moved block by block. */
export async function watchDemo({ standing }: { readonly standing: number }): Promise<WatchedDemo> {
  const log = createLog("error");
  let blocks = 0;
  let room: DemoRoom | undefined;
  let isFree = false;
  let release = Promise.withResolvers<void>();
  let arrived = Promise.withResolvers<void>();

  const demo = runDemo({
    days: (BLOCKS * BLOCK_SECONDS) / 86_400,
    blockSeconds: BLOCK_SECONDS,
    seed: 1,
    policy: "closed-form",
    riskAversion: 0.0005,
    programmes: weeklyStraddles(
      new Map([
        ["WETH", 60],
        ["WBTC", 2],
      ]),
    ),
    deposit: 2_000_000,
    log,
    async watch(deployed) {
      const opened = createDemoRoom(deployed, log);
      room = opened;
      return async (snapshot, report, inFlight) => {
        await opened.watcher(snapshot, report, inFlight);
        blocks += 1;
        if (blocks < BLOCKS - standing || isFree) return;
        arrived.resolve();
        await release.promise;
      };
    },
  });
  // A demo that dies before it stands still must not leave the test waiting.
  await Promise.race([arrived.promise, demo]);
  if (room === undefined) throw new Error("the demo opened no room");

  return {
    room,
    async nextBlock() {
      arrived = Promise.withResolvers();
      const held = release;
      release = Promise.withResolvers();
      held.resolve();
      await Promise.race([arrived.promise, demo]);
    },
    async finish() {
      isFree = true;
      release.resolve();
      await demo;
    },
  };
}
