import { expect, it } from "vitest";
import { openWorld } from "../../../keeper/simulation/openWorld.ts";
import { createScenario } from "../../../keeper/simulation/scenario.ts";

it("deploys second by second, whatever the machine's clock says meanwhile", async () => {
  const { start, prices, path } = createScenario({ seed: 1, days: 1 });
  const { client, connection } = await openWorld({ seed: 1, blockSeconds: 600, start, prices, path, capital: 2_000_000 });
  try {
    const newest = await client.getBlockNumber();
    const numbers = Array.from({ length: Number(newest) + 1 }, (_, number) => BigInt(number));
    const blocks = await Promise.all(numbers.map((blockNumber) => client.getBlock({ blockNumber })));
    const times = blocks.map(({ timestamp }) => Number(timestamp)).filter((time) => time >= start);
    expect(times.length).toBeGreaterThan(20);
    expect(times).toEqual(times.map((_, index) => start + index));
  } finally {
    await connection.close();
  }
});
