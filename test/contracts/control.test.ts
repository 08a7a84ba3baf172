import { encodeFunctionData, maxUint96 } from "viem";
import { expect, it } from "vitest";
import { vaultAbi } from "../../keeper/chain/abi.ts";
import { day, defaultLimits, deployWorld, wad, wideBoundaries } from "./deployWorld.ts";

it("parameters are taken at both ends of their ranges and refused beyond", async () => {
  const { vault, weth, viem } = await deployWorld();
  const most = (2n ** 63n - 1n) * 10n ** 9n;
  const limits: readonly (readonly [keyof typeof defaultLimits, bigint | undefined, bigint])[] = [
    ["window", 3600n, BigInt(30 * day)],
    ["cooldown", undefined, BigInt(day)],
    ["maxSurfaceAge", 60n, BigInt(7 * day)],
    ["oracleBandWad", wad(0.0005), wad(0.1)],
    ["volBandWad", wad(0.001), wad(0.5)],
    ["healthFloorWad", wad(1.05), wad(10)],
    ["maxBorrowRateWad", undefined, wad(5)],
    ["minLegSize", 1n, 10n ** 9n],
  ];
  const boundaries: readonly (readonly [keyof typeof wideBoundaries, bigint | undefined, bigint])[] = [
    ["delta", 10n ** 9n, most],
    ["gamma", undefined, most],
    ["vega", undefined, most],
    ["targetDelta", undefined, most],
  ];
  const setLimit = (name: string, value: bigint) => {
    const typed = typeof defaultLimits[name as keyof typeof defaultLimits] === "number" ? Number(value) : value;
    return vault.write.setLimits([{ ...defaultLimits, [name]: typed }]);
  };
  const setBoundary = (name: string, value: bigint) => vault.write.setBoundaries([weth, { ...wideBoundaries, [name]: value }]);
  const ranges = [
    ...limits.map((range) => [setLimit, ...range] as const),
    ...boundaries.map((range) => [setBoundary, ...range] as const),
  ];
  for (const [set, name, lowest, highest] of ranges) {
    await set(name, lowest ?? 0n);
    await set(name, highest);
    await viem.assertions.revertWithCustomErrorWithArgs(set(name, highest + 1n), vault, "ParameterOutOfRange", [
      name,
      highest + 1n,
    ]);
    if (lowest === undefined) continue;
    await viem.assertions.revertWithCustomErrorWithArgs(set(name, lowest - 1n), vault, "ParameterOutOfRange", [
      name,
      lowest - 1n,
    ]);
  }
  await setBoundary("targetDelta", -most);
  await viem.assertions.revertWithCustomError(setBoundary("targetDelta", -most - 1n), vault, "ParameterOutOfRange");
});

it("waits for the admin's delay and does what was announced", async () => {
  const [, , , , , , , , admin] = await (await deployWorld()).viem.getWalletClients();
  if (!admin) throw new RangeError("the node has too few accounts");
  const { vault, manager, helpers, now } = await deployWorld({ admin: admin.account.address });
  const as = { account: admin.account };
  const call = (budgetWad: bigint) =>
    encodeFunctionData({ abi: vaultAbi, functionName: "setLimits", args: [{ ...defaultLimits, budgetWad }] });
  await expect(vault.write.setLimits([defaultLimits], as)).rejects.toThrow();
  await expect(manager.write.schedule([vault.address, call(1n), (await now()) + day], as)).rejects.toThrow();
  await manager.write.schedule([vault.address, call(1n), 0], as);
  await expect(manager.write.execute([vault.address, call(1n)], as)).rejects.toThrow();
  await helpers.time.increase(3 * day);
  await expect(manager.write.execute([vault.address, call(maxUint96)], as)).rejects.toThrow();
  await manager.write.execute([vault.address, call(1n)], as);
  expect((await vault.read.limits()).budgetWad).toBe(1n);
});

it("the deployer keeps no role once an admin is named", async () => {
  const [, , , , , , , , admin] = await (await deployWorld()).viem.getWalletClients();
  if (!admin) throw new RangeError("the node has too few accounts");
  const { manager, deployer, vault } = await deployWorld({ admin: admin.account.address });
  expect((await manager.read.hasRole([0n, deployer.account.address]))[0]).toBe(false);
  expect(await manager.read.hasRole([0n, admin.account.address])).toEqual([true, 3 * day]);
  await expect(vault.write.unpause({ account: deployer.account })).rejects.toThrow();
});
