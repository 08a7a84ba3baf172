const vault = [
  "VaultEntries.t.sol",
  "vault/Vault.t.sol",
  "WindDown.t.sol",
  "World.t.sol",
  "rebalance.test.ts",
  "fill.test.ts",
  "windDown.test.ts",
  "netting.test.ts",
  "emergencyHedge.test.ts",
];
const market = ["OptionMarket.t.sol", "Quotes.t.sol", "Netting.t.sol", "OptionMarketSolvency.t.sol"];
const queue = [
  "ShareQueue.t.sol",
  "ShareQueueRounding.t.sol",
  "ShareQueueClosed.t.sol",
  "ShareQueueTokens.t.sol",
  "ShareQueueRefusals.t.sol",
  "queue/CarryPool.t.sol",
  "ShareQueueFees.t.sol",
  "WindDown.t.sol",
  "ShareQueueConservation.t.sol",
  "ShareQueue.test.ts",
  "standards.test.ts",
];
const engine = ["RiskEngine.t.sol", "libraries/OptionMath.t.sol", "vault/Expiry.t.sol", "greeksAgree.test.ts"];

/**
 * Which tests of test/contracts/ must notice a change of a contract: quick ones first, but before the test of a library one that deploys
 * from the build. A failing test that does not is run again with a record of all its steps, and an endless loop makes that endless.
 */
export const suites: Readonly<Record<string, readonly string[]>> = {
  Vault: [...vault, "ShareQueue.test.ts"],
  Guard: ["VaultEntries.t.sol", "vault/Guard.t.sol", "rebalance.test.ts", "control.test.ts", ...vault, "Adversary.t.sol"],
  OptionBook: [
    "VaultEntries.t.sol",
    "vault/OptionBook.t.sol",
    "vault/Seasoning.t.sol",
    "vault/Legs.t.sol",
    "fill.test.ts",
    "netting.test.ts",
    ...vault,
  ],
  Portfolio: [
    "VaultEntries.t.sol",
    "vault/Legs.t.sol",
    "vault/OptionBook.t.sol",
    "vault/Hedging.t.sol",
    "vault/EmergencyHedge.t.sol",
    "vault/EmergencyHealth.t.sol",
    ...vault,
  ],
  WindDown: ["VaultEntries.t.sol", "WindDown.t.sol", "windDown.test.ts", ...vault],
  Hedging: ["vault/Hedging.t.sol", "VaultEntries.t.sol", "World.t.sol", "emergencyHedge.test.ts", ...vault],
  EmergencyHedge: [
    "vault/EmergencyHedge.t.sol",
    "vault/EmergencyHealth.t.sol",
    "VaultEntries.t.sol",
    "WindDown.t.sol",
    "emergencyHedge.test.ts",
    ...vault,
  ],
  Settings: [
    "VaultEntries.t.sol",
    "WindDown.t.sol",
    "control.test.ts",
    "emergencyHedge.test.ts",
    "World.t.sol",
    "rebalance.test.ts",
  ],
  LeakyBucket: ["World.t.sol", "vault/LeakyBucket.t.sol", ...vault, "Adversary.t.sol"],
  OptionMarket: market,
  Quotes: market,
  Settlement: ["OptionMarket.t.sol", "market/Settlement.t.sol", "settlement.test.ts"],
  SeriesId: [...market, ...engine],
  ShareQueue: queue,
  Requests: queue,
  CarryPool: queue,
  Fees: ["ShareQueueFees.t.sol", ...queue],
  PriceOracle: ["PriceOracle.test.ts", "rebalance.test.ts", "emergencyHedge.test.ts"],
  twapWad: ["twapWad.t.sol", "PriceOracle.test.ts", "rebalance.test.ts", "emergencyHedge.test.ts"],
  VolSurface: ["VolSurface.t.sol", "vault/Seasoning.t.sol", ...engine],
  PackedSlice: ["VolSurface.t.sol", ...engine],
  RiskEngine: engine,
  OptionMath: engine,
  UniswapV3Venue: ["venues/UniswapV3Venue.t.sol", "venues/UniswapV3Venue.test.ts", "rebalance.test.ts", "emergencyHedge.test.ts"],
  AaveV3Venue: ["venues/AaveV3Venue.test.ts", "rebalance.test.ts", "emergencyHedge.test.ts", "windDown.test.ts"],
};
