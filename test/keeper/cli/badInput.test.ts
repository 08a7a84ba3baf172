import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wallet } from "ethers";
import { type Address, encodeFunctionData, type Hex, numberToHex, toHex } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniswapFactoryAbi } from "../../../keeper/chain/abi.ts";
import { type AddressBook, readAddressBook } from "../../../keeper/chain/addressBook.ts";
import { keel, type RunningDevnet, startDevnet } from "../service/runningDevnet.ts";

let devnet: RunningDevnet;
let book: AddressBook;
let folder: string;

beforeAll(async () => {
  [devnet, folder] = await Promise.all([
    startDevnet(["--interval", "0", "--block", "600", "--blocks", "1"]),
    mkdtemp(join(tmpdir(), "bad-input-")),
  ]);
  book = readAddressBook(devnet.addresses);
});
afterAll(() => devnet.stop());

const request = (method: string, params: readonly unknown[] = []) =>
  devnet.client.request({ method, params } as never) as Promise<unknown>;

/** What a sent transaction would change: nothing may. */
async function footprint(): Promise<unknown> {
  const senders = ["KEEL_PRIVATE_KEY", "KEEL_QUOTER_PRIVATE_KEY", "KEEL_OPERATOR_PRIVATE_KEY"].map((name) =>
    privateKeyToAddress(devnet.env[name] as Hex),
  );
  const nonces = senders.map((address) => devnet.client.getTransactionCount({ address, blockTag: "pending" }));
  return { block: await devnet.client.getBlockNumber(), nonces: await Promise.all(nonces) };
}

/** The command must end so, with one line on stderr, and leave the chain alone; refused is 1, 75 may pass. */
const expectRefused = (parameters: readonly string[], environment: Record<string, string>, ...said: RegExp[]) =>
  expectEnd(1, parameters, environment, ...said);

async function expectEnd(wanted: 1 | 75, parameters: readonly string[], environment: Record<string, string>, ...said: RegExp[]) {
  const before = await footprint();
  const { code, stderr } = await keel(parameters, { ...devnet.env, ...environment });
  expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  for (const pattern of said) expect(stderr).toMatch(pattern);
  expect(code).toBe(wanted);
  expect(await footprint()).toEqual(before);
}

async function bookWith(change: Partial<AddressBook>): Promise<Record<string, string>> {
  const path = join(folder, `${Object.keys(change).join("-")}.json`);
  await writeFile(path, JSON.stringify({ ...book, ...change }));
  return { KEEL_ADDRESSES: path };
}

/** Changes the chain for one check and puts it back. */
async function onChangedChain(change: () => Promise<unknown>, check: () => Promise<void>): Promise<void> {
  const snapshot = await request("evm_snapshot");
  await change();
  try {
    await check();
  } finally {
    await request("evm_revert", [snapshot]);
  }
}

describe("keel run refuses in one line, with the cure, and sends nothing", () => {
  const run = ["run", "--blocks", "1"];

  it("an endpoint of another chain", async () => {
    await expectRefused(
      run,
      await bookWith({ chainId: 10 }),
      /serves chain 31337 .* is of chain 10/,
      /point --rpc at that chain/,
    );
  });

  it("an address without code", async () => {
    const contracts = { ...book.contracts, vault: "0x00000000000000000000000000000000000000AA" as Address };
    await expectRefused(run, await bookWith({ contracts }), /vault 0x0+AA has no code on chain 31337/, /keel -- deploy/);
  });

  it("a key without its role", async () => {
    const stranger = { KEEL_OPERATOR_PRIVATE_KEY: toHex(7n, { size: 32 }) };
    await expectRefused(run, stranger, /lacks the role of the operator/, /set KEEL_OPERATOR_PRIVATE_KEY|grantRole\(3/);
  });

  it("a stale feed, which may pass", async () => {
    const grow = async () => {
      await request("evm_increaseTime", [numberToHex(7200)]);
      await request("evm_mine");
    };
    await onChangedChain(grow, () =>
      expectEnd(75, run, {}, /WETH feed 0x\w+ .*last answer is \d+ s old, the limit is 3900 s/, /wait for/),
    );
  });

  it("a pool without liquidity", async () => {
    const [weth, ...others] = book.underlyings;
    if (weth === undefined) throw new Error("the devnet has no underlying");
    const factory = { address: book.uniswapFactory, abi: uniswapFactoryAbi } as const;
    const args = [weth.address, book.quote.address, 10_000] as const;
    const create = async () => {
      const data = encodeFunctionData({ ...factory, functionName: "createPool", args });
      const from = (await request("eth_accounts")) as Address[];
      await request("eth_sendTransaction", [{ from: from[0], to: factory.address, data, gas: numberToHex(8_000_000) }]);
      await request("evm_mine");
    };
    await onChangedChain(create, async () => {
      const pool = await devnet.client.readContract({ ...factory, functionName: "getPool", args });
      const dry: AddressBook["underlyings"][number] = { ...weth, pools: [{ address: pool, fee: 10_000 }] };
      const underlyings = [dry, ...others];
      await expectRefused(run, await bookWith({ underlyings }), /WETH pool 0x\w+ has no liquidity/, /add liquidity/);
    });
  });

  it("an account without gas money", async () => {
    const keeper = privateKeyToAddress(devnet.env.KEEL_PRIVATE_KEY as Hex);
    const drain = () => request("hardhat_setBalance", [keeper, "0x1"]);
    await onChangedChain(drain, () => expectRefused(run, {}, /The keeper 0x\w+ has 0\.0+1 ether/, /send it gas money/));
  });

  it("a wrong keystore password, without naming it", async () => {
    const path = join(folder, "keystore.json");
    await writeFile(path, await new Wallet(devnet.env.KEEL_PRIVATE_KEY ?? "").encrypt("right"));
    const wrong = { KEEL_PRIVATE_KEY: "", KEEL_KEYSTORE: path, KEEL_KEYSTORE_PASSWORD: "wrong-one" };
    await expectRefused(run, wrong, /password is wrong: check KEEL_KEYSTORE_PASSWORD/, /^(?!.*wrong-one)/);
  });

  it("no key at all", async () => {
    await expectRefused(run, { KEEL_PRIVATE_KEY: "" }, /set KEEL_PRIVATE_KEY, or KEEL_KEYSTORE/);
  });

  it("an unknown flag", async () => {
    await expectRefused(["run", "--dryrun"], {}, /unknown option '--dryrun'/, /Did you mean --dry-run\?/, /run --help/);
  });

  it("a setting that is no number", async () => {
    await expectRefused(run, { KEEL_RISK_AVERSION: "much" }, /KEEL_RISK_AVERSION/, /set it in \.env/);
  });
});

describe("the other commands", () => {
  it("keel devnet names the unreadable line of a price file", async () => {
    const path = join(folder, "prices.csv");
    await writeFile(path, "time,price\n2024-01-01T00:00:00Z,2300\n2024-01-01T01:00:00Z,two thousand\n");
    const { code, stderr } = await keel(["devnet", "--prices", path, "--port", "0"]);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(/prices\.csv.*line 3/);
    expect(code).toBe(1);
  });

  it("keel deploy knows no market on a development chain", async () => {
    await expectRefused(["deploy"], {}, /no market on chain 31337/, /--market FILE.*--create-missing/);
  });

  it("keel deploy --create-missing says which share of a market the deployer can pay for", async () => {
    await expectRefused(["deploy", "--create-missing", "--seed-share", "100"], {}, /takes \d+\S* ether .* give --seed-share \S+/);
  });

  it.each(["0", "201"])("keel status does not show %s entries", async (count) => {
    await expectRefused(["status", "--entries", count], {}, /--entries.*Give a whole number from 1 to 200/);
  });

  it("keel devnet sells options on what its market has", async () => {
    await expectRefused(["devnet", "--programme", "WETH=1,DOGE=5"], {}, /the market has no DOGE; choose of WETH, WBTC/);
  });

  it("keel status says which file is missing and how to get it", async () => {
    await expectRefused(["status", "--addresses", join(folder, "none.json")], {}, /none\.json cannot be read: write it with/);
  });

  it("never overwrites the address book on a refusal", async () => {
    const before = await readFile(devnet.addresses, "utf8");
    await keel(["deploy", "--admin", "me"], devnet.env);
    expect(await readFile(devnet.addresses, "utf8")).toBe(before);
  });
});
