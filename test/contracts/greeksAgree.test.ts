import { readFileSync } from "node:fs";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { type Address, pad, toHex } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { decodeSlice, encodeSlice, type SurfaceSlice } from "../../keeper/chain/postedSlice.ts";
import { blackScholes } from "../../keeper/pricing/blackScholes.ts";
import { sviVol } from "../../keeper/pricing/svi.ts";
import type { OptionLeg } from "../../keeper/risk/book.ts";
import { bookGreeks } from "../../keeper/risk/bookGreeks.ts";
import { plainNetwork } from "../../keeper/simulation/market/plainNetwork.ts";
import { settlementWorld } from "./fixture/settlementWorld.ts";

const SEED = 1976;
const YEAR = 365 * 86_400;
const WAD = 10n ** 18n;
const GREEKS = ["value", "delta", "gamma", "vega"] as const;

const { viem, networkHelpers } = await plainNetwork().create();

async function deploy() {
  const [admin] = await viem.getWalletClients();
  if (!admin) throw new Error("the simulated network has no account");
  const manager = await viem.deployContract("AccessManager", [admin.account.address]);
  const limits = { volMovePerHour: WAD, maxVolMove: WAD, carryMovePerHour: WAD, seasoning: 0n };
  const surface = await viem.deployContract("VolSurface", [manager.address, limits]);
  // None of its legs is past expiry, so the market is never asked.
  const engine = await viem.deployContract("RiskEngine", [surface.address, manager.address]);
  return { surface, engine };
}

const underlyingOf = (index: number): Address => pad(toHex(index + 1), { size: 20 });
const seriesId = (underlying: Address, strike: bigint, expiry: number, isPut: boolean) =>
  (BigInt(underlying) << 96n) | (strike << 40n) | (BigInt(expiry) << 1n) | (isPut ? 1n : 0n);
/** A decimal text, fixed or scientific, as an integer of 10^-decimals. */
function exact(text: string, decimals: number): bigint {
  const [mantissa = "0", exponent = "0"] = text.split("e");
  const [whole = "0", fraction = ""] = mantissa.replace("-", "").split(".");
  const shift = Number(exponent) + decimals - fraction.length;
  const digits = BigInt(whole + fraction);
  const magnitude = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(-shift);
  return text.startsWith("-") ? -magnitude : magnitude;
}

describe("RiskEngine against 60-digit references", () => {
  it("prices every row within 1e-12 of spot, and its Greeks within 1e-12 of their scale", async () => {
    const { surface, engine } = await deploy();
    const { rows } = JSON.parse(readFileSync(new URL("../reference/black76.json", import.meta.url), "utf8"));
    type Row = [number, string, string, number, string, string, string, string, string, string];
    const now = (await networkHelpers.time.latest()) + 2000;
    for (const [index, [, , , seconds, carry, vol]] of (rows as Row[]).entries()) {
      const variance = exact(vol, 6) ** 2n * 10n ** 6n;
      const slice = { a: variance, b: 0n, rho: 0n, m: 0n, sigma: 10n ** 17n, carry: exact(carry, 18) };
      await surface.write.post([underlyingOf(index), BigInt(now + seconds), slice]);
    }
    await networkHelpers.time.increaseTo(now);
    const worst = { value: 0, delta: 0, gamma: 0, vega: 0 };
    for (const [index, row] of (rows as Row[]).entries()) {
      const [isPut, spot, strike, seconds, , vol, ...expected] = row;
      const size = 10n ** 12n;
      const series = seriesId(underlyingOf(index), exact(strike, 6), now + seconds, isPut === 1);
      const leg = await engine.read.leg([series, size]);
      const [greeks] = await engine.read.measure([underlyingOf(index), exact(spot, 18), WAD, [leg]]);
      const deviation = Number(vol) * Math.sqrt(seconds / YEAR);
      const scale = {
        value: Number(spot),
        delta: 1,
        gamma: 1 / (Number(spot) * deviation),
        vega: Number(spot) * Math.sqrt(seconds / YEAR),
      };
      for (const [i, name] of GREEKS.entries()) {
        // A million options, compared as integers of 1e-24: doubles would hide the last digits.
        const difference = Number(greeks[name] - exact(expected[i] ?? "", 24)) / 1e24;
        worst[name] = Math.max(worst[name], Math.abs(difference) / scale[name]);
      }
    }
    console.info("worst errors, of each figure's scale:", JSON.stringify(worst));
    for (const name of GREEKS) expect(worst[name], name).toBeLessThan(1e-12);
  });
});

describe("on-chain and keeper Greeks", () => {
  const generator = xoroshiro128plus(SEED);
  const uniform = (low: number, high: number) => low + ((high - low) * (generator.next() >>> 0)) / 2 ** 32;
  const integer = (low: number, high: number) => Math.floor(uniform(low, high + 1));
  type Listed = { leg: bigint; strike: number; type: "call" | "put"; years: number; slice: SurfaceSlice };
  const markets: { underlying: Address; spot: number; listed: Listed[] }[] = [];
  let contracts: Awaited<ReturnType<typeof deploy>>;

  beforeAll(async () => {
    contracts = await deploy();
    const { surface, engine } = contracts;
    const now = (await networkHelpers.time.latest()) + 2000;
    for (let index = 0; index < 20; index++) {
      const underlying = underlyingOf(index);
      const spot = 10 ** uniform(-1, 5);
      const listed: Listed[] = [];
      for (let j = 0; j < 4; j++) {
        const seconds = j === 0 ? 3600 : Math.floor(3600 * (2 * 8760) ** uniform(0, 1));
        const expiry = now + seconds;
        const years = seconds / YEAR;
        const variance = uniform(0.1, 1.5) ** 2;
        const sigma = Math.max(0.01, uniform(1, 3) * Math.sqrt(variance * years));
        const b = (uniform(0.1, 0.4) * variance) / sigma;
        const skew = { rho: uniform(-0.5, 0.5), m: uniform(-0.1, 0.1) * sigma, carry: uniform(-0.2, 0.2) };
        await surface.write.post([underlying, BigInt(expiry), encodeSlice({ a: variance - b * sigma, b, sigma, ...skew })]);
        const stored = decodeSlice(await surface.read.packedSlice([underlying, BigInt(expiry)]));
        if (!stored) throw new Error("the slice was not stored");
        for (let i = 0; i < 8; i++) {
          const type = i % 2 ? "put" : "call";
          const width = Math.max(0.01, Math.sqrt(variance * years));
          const strike = BigInt(Math.round(spot * Math.exp(uniform(-3, 3) * width) * 1e6));
          const leg = await engine.read.leg([seriesId(underlying, strike, expiry, type === "put"), 0n]);
          listed.push({ leg, strike: Number(strike) / 1e6, type, years, slice: stored.slice });
        }
      }
      markets.push({ underlying, spot, listed });
    }
    await networkHelpers.time.increaseTo(now);
  });

  it("agree to 1e-9 of the sum of absolute legs over 1,000 random books of up to 32", async () => {
    for (let trial = 0; trial < 1000; trial++) {
      const market = markets[trial % markets.length];
      if (!market) throw new Error("no market was listed");
      const spotWad = BigInt(Math.round(market.spot * Math.exp(uniform(-0.05, 0.05)) * 1e6)) * 10n ** 12n;
      const spot = Number(spotWad / 10n ** 12n) / 1e6;
      const volScale = [0.7, 1, 1.4][trial % 3] ?? 1;
      const legs: bigint[] = [];
      const sums = { value: 0, delta: 0, gamma: 0, vega: 0 };
      const absolute = { ...sums };
      const resolution = { ...sums };
      for (let i = integer(1, 32); i > 0; i--) {
        const series = market.listed[integer(0, market.listed.length - 1)];
        if (!series) throw new Error("no series was listed");
        const { leg, strike, type, years, slice } = series;
        const size = integer(-5_000_000, 5_000_000);
        // The size sits in bits 96 to 143 of a leg (RiskEngine.sol).
        legs.push(leg | (BigInt.asUintN(48, BigInt(size)) << 96n));
        const vol = sviVol(slice, Math.log(strike / spot) - slice.carry * years) * volScale;
        const { price, ...greeks } = blackScholes({ type, spot, strike, years, vol, rate: 0, yield: -slice.carry });
        const single = { value: price, ...greeks };
        const spread = vol * Math.sqrt(years);
        const scale = { value: spot, delta: 1, gamma: 1 / (spot * spread), vega: spot * Math.sqrt(years) };
        for (const name of GREEKS) {
          resolution[name] += (2e-14 * scale[name] * Math.abs(size)) / 1e6;
          sums[name] += (single[name] * size) / 1e6;
          absolute[name] += Math.abs((single[name] * size) / 1e6);
        }
      }
      const [greeks] = await contracts.engine.read.measure([
        market.underlying,
        spotWad,
        BigInt(volScale * 10) * 10n ** 17n,
        legs,
      ]);
      for (const name of GREEKS) {
        // A book of nothing but worthless legs agrees to the chain's resolution: 2e-14 of each leg's scale, and one WAD.
        const excess = Math.abs(Number(greeks[name]) / 1e18 - sums[name]) - resolution[name] - 1e-17;
        expect(excess, `${name} of book ${trial}`).toBeLessThanOrEqual(1e-9 * absolute[name]);
      }
    }
  });
});

describe("on-chain and keeper Greeks from expiry on", () => {
  it("agree on settled and unsettled calls and puts, wherever spot is", async () => {
    const generator = xoroshiro128plus(SEED);
    const uniform = (low: number, high: number) => low + ((high - low) * (generator.next() >>> 0)) / 2 ** 32;
    const world = await settlementWorld();
    await world.trade();
    await world.report(1, 5, 1_990n * 10n ** 8n, -60);
    await world.report(1, 6, 2_345n * 10n ** 8n, 60);
    await world.at(world.expiry + 3600n);
    await world.settle(world.id(1, 6), world.id(1, 5));
    const settled = Number(world.expiry);
    const unsettled = settled - 60;
    const now = settled + 3600;
    const surface = pad("0x1", { size: 20 });
    const engine = await world.viem.deployContract("RiskEngine", [surface, world.market.address]);
    const underlying = world.weth.address;
    const single = { underlying: "WETH", now, smiles: new Map(), holdings: 0, targetDelta: 0 };

    for (let trial = 0; trial < 200; trial++) {
      const spot = Math.round(uniform(100, 10_000) * 1e6) / 1e6;
      const spotWad = BigInt(Math.round(spot * 1e6)) * 10n ** 12n;
      const legs = Array.from({ length: 1 + (trial % 12) }, (_, i): OptionLeg => {
        const isSettled = uniform(0, 1) < 0.5;
        return {
          type: (i + trial) % 2 === 0 ? "call" : "put",
          strike: Math.round(uniform(100, 6_000) * 1e6) / 1e6,
          expiry: isSettled ? settled : unsettled,
          size: Math.round(uniform(-100, 100) * 1e6) / 1e6,
          settlementPrice: isSettled ? 2_345 : undefined,
        };
      });
      const words = await Promise.all(
        legs.map(({ type, strike, expiry, size }) => {
          const series = seriesId(underlying, BigInt(Math.round(strike * 1e6)), expiry, type === "put");
          return engine.read.leg([series, BigInt(Math.round(size * 1e6))]);
        }),
      );
      const [measured] = await engine.read.measure([underlying, spotWad, WAD, words]);
      const [exposures, calm, wild] = await engine.read.exposures([underlying, spotWad, words]);
      const { value, delta, gamma, vega } = bookGreeks({ ...single, spot, legs });
      const sizes = legs.reduce((sum, { size }) => sum + Math.abs(size), 0);
      expect(Math.abs(Number(measured.value) / 1e18 - value), `value of book ${trial}`).toBeLessThan(1e-11 * sizes * 10_000);
      for (const seen of [measured.delta, exposures.delta, calm, wild]) {
        expect(Math.abs(Number(seen) / 1e18 - delta), `delta of book ${trial}`).toBeLessThan(1e-12 * sizes);
      }
      expect([gamma, vega, Number(measured.gamma), Number(measured.vega)]).toEqual([0, 0, 0, 0]);
    }
  });
});
