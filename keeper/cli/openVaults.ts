import type { Hono } from "hono";
import type { LocalAccount, PublicClient } from "viem";
import type { AddressBook } from "../chain/addressBook.ts";
import { latestBlocks } from "../chain/blockSource.ts";
import { createChainClient } from "../chain/endpoints.ts";
import type { BlockHead, Snapshot } from "../chain/snapshot.ts";
import { createDesk } from "../desk/desk.ts";
import { observedMarks } from "../desk/realisedMarks.ts";
import { createExecutor } from "../execution/executor.ts";
import type { ExecutionPolicy } from "../execution/policy.ts";
import { createDealing } from "../service/dealing.ts";
import { deskApp } from "../service/deskServer.ts";
import type { Patient } from "../service/doctor.ts";
import { createEtherPrice } from "../service/etherPrice.ts";
import { ALONE, type Lease, leaseOn } from "../service/lease.ts";
import type { Logger } from "../service/log.ts";
import { marksFromUrl } from "../service/marksFromUrl.ts";
import { createOutlook } from "../service/outlook.ts";
import { quotesFromUrl } from "../service/quotesFromUrl.ts";
import { createRecorder } from "../service/recorder.ts";
import { createRegionSolver } from "../service/regionSolver.ts";
import { run } from "../service/run.ts";
import { createSenders } from "../service/senders.ts";
import type { ServiceState } from "../service/serviceState.ts";
import { type StateWriter, vaultKey } from "../service/serviceState.ts";
import { type SharedBlocks, shareBlocks } from "../service/sharedBlocks.ts";
import { allEnded, superviseChain } from "../service/superviseChain.ts";
import type { VaultLoop } from "../service/superviseVaults.ts";
import {
  dealerTiming,
  deskPolicy,
  executionPolicy,
  outlookSettings,
  settingsFor,
  weeklyStraddles,
} from "../simulation/demoSettings.ts";
import type { Store } from "../store/openStore.ts";
import { type Config, readHedgeBelief, readProgrammeSizes } from "./config.ts";
import { openAccount } from "./openAccount.ts";
import { readEvents } from "./readEvents.ts";

export type Parts = {
  readonly config: Config;
  readonly store: Store;
  readonly state: ServiceState & StateWriter;
  readonly log: Logger;
  readonly blocks: number | undefined;
  readonly dryRun: boolean;
  readonly acceptForeign: boolean;
  readonly signal: AbortSignal;
};

export type OpenedVaults = {
  readonly desks: ReadonlyMap<string, Hono>;
  /** Watches all of them until they end. @throws the first error that halted one, when none is left */
  run(signal: AbortSignal): Promise<void>;
  /** Blocks looked at, of all vaults. */
  seen(): number;
};

/** What the vaults of one chain share. */
type Chain = {
  readonly client: PublicClient;
  readonly blocks: SharedBlocks;
  readonly senderOf: ReturnType<typeof createSenders>["senderOf"];
  readonly stop: AbortController;
  readonly policy: ExecutionPolicy;
  readonly etherPrice: ReturnType<typeof createEtherPrice>;
  readonly lease: Lease;
  readonly loops: VaultLoop[];
};

type Signers = { readonly keeper: LocalAccount; readonly operator: LocalAccount; readonly gasAsset: string };

const PAUSE_MS = 1_000;

/** Prepares the loops of all vaults: one block source and one lease a chain, one sender a key. */
export async function openVaults(parts: Parts, patients: readonly Patient[]): Promise<OpenedVaults> {
  const { config, store } = parts;
  const [keeper, quoter, operator] = [
    await openAccount(config, ""),
    await openAccount(config, "QUOTER_"),
    await openAccount(config, "OPERATOR_"),
  ];
  const settings = settingsFor({
    policy: config.KEEL_POLICY,
    events: await readEvents(config.KEEL_EVENTS, "run"),
    riskAversion: config.KEEL_RISK_AVERSION,
    belief: readHedgeBelief(config.KEEL_HEDGE_DELTA, config.KEEL_DELTA_COEFFICIENTS),
    blockSeconds: config.KEEL_BLOCK_SECONDS,
    patience: config.KEEL_PATIENCE_SECONDS,
  });
  const sizes = readProgrammeSizes(config.KEEL_PROGRAMME);
  const held = new Set(patients.flatMap(({ book }) => book.underlyings.map(({ symbol }) => symbol)));
  const unknown = [...sizes.keys()].filter((symbol) => !held.has(symbol));
  // No reason to stay away: a vault may have fewer assets than the programme of its neighbours.
  if (unknown.length > 0)
    parts.log.warn(
      `KEEL_PROGRAMME: no vault has ${unknown.join(", ")}, nothing of it is sold; the vaults have ${[...held].join(", ")}`,
    );
  const programmes = weeklyStraddles(sizes);
  const chains = new Map<number, Chain>();
  const solver = createRegionSolver(parts.log);
  const desks = new Map<string, Hono>();
  let seen = 0;

  for (const { client, book } of patients) {
    const chain = chains.get(book.chainId) ?? openChain(parts, client, book, { keeper, operator, gasAsset: settings.gasAsset });
    chains.set(book.chainId, chain);
    const vault = book.contracts.vault;
    const key = vaultKey(book.chainId, vault);
    const observed = observedMarks();
    const marks = config.KEEL_MARKS_URL === undefined ? observed.marks : marksFromUrl(config.KEEL_MARKS_URL);
    const premium = { ...outlookSettings.premium, premium: config.KEEL_VOL_PREMIUM };
    const outlooks = createOutlook({ ...outlookSettings, premium });
    const { isWorthSelling } = outlooks;
    const desk = createDesk({ addresses: book, quoter, programmes, marks, policy: deskPolicy, isWorthSelling });
    const dealing = createDealing({
      addresses: book,
      sources: config.KEEL_DEALERS.map((url, index) => quotesFromUrl(url, `dealer ${index + 1} of KEEL_DEALERS`)),
      ownSeries: desk.programmeSeries,
      isContract: async (address) => ((await client.getCode({ address })) ?? "0x") !== "0x",
      marginSeconds: dealerTiming(config.KEEL_BLOCK_SECONDS).marginSeconds,
      log: parts.log,
    });
    let latest: Snapshot | undefined;
    const onSnapshot = (snapshot: Snapshot) => {
      latest = snapshot;
      for (const { symbol, price } of snapshot.underlyings) observed.observe(symbol, price, snapshot.block.timestamp);
      chain.etherPrice.observe(snapshot.underlyings);
    };
    desks.set(
      key,
      deskApp(desk, () => latest),
    );
    const log = patients.length === 1 ? parts.log : parts.log.child({ vault });
    const recorder = createRecorder(parts.state, book, store.journal, log);
    const senderOf = (account: LocalAccount) => chain.senderOf(account, vault);
    chain.loops.push({
      run: async () => {
        const heads = chain.blocks.follow();
        const own = {
          client,
          addresses: book,
          keeper,
          operator,
          store,
          desk,
          settings,
          policy: chain.policy,
          onSnapshot,
          outlooks,
          recorder,
          dealing,
          lease: chain.lease,
          solver,
        };
        const { blocks, dryRun, acceptForeign, signal } = parts;
        seen += await run({ ...own, blocks, dryRun, acceptForeign, log, signal, pollMs: config.KEEL_POLL_MS, heads, senderOf });
      },
      onHalt: recorder.halted,
      onRetry: recorder.skipped,
    });
  }

  return {
    desks,
    seen: () => seen,
    async run(signal) {
      try {
        await allEnded([...chains.values()].map((chain) => superviseChain(chain, PAUSE_MS, signal)));
      } finally {
        await solver.close();
      }
    },
  };
}

function openChain(
  { config, store, log, dryRun, signal }: Parts,
  client: PublicClient,
  { chainId }: AddressBook,
  { keeper, operator, gasAsset }: Signers,
): Chain {
  const stop = new AbortController();
  const onProblem = (error: Error, inARow: number) => log.warn({ chain: chainId, inARow }, error.message);
  const until = AbortSignal.any([signal, stop.signal]);
  const onSilence = (error: Error) => log.error({ chain: chainId }, error.message);
  const timing = { pollMs: config.KEEL_POLL_MS, silenceMs: 1_000 * config.KEEL_SILENCE_SECONDS };
  const heads: AsyncIterable<BlockHead> = latestBlocks({ client, ...timing, signal: until, onProblem, onSilence });
  const { KEEL_RELAY_URL: url, KEEL_RELAY_BLOCKS: blocks, KEEL_RPC_TIMEOUT_MS: timeoutMs } = config;
  // Housekeeping has nothing to hide.
  const relay = url === undefined ? undefined : { client: createChainClient({ urls: [url], timeoutMs }), blocks };
  const relayOf = (account: LocalAccount) => (account.address === keeper.address ? relay : undefined);
  const etherPrice = createEtherPrice(gasAsset);
  const policy = executionPolicy(config.KEEL_CONFIRMATIONS, etherPrice.current);
  const { senderOf } = createSenders(
    (account) => createExecutor({ publicClient: client, store, policy, chainId, log, dryRun, account, relay: relayOf(account) }),
    store.journal,
  );
  const keys = [keeper, operator].map(({ address }) => `${chainId}:${address}`);
  const lease = config.DATABASE_URL === undefined ? ALONE : leaseOn(store.leases, keys, config.KEEL_LEASE_SECONDS, log);
  return { client, blocks: shareBlocks(heads), senderOf, stop, policy, etherPrice, lease, loops: [] };
}
