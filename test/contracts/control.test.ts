import { encodeFunctionData, maxUint96 } from "viem";
import { expect, it } from "vitest";
import { vaultAbi } from "../../keeper/chain/abi.ts";
import { day, defaultLimits, deployWorld, wad, wideBoundaries } from "./deployWorld.ts";

it("parameters out of range are refused", async () => {
  const { vault, weth, viem } = await deployWorld();
  const wrong = [
    { window: 3599 },
    { cooldown: day + 1 },
    { maxSurfaceAge: 59 },
    { oracleBandWad: wad(0.11) },
    { volBandWad: wad(0.51) },
    { healthFloorWad: wad(1.04) },
    { maxBorrowRateWad: wad(5.1) },
    { minLegSize: 0 },
  ];
  for (const change of wrong) {
    const set = vault.write.setLimits([{ ...defaultLimits, ...change }]);
    await viem.assertions.revertWithCustomError(set, vault, "ParameterOutOfRange");
  }
  const tight = vault.write.setBoundaries([weth, { ...wideBoundaries, delta: 0n }]);
  await viem.assertions.revertWithCustomError(tight, vault, "ParameterOutOfRange");
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
