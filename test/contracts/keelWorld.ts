import { type Address, encodeAbiParameters, type Hex, maxUint256, parseAbi } from "viem";
import { deployWorld, spot, type WorldOptions, wad } from "./deployWorld.ts";
import { quoteTypes } from "./fixture/settlementWorld.ts";

export const feeData = encodeAbiParameters([{ type: "uint24" }], [500]);

const tokenAbi = parseAbi([
  "function mint(address,uint256) returns (bool)",
  "function deposit() payable",
  "function approve(address,uint256) returns (bool)",
  "function transfer(address,uint256) returns (bool)",
  "function balanceOf(address) view returns (uint256)",
  "function allowance(address,address) view returns (uint256)",
]);
const aggregatorAbi = parseAbi(["function updateAnswer(int256)"]);
const poolAbi = parseAbi(["function supply(address,uint256,address,uint16)"]);

export type SeriesParameters = { readonly strike: number; readonly expiry: number; readonly isPut: boolean };
export type QuoteParameters = {
  readonly series: bigint;
  readonly makerSells: boolean;
  readonly price: bigint;
  readonly size: bigint;
  readonly nonce?: bigint;
  readonly taker?: Address;
  /** The vault unless given. */
  readonly maker?: Address;
};
const nobody: Address = "0x0000000000000000000000000000000000000000";

/** A deployed world and what people do in it. */
export async function keelWorld(options: WorldOptions = {}) {
  const world = await deployWorld(options);
  const { addresses, client, helpers, now, weth, usdc: usdcAddress } = world;
  const { vault, queue, market, engine, surface, uniswap, aave, deployer, keeper, quoter, poster, taker, stranger } = world;

  type Person = typeof deployer;
  const token = (address: Address) => ({
    balanceOf: (account: Address) => client.readContract({ address, abi: tokenAbi, functionName: "balanceOf", args: [account] }),
    allowance: (owner: Address, spender: Address) =>
      client.readContract({ address, abi: tokenAbi, functionName: "allowance", args: [owner, spender] }),
    approve: (person: Person, spender: Address, amount = maxUint256) =>
      person.writeContract({ address, abi: tokenAbi, functionName: "approve", args: [spender, amount] }),
    transfer: (person: Person, to: Address, amount: bigint) =>
      person.writeContract({ address, abi: tokenAbi, functionName: "transfer", args: [to, amount] }),
  });
  const tokens = { usdc: token(usdcAddress), weth: token(weth) };

  async function fund(person: Person, amounts: { usdc?: bigint; weth?: bigint }) {
    const to = person.account.address;
    if (amounts.usdc)
      await deployer.writeContract({
        address: usdcAddress,
        abi: tokenAbi,
        functionName: "mint",
        args: [to, amounts.usdc],
      });
    if (amounts.weth) {
      await helpers.setBalance(to, amounts.weth + wad(1000));
      await person.writeContract({ address: weth, abi: tokenAbi, functionName: "deposit", value: amounts.weth });
    }
  }

  /** New rounds on both feeds. */
  async function report(price = spot) {
    const answers = [
      [addresses.tokens.WETH.feed.aggregator, price],
      [addresses.tokens.USDC.feed.aggregator, 1],
    ] as const;
    for (const [address, value] of answers) {
      const args = [BigInt(Math.round(value * 1e8))] as const;
      await deployer.writeContract({ address, abi: aggregatorAbi, functionName: "updateAnswer", args });
    }
  }

  const flatSlice = { a: wad(0.36), b: wad(0.05), rho: wad(-0.3), m: 0n, sigma: wad(0.2), carry: 0n };
  const postSlice = (expiry: number, slice = flatSlice) =>
    surface.write.post([weth, BigInt(expiry), slice], { account: poster.account });

  const seriesId = ({ strike, expiry, isPut }: SeriesParameters) =>
    (BigInt(weth) << 96n) | (BigInt(Math.round(strike * 1e6)) << 40n) | (BigInt(expiry) << 1n) | (isPut ? 1n : 0n);

  /** Mark of one option, quote units. */
  async function mark(series: bigint) {
    const leg = await engine.read.leg([series, 1_000_000n]);
    const [greeks] = await engine.read.measure([weth, wad(spot), wad(1), [leg]]);
    return { ...greeks, price: greeks.value / 10n ** 12n };
  }

  async function signQuote(parameters: QuoteParameters, signer: Person = quoter) {
    const { series, makerSells, price, size, nonce = 1n, taker: only = nobody, maker = vault.address } = parameters;
    const deadline = BigInt((await now()) + 600);
    const quote = { maker, taker: only, series, makerSells, price, size, nonce, deadline };
    const signature: Hex = await signer.signTypedData({
      account: signer.account,
      domain: { name: "Keel OptionMarket", version: "1", chainId: world.chainId, verifyingContract: market.address },
      types: quoteTypes,
      primaryType: "Quote",
      message: quote,
    });
    return { quote, signature };
  }

  /** The vault sells (or buys) `size` at its mark plus `edge` quote units an option. */
  async function trade(series: bigint, makerSells: boolean, size: bigint, { edge = 0n, nonce = 1n, signer = quoter } = {}) {
    const { price } = await mark(series);
    const { quote, signature } = await signQuote({ series, makerSells, price: price + edge, size, nonce }, signer);
    return vault.write.fill([quote, signature, size], { account: taker.account });
  }

  const sell = (quantity: bigint, price = spot * 0.995) => swap(-quantity, price);
  const buy = (quantity: bigint, price = spot * 1.005) => swap(quantity, price);
  const swap = (quantity: bigint, price: number) => ({
    venue: uniswap.address,
    asset: weth,
    quantity,
    limitWad: wad(price),
    data: feeData,
  });
  const account = (asset: Address, quantity: bigint, rate = 0.2) => ({
    venue: aave.address,
    asset,
    quantity,
    limitWad: wad(rate),
    data: "0x" as Hex,
  });
  const rebalance = (actions: Parameters<typeof vault.write.rebalance>[0][0]) =>
    vault.write.rebalance([actions], { account: keeper.account });

  async function gasOf(hash: Promise<Hex>) {
    return (await client.waitForTransactionReceipt({ hash: await hash })).gasUsed;
  }

  /** Passes the open epoch's cutoff, reports and strikes. */
  async function strike(price = spot) {
    const [, cutoff] = await queue.read.openEpoch();
    await helpers.time.increaseTo(cutoff);
    await report(price);
    return queue.write.strike();
  }

  /** `person` becomes a shareholder with `amount` of quote. */
  async function invest(person: Person, amount: bigint) {
    await fund(person, { usdc: amount });
    await tokens.usdc.approve(person, queue.address);
    await queue.write.requestDeposit([amount, person.account.address, person.account.address], {
      account: person.account,
    });
  }

  async function claimShares(person: Person) {
    const shares = await queue.read.maxMint([person.account.address]);
    await queue.write.mint([shares, person.account.address], { account: person.account });
    return shares;
  }

  /** Gives Aave something to lend. */
  async function lend(amounts: { usdc: bigint; weth: bigint }) {
    await fund(stranger, amounts);
    for (const [address, amount] of [
      [usdcAddress, amounts.usdc],
      [weth, amounts.weth],
    ] as const) {
      await token(address).approve(stranger, addresses.aave.pool);
      const args = [address, amount, stranger.account.address, 0] as const;
      await stranger.writeContract({ address: addresses.aave.pool, abi: poolAbi, functionName: "supply", args });
    }
  }

  return {
    ...world,
    tokens,
    token,
    fund,
    report,
    postSlice,
    seriesId,
    mark,
    signQuote,
    trade,
    sell,
    buy,
    account,
    rebalance,
    gasOf,
    strike,
    invest,
    claimShares,
    lend,
  };
}

export type KeelWorld = Awaited<ReturnType<typeof keelWorld>>;

/** Runs each test on the state the first call left. */
export function snapshots(world: () => KeelWorld) {
  let id: unknown;
  return {
    async save() {
      id = await world().provider.request({ method: "evm_snapshot" });
    },
    async restore() {
      await world().provider.request({ method: "evm_revert", params: [id] });
      id = await world().provider.request({ method: "evm_snapshot" });
    },
  };
}
