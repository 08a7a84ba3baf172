import { Command } from "commander";
import { toHex } from "viem";
import { readMarketBook, writeAddressBook } from "../chain/addressBook.ts";
import type { Programme } from "../desk/programme.ts";
import { ConfigError } from "../errors.ts";
import { numberText, sizeText, timeText } from "../report/numberText.ts";
import type { DevnetBlock } from "../simulation/devnet.ts";
import type { MovingMarket } from "../simulation/movingMarket.ts";
import { readProgrammeSizes } from "./config.ts";
import { deposit, positive, positiveWhole, whole } from "./numberOption.ts";

type DevnetFlags = {
  port: number;
  marksPort: number;
  desk: string;
  seed: number;
  block: number;
  interval: number;
  blocks?: number;
  buyers: number;
  deposit: number;
  programme: string;
  prices?: string;
  addresses: string;
  fork?: string;
  forkBlock?: number;
  rpc?: string;
  market?: string;
};

/** `keel devnet`: a chain whose market moves by itself, with Keel deployed on it. */
export const devnetCommand = new Command("devnet")
  .description("serve a market that moves by itself, with a vault on it: our own, or a fork of a public chain")
  .option("--port <n>", "port of the JSON-RPC endpoint; 0 takes a free one", whole, 8545)
  .option("--marks-port <n>", "port of the option marks and a dealer's quotes", whole, 8546)
  .option("--desk <url>", "where the keeper's desk will answer buyers", "http://127.0.0.1:8547")
  .option("--seed <n>", "everything random follows from it", whole, 1)
  .option("--block <seconds>", "chain time from one block to the next", positiveWhole, 12)
  .option("--interval <ms>", "wall-clock time from one block to the next; 0 as fast as it goes", whole, 1000)
  .option("--blocks <n>", "stand still after so many blocks, still serving", positiveWhole)
  .option("--buyers <n>", "option buyers a block, on average", positive, 0.2)
  .option("--deposit <quote>", "what the depositor brings, quote", deposit, 2_000_000)
  .option("--programme <sizes>", "what the keeper will sell; a fork begins when that goes on sale", "WETH=60,WBTC=3")
  .option("--prices <file>", "CSV or .csv.gz with time and price of ether, instead of the model")
  .option("--addresses <file>", "where the address book goes", ".keel/addresses.json")
  .option("--fork <url>", "fork this chain: its Uniswap, Aave and feeds, moved by a price driver")
  .option("--fork-block <n>", "block to fork at; the newest when absent", whole)
  .option("--rpc <url>", "drive a fork that somebody else serves, for instance anvil --fork-url")
  .option("--market <file>", "addresses of the forked chain's market; an address book will do")
  .addHelpText(
    "after",
    "\nFor --rpc start anvil with --no-mining --threads 8: with few threads it may lock up while it forks and mines.",
  )
  .action(async (flags: DevnetFlags) => serve(flags));

async function serve(flags: DevnetFlags): Promise<void> {
  if (flags.fork !== undefined && flags.rpc !== undefined)
    throw new ConfigError("--fork and --rpc exclude each other: one serves a fork, the other drives one that is served");
  const sizes = readProgrammeSizes(flags.programme, ["WETH", "WBTC"]);
  // Hardhat takes a second to load; other commands do not wait for it.
  const { network } = await import("hardhat");
  const { openDevnet, moveDevnet } = await import("../simulation/devnet.ts");
  const { serveMarks } = await import("../simulation/serveMarks.ts");
  const { weeklyStraddles } = await import("../simulation/demoSettings.ts");
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort()).once("SIGTERM", () => stop.abort());
  const say = (line: string) => process.stdout.write(`${line}\n`);

  say("Building the market, this takes some seconds …");
  const programmes = weeklyStraddles(sizes);
  const market = await openMarket(flags, programmes);
  try {
    const connection = await network.create({ network: "remote", override: { url: market.url } });
    const parameters = { seed: flags.seed, blockSeconds: flags.block, deposit: flags.deposit };
    const people = { deskUrl: flags.desk, buyersPerBlock: flags.buyers, programmes };
    const devnet = await openDevnet(market, connection, { ...parameters, ...people });
    writeAddressBook(flags.addresses, devnet.addresses);
    const marks = await serveMarks(market.scenario.marks, devnet.quotes, flags.marksPort);
    try {
      for (const line of await introduction(market, marks.url, flags)) say(line);
      const onBlock = blockTeller(market, flags.interval, say);
      await moveDevnet(devnet, { intervalMs: flags.interval, blocks: flags.blocks, signal: stop.signal, onBlock });
      if (!stop.signal.aborted) {
        say(`The market stands still after ${flags.blocks} blocks; Ctrl-C ends it.`);
        const alive = setInterval(() => undefined, 60_000);
        await new Promise((resolve) => stop.signal.addEventListener("abort", resolve, { once: true }));
        clearInterval(alive);
      }
    } finally {
      marks.close();
      await connection.close();
    }
  } finally {
    await market.close();
  }
  say("Stopped.");
}

async function openMarket(flags: DevnetFlags, programmes: ReadonlyMap<string, Programme>): Promise<MovingMarket> {
  const { openForkedMarket, openLocalMarket } = await import("../simulation/movingMarket.ts");
  const { port, seed, block: blockSeconds } = flags;
  const days = flags.blocks === undefined ? 1 : (flags.blocks * blockSeconds) / 86_400;
  if (flags.fork === undefined && flags.rpc === undefined)
    return openLocalMarket({ port, seed, blockSeconds, pricesFile: flags.prices, days });
  const [programme] = programmes.values();
  const book = flags.market === undefined ? undefined : readMarketBook(flags.market);
  const source = flags.rpc === undefined ? { url: flags.fork ?? "", blockNumber: flags.forkBlock } : { rpc: flags.rpc };
  return openForkedMarket(source, { port, seed, blockSeconds, book, programme });
}

async function introduction(market: MovingMarket, marksUrl: string, flags: DevnetFlags): Promise<readonly string[]> {
  const { castOf } = await import("../simulation/openWorld.ts");
  const { keeper, quoter, operator } = castOf();
  const key = (account: typeof keeper) => toHex(account.getHdKey().privateKey ?? new Uint8Array());
  const { WETH, WBTC } = market.prices();
  return [
    "",
    `JSON-RPC      ${market.url}`,
    `Option marks  ${marksUrl}, and a dealer's quotes`,
    `Address book  ${flags.addresses}`,
    `Prices        WETH ${sizeText(WETH)}, WBTC ${sizeText(WBTC)}, at ${timeText(market.scenario.start)} UTC`,
    "",
    "These accounts of the development mnemonic hold the roles; everybody knows their keys. In .env:",
    "",
    `KEEL_RPC_URL=${market.url}`,
    `KEEL_MARKS_URL=${marksUrl}`,
    `KEEL_DEALERS=${marksUrl}`,
    `KEEL_BLOCK_SECONDS=${flags.block}`,
    `KEEL_PRIVATE_KEY=${key(keeper)}`,
    `KEEL_QUOTER_PRIVATE_KEY=${key(quoter)}`,
    `KEEL_OPERATOR_PRIVATE_KEY=${key(operator)}`,
    "",
    "Then, in another terminal: npm run keel -- run",
    "",
  ];
}

/** A line every ten seconds of wall-clock time at most, and one for every block in which options were sold. */
function blockTeller(market: MovingMarket, intervalMs: number, say: (line: string) => void): (block: DevnetBlock) => void {
  const every = intervalMs === 0 ? 100 : Math.max(1, Math.round(10_000 / intervalMs));
  let count = 0;
  return ({ number, timestamp, fills }) => {
    count += 1;
    if (fills === 0 && count % every !== 1) return;
    const { WETH, WBTC } = market.prices();
    const sold = fills === 0 ? "" : `   ${fills} option ${fills === 1 ? "sale" : "sales"}`;
    say(`block ${numberText(number)}  ${timeText(timestamp)}   WETH ${numberText(WETH, 2)}   WBTC ${numberText(WBTC, 0)}${sold}`);
  };
}
