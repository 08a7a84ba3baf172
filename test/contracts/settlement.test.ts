import fc from "fast-check";
import { hashTypedData, zeroAddress } from "viem";
import { describe, expect, it } from "vitest";
import { aggregatorProxyAbi } from "../../keeper/chain/abi.ts";
import { chainlink, quoteTypes, settlementWorld } from "./fixture/settlementWorld.ts";

const HOUR = 3600;
const WINDOW = 26 * HOUR;
const dollars = (amount: number) => BigInt(amount) * 10n ** 8n;
const wad = (amount: number) => BigInt(amount) * 10n ** 18n;

/** A world where phase 1 was traded, last reported 1,990 a minute before expiry, and whose clock stands at expiry + `offset`. */
async function traded(offset = 2 * HOUR) {
  const world = await settlementWorld();
  await world.trade();
  await world.report(1, 5, dollars(1_990), -60);
  const reach = (more = offset) => world.at(world.expiry + BigInt(more));
  return { ...world, reach };
}

/** Settles with the rounds the keeper finds. */
async function settleFound(world: Awaited<ReturnType<typeof settlementWorld>>) {
  const found = await world.find();
  if (!found) return undefined;
  for (const lastId of found.passes) await world.pass(lastId);
  await world.settle(found.roundId, found.previousId);
  return found;
}

describe("the settling round", () => {
  it("may carry the exact second of expiry", async () => {
    const world = await traded();
    await world.report(1, 6, dollars(2_000), 0);
    await world.report(1, 7, dollars(2_100), 1);
    await world.reach(0);
    expect(await settleFound(world)).toEqual({ passes: [], roundId: world.id(1, 6), previousId: world.id(1, 5) });
    expect(await world.price()).toBe(wad(2_000));
  });

  it("is scaled from 18 decimals too", async () => {
    const world = await settlementWorld({ feedDecimals: 18 });
    await world.trade();
    await world.report(1, 2, 1n, -60);
    await world.report(1, 3, 1_234_567_890_123_456_789n, 9);
    await world.at(world.expiry + 10n);
    await settleFound(world);
    expect(await world.price()).toBe(1_234_567_890_123_456_789n);
  });

  it("waits for expiry and for a round", async () => {
    const world = await traded();
    await expect(world.settle(world.id(1, 5), world.id(1, 4))).rejects.toThrow("NotExpired");
    expect(await world.find()).toBeUndefined();
    await world.reach();
    expect(await world.find()).toBeUndefined();
    await expect(world.settle(world.id(1, 5), world.id(1, 0))).rejects.toThrow("RoundInvalid");
    await expect(world.settle(world.id(1, 6), world.id(1, 5))).rejects.toThrow("RoundInvalid");
  });

  it("settles once", async () => {
    const world = await traded();
    await world.report(1, 6, dollars(2_000), 10);
    await world.reach();
    await settleFound(world);
    await expect(world.settle(world.id(1, 6), world.id(1, 5))).rejects.toThrow("AlreadySettled");
    await expect(world.pass(world.id(1, 5))).rejects.toThrow("AlreadySettled");
  });

  it("is neither a later one nor proven by an earlier predecessor", async () => {
    const world = await traded();
    await world.report(1, 6, dollars(2_000), -1);
    await world.report(1, 7, dollars(2_100), 10);
    await world.report(1, 8, dollars(2_200), 20);
    await world.reach();
    await expect(world.settle(world.id(1, 8), world.id(1, 7))).rejects.toThrow("RoundInvalid");
    await expect(world.settle(world.id(1, 8), world.id(1, 6))).rejects.toThrow("RoundNotFirst");
    await expect(world.settle(world.id(1, 7), world.id(1, 5))).rejects.toThrow("RoundNotFirst");
    await expect(world.settle(world.id(1, 7), world.id(1, 7))).rejects.toThrow("RoundInvalid");
    await expect(world.settle(world.id(1, 7), world.id(1, 0))).rejects.toThrow("RoundNotFirst");
    await world.settle(world.id(1, 7), world.id(1, 6));
    expect(await world.price()).toBe(wad(2_100));
  });

  it("does not come before its predecessor, should a feed's times run backwards", async () => {
    const world = await traded();
    await world.report(1, 6, dollars(2_000), 10);
    await world.report(1, 7, dollars(2_100), -1);
    await world.reach();
    await expect(world.settle(world.id(1, 6), world.id(1, 7))).rejects.toThrow("RoundNotFirst");
  });

  it("is not looked for with so little gas that a read could fail for want of it", async () => {
    const world = await traded();
    await world.report(1, 6, dollars(2_000), 10);
    await world.reach();
    const gas = { gas: 290_000n };
    const call = [world.weth.address, world.expiry, world.id(1, 6), world.id(1, 5)] as const;
    await expect(world.market.write.settle(call, gas)).rejects.toThrow("ProbeGasTooLow");
    await world.reach(15 * 24 * HOUR);
    const proposal = [world.weth.address, world.expiry, wad(1_800)] as const;
    await expect(world.market.write.proposeFallback(proposal, gas)).rejects.toThrow("ProbeGasTooLow");
    await expect(world.market.write.proposeFallback(proposal)).rejects.toThrow("FeedAlive");
    await world.market.write.settle(call);
  });

  it("stands behind gaps, zero, negative and timeless rounds, which never settle themselves", async () => {
    const world = await traded();
    await world.report(1, 20, 0n, 5);
    await world.report(1, 21, -1n, 6);
    await world.aggregators[0]?.write.updateRoundData([22n, dollars(9), 0n, 0n]);
    await world.report(1, 40, dollars(2_050), 30);
    await world.reach();
    for (const round of [6, 20, 21, 22])
      await expect(world.settle(world.id(1, round), world.id(1, 5))).rejects.toThrow("RoundInvalid");
    await expect(world.settle(world.id(1, 40), world.id(1, 20))).rejects.toThrow("RoundInvalid");
    await settleFound(world);
    expect(await world.price()).toBe(wad(2_050));
  });

  it("follows its predecessor by 128 ids at most", async () => {
    const world = await traded();
    await world.report(1, 134, dollars(2_000), 10);
    await world.reach();
    await expect(world.settle(world.id(1, 134), world.id(1, 5))).rejects.toThrow("GapTooLong");
    await world.report(1, 133, dollars(2_001), 9);
    await world.settle(world.id(1, 133), world.id(1, 5));
    expect(await world.price()).toBe(wad(2_001));
  });

  it("needs no predecessor where there is none", async () => {
    const world = await settlementWorld();
    await world.trade();
    await world.report(1, 3, dollars(2_000), 10);
    await world.report(1, 4, dollars(2_001), 11);
    await world.at(world.expiry + 60n);
    await expect(world.settle(world.id(1, 4), world.id(1, 0))).rejects.toThrow("RoundNotFirst");
    expect((await settleFound(world))?.previousId).toBe(world.id(1, 0));
    expect(await world.price()).toBe(wad(2_000));
  });

  it("exists only for an expiry that was traded", async () => {
    const world = await settlementWorld();
    await world.report(1, 2, dollars(2_000), 10);
    await world.at(world.expiry + 60n);
    await expect(world.settle(world.id(1, 2), world.id(1, 0))).rejects.toThrow("NeverTraded");
    await expect(world.find()).rejects.toThrow("ever traded");
  });

  it("is the only pair of ids the market takes, in any history, and the one the keeper finds", async () => {
    const round = fc.record({
      skip: fc.integer({ min: 1, max: 3 }),
      offset: fc.integer({ min: 0, max: 4 }),
      valid: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(round, { minLength: 1, maxLength: 6 }), async (rounds) => {
        const world = await settlementWorld();
        await world.trade();
        let [last, offset] = [1, -7];
        for (const { skip, offset: later, valid } of rounds) {
          [last, offset] = [last + skip, offset + later];
          await world.report(1, last, valid ? dollars(1_000 + last) : 0n, offset);
        }
        await world.at(world.expiry + 60n);
        const accepted: string[] = [];
        for (let id = 0; id <= last; id++) {
          for (let previous = 0; previous <= last; previous++) {
            const args = [world.weth.address, world.expiry, world.id(1, id), world.id(1, previous)] as const;
            await world.market.simulate.settle(args).then(
              () => accepted.push(`${args[2]} after ${args[3]}`),
              () => 0,
            );
          }
        }
        const found = await world.find();
        expect(accepted).toEqual(found ? [`${found.roundId} after ${found.previousId}`] : []);
      }),
      { numRuns: 12, seed: 20 },
    );
  });
});

describe("a change of aggregator", () => {
  it("after the last trade leaves the price with the old one while it reports", async () => {
    const world = await traded();
    await world.switchAggregator();
    await world.report(2, 1, dollars(3_000), -30);
    await world.report(2, 2, dollars(3_001), 5);
    await world.reach();
    await expect(world.settle(world.id(2, 2), world.id(2, 1))).rejects.toThrow("RoundOutOfPhase");
    await expect(world.settle(world.id(2, 2), world.id(1, 5))).rejects.toThrow("RoundOutOfPhase");
    expect(await world.find()).toBeUndefined();
    await world.report(1, 6, dollars(2_000), HOUR);
    await settleFound(world);
    expect(await world.price()).toBe(wad(2_000));
  });

  it("before a trade makes the new one settle, though the old one goes on", async () => {
    const world = await traded();
    await world.switchAggregator();
    await world.trade();
    await world.report(1, 6, dollars(2_000), 1);
    await world.report(2, 7, dollars(3_000), 5);
    await world.reach();
    await expect(world.settle(world.id(1, 6), world.id(1, 5))).rejects.toThrow("RoundOutOfPhase");
    await settleFound(world);
    expect(await world.price()).toBe(wad(3_000));
  });

  it("after expiry changes nothing, even when the new aggregator has a history", async () => {
    const world = await traded();
    await world.report(1, 6, dollars(2_000), 30);
    await world.reach();
    await world.switchAggregator();
    await world.report(2, 1, dollars(3_000), -30);
    await world.report(2, 2, dollars(3_001), 5);
    await settleFound(world);
    expect(await world.price()).toBe(wad(2_000));
  });

  it("passes the price on once the old aggregator was silent for the whole window", async () => {
    const world = await traded();
    await world.switchAggregator();
    await world.report(2, 1, dollars(3_000), -30);
    await world.report(2, 2, dollars(3_001), 5);
    await world.reach(WINDOW - 10);
    await expect(world.pass(world.id(1, 5))).rejects.toThrow("PhaseNotSilent");
    await world.reach(WINDOW);
    await world.report(1, 6, dollars(2_000), WINDOW);
    await expect(world.settle(world.id(1, 6), world.id(1, 5))).rejects.toThrow("RoundTooLate");
    await expect(world.pass(world.id(1, 4))).rejects.toThrow("RoundInvalid");
    await expect(world.pass(world.id(1, 0))).rejects.toThrow("PhaseNotSilent");
    const found = await settleFound(world);
    expect(found).toEqual({ passes: [world.id(1, 5)], roundId: world.id(2, 2), previousId: world.id(2, 1) });
    expect(await world.price()).toBe(wad(3_001));
  });

  it("cannot be claimed while the old aggregator reported in time, nor passed to a phase that is not there", async () => {
    const world = await traded();
    await world.report(1, 6, dollars(2_000), WINDOW - 1);
    await world.reach(WINDOW);
    await expect(world.pass(world.id(1, 5))).rejects.toThrow("PhaseNotSilent");
    await world.switchAggregator();
    await expect(world.pass(world.id(1, 5))).rejects.toThrow("PhaseNotSilent");
    // Where the rounds of another phase end nothing follows either.
    for (const phase of [0, 2]) await expect(world.pass(world.id(phase, 0))).rejects.toThrow("RoundOutOfPhase");
    await settleFound(world);
    expect(await world.price()).toBe(wad(2_000));
  });

  it("may happen twice, over an aggregator that never answered", async () => {
    const world = await traded();
    await world.switchAggregator();
    await world.switchAggregator();
    await world.report(3, 9, dollars(3_000), 7);
    await world.reach(WINDOW);
    expect((await settleFound(world))?.passes).toEqual([world.id(1, 5), world.id(2, 0)]);
    expect(await world.price()).toBe(wad(3_000));
  });

  it("is not needed after an outage: the newest aggregator's first round settles, however late", async () => {
    const world = await traded();
    await world.reach(3 * WINDOW);
    expect(await world.find()).toBeUndefined();
    await world.report(1, 6, dollars(2_000), 3 * WINDOW);
    await settleFound(world);
    expect(await world.price()).toBe(wad(2_000));
  });

  it("works from a real FluxAggregator, which reverts for missing rounds", async () => {
    const flux = chainlink("FluxAggregator");
    const world = await settlementWorld({
      first: { ...flux, args: [zeroAddress, 0n, 3600, zeroAddress, 1n, 10n ** 18n, 8, "ETH / USD"] },
    });
    const oracle = world.owner.account.address;
    const address = world.first;
    const write = (functionName: string, args: readonly unknown[]) =>
      world.owner.writeContract({ address, abi: flux.abi, functionName, args });
    await write("changeOracles", [[], [oracle], [oracle], 1, 1, 0]);
    await world.trade();
    await world.at(world.expiry - 50n);
    await write("submit", [1n, dollars(1_990)]);
    await write("submit", [2n, dollars(1_995)]);
    await world.at(world.expiry + 5n);
    expect(await world.find()).toBeUndefined();
    await write("submit", [3n, dollars(2_005)]);
    await write("submit", [4n, dollars(2_010)]);
    await expect(world.settle(world.id(1, 4), world.id(1, 2))).rejects.toThrow("RoundNotFirst");
    await expect(world.settle(world.id(1, 9), world.id(1, 2))).rejects.toThrow("RoundInvalid");
    await settleFound(world);
    expect(await world.price()).toBe(wad(2_005));
  });
});

describe("a dead feed", () => {
  const DAY = 86_400;
  const dead = async () => {
    const world = await traded();
    const of = { underlying: world.weth.address, expiry: world.expiry };
    const propose = (price: bigint, account = world.owner.account) =>
      world.market.write.proposeFallback([of.underlying, of.expiry, price], { account });
    const conclude = () => world.market.write.settleFallback([of.underlying, of.expiry], { account: world.taker.account });
    return { ...world, propose, conclude };
  };

  it("is given a price by the admin two weeks after expiry, final a week later", async () => {
    const world = await dead();
    await world.reach(14 * DAY - 10);
    await expect(world.propose(wad(1_800))).rejects.toThrow("FallbackTooEarly");
    await expect(world.conclude()).rejects.toThrow("FallbackMissing");
    await world.reach(14 * DAY);
    await expect(world.propose(wad(1_800), world.taker.account)).rejects.toThrow("AccessManagedUnauthorized");
    await expect(world.propose(0n)).rejects.toThrow("FallbackMissing");
    await world.propose(wad(1_800));
    await world.reach(20 * DAY);
    await expect(world.conclude()).rejects.toThrow("FallbackTooEarly");
    expect(await world.price()).toBe(0n);
    await world.reach(21 * DAY + 60);
    await world.conclude();
    expect(await world.price()).toBe(wad(1_800));
    await expect(world.propose(wad(1))).rejects.toThrow("AlreadySettled");
    await expect(world.conclude()).rejects.toThrow("AlreadySettled");
  });

  it("is not dead while it answers after expiry, though nobody has settled", async () => {
    const world = await dead();
    await world.report(1, 6, dollars(2_000), HOUR);
    await world.reach(15 * DAY);
    await expect(world.propose(wad(1_800))).rejects.toThrow("FeedAlive");
  });

  it("may come back: its round settles and the proposal is void", async () => {
    const world = await dead();
    await world.reach(15 * DAY);
    await world.propose(wad(1_800));
    await world.report(1, 6, dollars(2_000), 16 * DAY);
    await world.reach(30 * DAY);
    await expect(world.conclude()).rejects.toThrow("FeedAlive");
    await settleFound(world);
    expect(await world.price()).toBe(wad(2_000));
    await expect(world.conclude()).rejects.toThrow("AlreadySettled");
  });

  it("may have been settled by an older aggregator's round all along: anyone can still do so in the week", async () => {
    const world = await dead();
    await world.report(1, 6, dollars(2_000), HOUR);
    await world.switchAggregator();
    await world.report(2, 1, dollars(1), -30);
    await world.reach(15 * DAY);
    await world.propose(wad(1_800));
    await settleFound(world);
    await world.reach(30 * DAY);
    await expect(world.conclude()).rejects.toThrow("AlreadySettled");
    expect(await world.price()).toBe(wad(2_000));
  });

  it("is one that cannot be read at all, too, and a new proposal waits anew", async () => {
    const world = await dead();
    const flux = chainlink("FluxAggregator");
    const silent = await world.deploy(flux, [zeroAddress, 0n, 3600, zeroAddress, 1n, 10n ** 18n, 8, "ETH / USD"]);
    for (const functionName of ["proposeAggregator", "confirmAggregator"] as const)
      await world.owner.writeContract({ address: world.proxy, abi: aggregatorProxyAbi, functionName, args: [silent] });
    await world.reach(14 * DAY);
    await expect(world.pass(world.id(1, 5))).rejects.toThrow();
    await world.propose(wad(1_800));
    await world.reach(20 * DAY);
    await world.propose(wad(1_700));
    await world.reach(22 * DAY);
    await expect(world.conclude()).rejects.toThrow("FallbackTooEarly");
    await world.reach(27 * DAY + 60);
    await world.conclude();
    expect(await world.price()).toBe(wad(1_700));
  });
});

describe("a quote", () => {
  it("hashes as EIP-712 says", async () => {
    const world = await settlementWorld();
    const message = world.quote({ taker: world.taker.account.address, makerSells: false, nonce: 77n });
    const expected = hashTypedData({ domain: world.domain, types: quoteTypes, primaryType: "Quote", message });
    expect(await world.market.read.hashQuote([message])).toBe(expected);
  });
});
