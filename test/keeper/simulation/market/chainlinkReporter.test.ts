import { decodeFunctionData } from "viem";
import { describe, expect, it } from "vitest";
import { createChainlinkReporter } from "../../../../keeper/simulation/market/chainlinkReporter.ts";
import { aggregatorAbi } from "../../../../keeper/simulation/market/deployFeeds.ts";
import { createBatesPath, defaultBatesModel } from "../../../../keeper/simulation/models/batesPath.ts";

const account = "0x00000000000000000000000000000000000000aa";
const aggregator = "0x00000000000000000000000000000000000000bb";

describe("createChainlinkReporter", () => {
  it("opens a round on half a percent or one hour, and never otherwise, over a day", () => {
    const report = createChainlinkReporter(account, [{ symbol: "WETH", aggregator, deviation: 0.005, heartbeatSeconds: 3600 }]);
    const path = createBatesPath(defaultBatesModel, { timestamp: 0, prices: { WETH: 3000, WBTC: 90_000 } }, 4);
    let round: { answer: number; timestamp: number } | undefined;
    const reasons = { deviation: 0, heartbeat: 0 };
    for (let timestamp = 12; timestamp <= 86_400; timestamp += 12) {
      const { WETH } = path.next(timestamp);
      const calls = report({ timestamp, prices: { WETH } });
      const moved = round === undefined || Math.abs(Math.round(WETH * 1e8) / round.answer - 1) >= 0.005;
      const old = round !== undefined && timestamp - round.timestamp >= 3600;
      expect(calls.length).toBe(moved || old ? 1 : 0);
      const [call] = calls;
      if (call === undefined) continue;
      if (round !== undefined) reasons[moved ? "deviation" : "heartbeat"]++;
      const { args } = decodeFunctionData({ abi: aggregatorAbi, data: call.data });
      round = { answer: Number(args[0]), timestamp };
      expect(round.answer).toBe(Math.round(WETH * 1e8));
    }
    expect(reasons.deviation).toBeGreaterThan(0);
    expect(reasons.heartbeat).toBeGreaterThan(0);
  });
});
