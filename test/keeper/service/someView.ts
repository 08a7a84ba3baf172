import { toHex } from "viem";
import type { AddressBook } from "../../../keeper/chain/addressBook.ts";
import type { Decision } from "../../../keeper/service/decide.ts";
import { type VaultView, vaultView } from "../../../keeper/service/vaultView.ts";
import { snapshotAt, underlyingAt } from "../simulation/syntheticDemo.ts";

/** How a vault with ether only stands at a block, outside its region on the long side. */
export function someView(block = 1n, verdict: "hedge" | "undecided" = "hedge"): VaultView {
  const bare = snapshotAt(1_700_000_000 + Number(block) * 12, 2e6, [underlyingAt("WETH", 3000, [], 5)], block);
  const snapshot = { ...bare, block: { ...bare.block, hash: toHex(block, { size: 32 }) } };
  const addresses = { chainId: 31_337, quote: { symbol: "USDC" } } as AddressBook;
  const region = { lower: -2, targetLower: -1, targetUpper: 1, upper: 2 };
  const figures = { hedgeError: 5, belief: "sticky-strike", region, trade: -4, cost: 12, saves: 90, reason: "sell 4" };
  const plans = [{ underlying: "WETH", verdict: "hedge" as const, ...figures }];
  const decision: Decision = {
    verdict: "hedge",
    plans,
    greeks: new Map(),
    actions: [],
    routes: [],
    healthAfter: 2,
    reason: "WETH sell 4",
  };
  return vaultView(addresses, snapshot, verdict === "hedge" ? decision : "WETH has no smile");
}
