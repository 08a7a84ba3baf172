import { EventEmitter, once } from "node:events";
import pino from "pino";
import { type Address, type Hex, keccak256, type LocalAccount, toHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { accessManagerAbi, vaultAbi } from "../../keeper/chain/abi.ts";
import { createChainClient } from "../../keeper/chain/endpoints.ts";
import { createDesk } from "../../keeper/desk/desk.ts";
import type { ExecutionPolicy } from "../../keeper/execution/policy.ts";
import type { HedgePlan } from "../../keeper/hedging/planHedge.ts";
import { ALONE } from "../../keeper/service/lease.ts";
import { marksFromUrl } from "../../keeper/service/marksFromUrl.ts";
import { createOutlook } from "../../keeper/service/outlook.ts";
import { createRecorder } from "../../keeper/service/recorder.ts";
import { run } from "../../keeper/service/run.ts";
import { createServiceState } from "../../keeper/service/serviceState.ts";
import {
  deskPolicy,
  executionPolicy,
  outlookSettings,
  settingsFor,
  weeklyStraddles,
} from "../../keeper/simulation/demoSettings.ts";
import { castOf } from "../../keeper/simulation/openWorld.ts";
import type { JournalEntry } from "../../keeper/store/journal.ts";
import { openStore, type Store } from "../../keeper/store/openStore.ts";
import { startAnvil } from "../startAnvil.ts";
import { type FaultProxy, openFaultProxy } from "./faultProxy.ts";
import { openVaultWorld, SPOT, type VaultWorld } from "./vaultWorld.ts";

export type LogLine = { readonly level: number; readonly msg: string; readonly block?: string };

export type PilotOptions = {
  /** RPC endpoints, each behind a proxy of its own. */
  readonly endpoints?: number;
  readonly relay?: { readonly url: string; readonly blocks: number };
  readonly policy?: Partial<ExecutionPolicy>;
  readonly timeoutMs?: number;
  readonly silenceMs?: number;
  readonly store?: Store;
  /** A server of option marks; the vault then has something on sale. */
  readonly marksUrl?: string;
};

/** A keeper that runs as in production, on a vault whose book nobody has hedged, behind proxies. */
export type Pilot = {
  readonly account: LocalAccount;
  readonly proxies: readonly FaultProxy[];
  readonly lines: readonly LogLine[];
  /** Mines blocks twelve seconds apart and waits after each until the keeper has dealt with it. */
  mine(count?: number): Promise<void>;
  /** Waits until the keeper has dealt with the newest block. */
  settle(): Promise<void>;
  /** Waits until it has said something. */
  hears(pattern: RegExp): Promise<void>;
  /** Mines until a condition holds. @returns how many blocks it took, at most `most` */
  until(condition: () => Promise<boolean> | boolean, most?: number): Promise<number>;
  isUpright(): Promise<boolean>;
  hasSent(): Promise<boolean>;
  /** Its rows, oldest first. */
  journal(): Promise<readonly JournalEntry[]>;
  /** What ended it by itself, if anything. */
  halted(): Error | undefined;
  stop(): Promise<void>;
  /** Stops it if it still runs, and starts another with its key and journal on the chain as it is. */
  restart(): Promise<Pilot>;
};

export type Stage = {
  readonly world: VaultWorld;
  readonly store: Store;
  /** Takes the chain back to the unhedged vault and lets a keeper with a key of its own start on it. */
  pilot(name: string, options?: PilotOptions): Promise<Pilot>;
  /** Mines one block without waiting for anybody. */
  mine(): Promise<void>;
  rebalances(): Promise<readonly { transactionHash: Hex; blockHash: Hex; blockNumber: bigint }[]>;
  close(): Promise<void>;
};

const BLOCK_SECONDS = 12;
/** Price of ether in 1e-6 dollars. */
export const SPOT_MICRO = SPOT * 1e6;

export async function openStage(): Promise<Stage> {
  const node = await startAnvil(["--no-mining", "--gas-limit", "60000000", "--threads", "2"]);
  const store = await openStore({ memory: true });
  const world = await openVaultWorld(node.url);
  const { request, client, addresses } = world;
  const { vault, accessManager } = addresses.contracts;
  const [deployer] = world.driver.accounts as [Address];
  const base = await client.getBlockNumber();
  let snapshot = await request("evm_snapshot");
  const open: { stop(): Promise<void> }[] = [];

  async function mine(): Promise<void> {
    const { timestamp } = await client.getBlock();
    await request("evm_setNextBlockTimestamp", [toHex(timestamp + BigInt(BLOCK_SECONDS))]);
    await request("evm_mine");
  }

  async function rewind(): Promise<void> {
    for (const each of open.splice(0)) await each.stop();
    await request("evm_revert", [snapshot]);
    snapshot = await request("evm_snapshot");
  }

  async function pilot(name: string, options: PilotOptions = {}): Promise<Pilot> {
    await rewind();
    const account = privateKeyToAccount(keccak256(toHex(`key of ${name}`)));
    await request("hardhat_setBalance", [account.address, toHex(10n ** 18n)]);
    await world.write(deployer, accessManager, accessManagerAbi, "grantRole", [1n, account.address, 0]);
    await world.report(SPOT);
    // Deeper than any reorg of these tests.
    for (let block = 0; block < 8; block += 1) await mine();
    return startPilot(account, options);
  }

  async function startPilot(account: LocalAccount, options: PilotOptions): Promise<Pilot> {
    const proxies: FaultProxy[] = [];
    for (let index = 0; index < (options.endpoints ?? 1); index += 1) proxies.push(await openFaultProxy(node.url));
    const journalStore = options.store ?? store;
    await journalStore.journal.flush();
    const firstRow = (await journalStore.journal.latest(1))[0]?.decision.id ?? 0;
    const lines: LogLine[] = [];
    const told = new EventEmitter();
    const log = pino(
      { level: "info", base: null },
      {
        write(line: string) {
          lines.push(JSON.parse(line) as LogLine);
          told.emit("line");
        },
      },
    );
    const timeoutMs = options.timeoutMs ?? 3_000;
    const onProblem = (error: Error) => log.error(error.message);
    const chain = createChainClient({ urls: proxies.map(({ url }) => url), chainId: addresses.chainId, timeoutMs, onProblem });
    const relay = options.relay && {
      client: createChainClient({ urls: [options.relay.url], timeoutMs }),
      blocks: options.relay.blocks,
    };
    const cast = castOf();
    const outlooks = createOutlook(outlookSettings);
    const desk = createDesk({
      addresses,
      quoter: cast.quoter,
      programmes: options.marksUrl === undefined ? new Map() : weeklyStraddles(new Map([["WETH", 10]])),
      marks: options.marksUrl === undefined ? async () => undefined : marksFromUrl(options.marksUrl, timeoutMs),
      policy: deskPolicy,
      isWorthSelling: outlooks.isWorthSelling,
    });
    const stop = new AbortController();
    let ended = false;
    let problem: Error | undefined;
    const running = run({
      client: chain,
      addresses,
      keeper: account,
      operator: cast.operator,
      store: journalStore,
      desk,
      outlooks,
      recorder: createRecorder(
        createServiceState([{ chainId: addresses.chainId, vault }], Date.now),
        addresses,
        journalStore.journal,
        log,
      ),
      lease: ALONE,
      settings: settingsFor({
        policy: "closed-form",
        events: [],
        riskAversion: 0.0005,
        belief: { kind: "sticky-strike" },
        blockSeconds: BLOCK_SECONDS,
      }),
      policy: { ...executionPolicy(2, () => SPOT), ...options.policy },
      ...(relay && { relay }),
      pollMs: 10,
      silenceMs: options.silenceMs,
      dryRun: false,
      signal: stop.signal,
      log,
      onSnapshot: () => undefined,
    })
      .catch((error: Error) => {
        problem = error;
      })
      .finally(() => {
        ended = true;
        told.emit("line");
      });

    /** Until the keeper has said something of the newest block; a blind one at least that it cannot see it. */
    async function settle(isBlind = false): Promise<void> {
      const { number } = await client.getBlock();
      const mark = lines.length;
      const isDone = () =>
        ended ||
        lines.some(({ block }) => block === String(number)) ||
        (isBlind && lines.slice(mark).some(({ msg }) => /could not be read/.test(msg)));
      while (!isDone()) await once(told, "line");
    }

    const journal = async () => {
      await journalStore.journal.flush();
      return (await journalStore.journal.latest(500)).filter(({ decision }) => decision.id > firstRow).reverse();
    };

    const isUpright = async () => {
      const last = (await journal()).at(-1)?.decision;
      const [plan] = (last?.plan as { plans: readonly HedgePlan[] } | null | undefined)?.plans ?? [];
      const { hash } = await client.getBlock();
      if (
        last?.blockHash !== hash ||
        last.verdict !== "hold" ||
        plan === undefined ||
        /in flight|confirmations/.test(last.reason)
      )
        return false;
      return plan.hedgeError >= plan.region.lower && plan.hedgeError <= plan.region.upper;
    };

    const self: Pilot = {
      account,
      proxies,
      lines,
      settle,
      async mine(count = 1) {
        for (let index = 0; index < count; index += 1) {
          await mine();
          await settle(true);
        }
      },
      async until(condition, most = 15) {
        await settle();
        for (let count = 0; count <= most; count += 1) {
          if (await condition()) return count;
          if (ended) throw problem ?? new Error("the keeper ended");
          await mine();
          await settle();
        }
        const said = lines.slice(-8).map(({ msg }) => msg);
        throw new Error(`not within ${most} blocks; the keeper's last words: ${said.join(" | ")}`);
      },
      async hears(pattern) {
        while (!ended && !lines.some(({ msg }) => pattern.test(msg))) await once(told, "line");
      },
      isUpright,
      hasSent: async () => (await journal()).some(({ transaction }) => transaction?.state === "sent"),
      journal,
      halted: () => problem,
      async stop() {
        stop.abort();
        await Promise.all(proxies.map((proxy) => proxy.close()));
        await running;
      },
      async restart() {
        await self.stop();
        return startPilot(account, options);
      },
    };
    open.push(self);
    return self;
  }

  return {
    world,
    store,
    pilot,
    mine,
    rebalances: () =>
      client.getContractEvents({ address: vault, abi: vaultAbi, eventName: "Rebalanced", fromBlock: base, toBlock: "latest" }),
    async close() {
      await rewind();
      await store.close();
      await node.close();
    },
  };
}
