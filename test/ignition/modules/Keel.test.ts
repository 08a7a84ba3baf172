import { type Address, encodeFunctionData } from "viem";
import { beforeAll, describe, expect, it } from "vitest";
import { keelModule, roles } from "../../../ignition/modules/Keel.ts";
import { vaultAbi } from "../../../keeper/chain/abi.ts";
import type { MarketBook } from "../../../keeper/chain/addressBook.ts";
import { ConfigError } from "../../../keeper/errors.ts";
import { keelParameters } from "../../../keeper/simulation/keelParameters.ts";
import { day, deployWorld } from "../../contracts/deployWorld.ts";

// The seventh of the node's unlocked accounts.
const admin: Address = "0x976EA74026E726554dB657fA54763abd0C3a0aa9";
let world: Awaited<ReturnType<typeof deployWorld>>;
beforeAll(async () => {
  world = await deployWorld({ admin });
});

const refuses = (promise: Promise<unknown>, name: string, contract: { abi: unknown }) =>
  world.viem.assertions.revertWithCustomError(promise as never, contract as never, name as never);

describe("a deployment handed over to an admin", () => {
  it("leaves the deployer without a role and every other role with its account", async () => {
    const has = async (role: bigint, account: `0x${string}`) => (await world.manager.read.hasRole([role, account]))[0];
    expect(await has(roles.admin, world.deployer.account.address)).toBe(false);
    expect(await has(roles.admin, admin)).toBe(true);
    expect(await has(roles.keeper, world.keeper.account.address)).toBe(true);
    expect(await has(roles.quoter, world.quoter.account.address)).toBe(true);
    expect(await has(roles.volPoster, world.poster.account.address)).toBe(true);
    expect(await has(roles.guardian, world.guardian.account.address)).toBe(true);
    await refuses(world.vault.write.setVenue([world.stranger.account.address, 1]), "AccessManagedUnauthorized", world.vault);
  });

  it("changes venues and limits only after the delay", async () => {
    const args = [world.stranger.account.address, 1] as const;
    const change = () => world.vault.write.setVenue(args, { account: admin });
    await refuses(change(), "AccessManagerNotScheduled", world.manager);
    const data = encodeFunctionData({ abi: vaultAbi, functionName: "setVenue", args });
    await world.manager.write.schedule([world.vault.address, data, 0], { account: admin });
    await world.helpers.time.increase(3 * day - 10);
    await refuses(change(), "AccessManagerNotReady", world.manager);
    await world.helpers.time.increase(20);
    await change();
    expect(await world.vault.read.venueKind([world.stranger.account.address])).toBe(1);
  });

  it("lets the guardian pause and start wind-down, and nothing else", async () => {
    const account = world.guardian.account;
    const [limits, boundaries] = [await world.vault.read.limits(), await world.vault.read.boundariesOf([world.weth])];
    const { vault, market, oracle, surface } = world;
    await refuses(vault.write.unpause({ account }), "AccessManagedUnauthorized", vault);
    await refuses(vault.write.rebalance([[]], { account }), "AccessManagedUnauthorized", vault);
    await refuses(vault.write.setLimits([limits], { account }), "AccessManagedUnauthorized", vault);
    await refuses(vault.write.setBoundaries([world.weth, boundaries], { account }), "AccessManagedUnauthorized", vault);
    await refuses(market.write.proposeFallback([world.weth, 1n, 1n], { account }), "AccessManagedUnauthorized", market);
    await refuses(oracle.write.setDepegLimit([1], { account }), "AccessManagedUnauthorized", oracle);
    const slice = { a: 1n, b: 0n, rho: 0n, m: 0n, sigma: 1n, carry: 0n };
    await refuses(surface.write.post([world.weth, 1n, slice], { account }), "AccessManagedUnauthorized", surface);
    await vault.write.pause({ account });
    await vault.write.startWindDown({ account });
    expect((await vault.read.windDown())[0]).toBeGreaterThan(0n);
  });

  it("is refused with a delay that is no longer than an exit", () => {
    const nobody = world.stranger.account.address;
    const feed = { address: nobody, symbol: "X", decimals: 18, feed: nobody };
    const market: MarketBook = {
      quote: { ...feed, decimals: 6 },
      underlyings: [{ ...feed, pools: [{ address: nobody, fee: 500 }] }],
      multicall3: nobody,
      uniswapFactory: nobody,
      aavePool: nobody,
      aaveAddressesProvider: nobody,
    };
    const accounts = { admin, keeper: nobody, quoter: nobody, volPoster: nobody, guardian: nobody };
    const parameters = keelParameters(market, accounts, { capital: 1e6, prices: new Map(), firstCutoff: 1 });
    // A day's epoch and the quote feed's 25 hours.
    const deploy = (adminDelaySeconds: number) => () => keelModule({ ...parameters, adminDelaySeconds });
    expect(deploy(49 * 3600)).toThrow(ConfigError);
    expect(deploy(49 * 3600 + 1)).not.toThrow();
    expect(deploy(parameters.adminDelaySeconds)).not.toThrow();
  });

  it("gives each contract the parts it was made for", async () => {
    expect(await world.vault.read.queue()).toBe(world.queue.address);
    expect(await world.vault.read.accounts()).toEqual([world.aave.address]);
    expect(await world.vault.read.underlyings()).toEqual([world.weth]);
    expect(await world.vault.read.riskEngine()).toBe(world.engine.address);
    expect(await world.aave.read.vault()).toBe(world.vault.address);
  });
});
