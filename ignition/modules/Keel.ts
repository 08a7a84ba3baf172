import { buildModule } from "@nomicfoundation/hardhat-ignition/modules";
import type { Future } from "@nomicfoundation/ignition-core";
import accessManager from "@openzeppelin/contracts/build/contracts/AccessManager.json" with { type: "json" };
import { type Abi, type Address, encodeAbiParameters, toFunctionSelector, zeroAddress } from "viem";
import { ConfigError } from "../../keeper/errors.ts";

/** Roles in the AccessManager; 0 is the admin. OptionBook.sol knows the quoter's. */
export const roles = { admin: 0n, keeper: 1n, quoter: 2n, volPoster: 3n, guardian: 4n } as const;

export type KeelUnderlying = {
  /** Names it in the deployment journal: letters and digits. */
  readonly symbol: string;
  readonly address: Address;
  /** Chainlink proxy, underlying/USD. */
  readonly feed: Address;
  readonly maxAgeSeconds: number;
  /** Uniswap v3 pool against the quote asset for the second opinion. */
  readonly twapPool: Address;
  readonly twapWindowSeconds: number;
  readonly twapDeviationBps: number;
  /** IVault.EmergencyRoute over the two venues of this module; absent: nobody hedges but the keeper. */
  readonly emergency?: {
    readonly silenceSeconds: number;
    readonly deltaLimit: bigint;
    readonly collateralWad: bigint;
    /** Fee tiers of Uniswap in the order they are asked. */
    readonly feesPips: readonly number[];
  };
  /** IVault.Boundaries, WAD. */
  readonly boundaries: { readonly delta: bigint; readonly gamma: bigint; readonly vega: bigint; readonly targetDelta: bigint };
};

/** IVault.Limits. */
export type VaultLimits = {
  readonly budgetWad: bigint;
  readonly deltaTurnoverWad: bigint;
  readonly vegaTurnoverWad: bigint;
  readonly minCash: bigint;
  readonly oracleBandWad: bigint;
  readonly volBandWad: bigint;
  readonly healthFloorWad: bigint;
  readonly maxBorrowRateWad: bigint;
  readonly window: number;
  readonly cooldown: number;
  readonly maxSurfaceAge: number;
  readonly minLegSize: number;
};

export type KeelParameters = {
  readonly quote: {
    readonly address: Address;
    /** Chainlink proxy, quote/USD. */
    readonly feed: Address;
    readonly maxAgeSeconds: number;
    readonly depegBps: number;
  };
  /** On an L2; absent on a chain without a sequencer. */
  readonly sequencer?: { readonly feed: Address; readonly graceSeconds: number };
  readonly underlyings: readonly KeelUnderlying[];
  readonly uniswap: { readonly factory: Address; readonly feesPips: readonly number[] };
  readonly aave: { readonly addressesProvider: Address };
  /** VolSurface.Limits: WAD, and seconds from the first post of an expiry until its options trade. */
  readonly surface: {
    readonly volMovePerHour: bigint;
    readonly maxVolMove: bigint;
    readonly carryMovePerHour: bigint;
    readonly seasoning: number;
  };
  readonly limits: VaultLimits;
  /** IVault.GasRefund; absent: gas is the caller's. */
  readonly gasRefund?: { readonly asset: Address; readonly maxTipWei: bigint; readonly maxRefundWad: bigint };
  readonly shares: {
    readonly name: string;
    readonly symbol: string;
    /** Unix seconds, later than the deployment. */
    readonly firstCutoff: number;
    readonly epochSeconds: number;
    readonly spreadWad: bigint;
    /** Quote units. */
    readonly minDeposit: bigint;
    /** Without a strike for so long, anyone may wind the vault down. */
    readonly strikeTimeoutSeconds: number;
    /** Shares minted for time and for gains; no fees when absent. */
    readonly fees?: {
      /** Of all assets per year, at most 5 %. */
      readonly managementWad: bigint;
      /** Of gains above the high-water mark, at most 30 %. */
      readonly performanceWad: bigint;
      readonly recipient: Address;
    };
  };
  readonly accounts: {
    /** Absent: the deployer stays admin, without delay. */
    readonly admin?: Address;
    readonly keeper: Address;
    readonly quoter: Address;
    readonly volPoster: Address;
    readonly guardian: Address;
  };
  /** Seconds between an admin's intention and its execution: more than one full exit cycle. */
  readonly adminDelaySeconds: number;
};

const actionType = "(address,address,int256,uint256,bytes)";
const quoteType = "(address,address,uint256,bool,uint256,uint256,uint256,uint256)";
const sliceType = "(int256,uint256,int256,int256,uint256,int256)";
const venueKind = { swap: 1, account: 2 } as const;

/**
 * Ignition module of one vault and all it stands on: AccessManager, VolSurface, PriceOracle, OptionMarket, RiskEngine, OptionBook,
 * EmergencyHedge, Settings, Vault, ShareQueue and both venues. The deployer configures everything and then hands the admin role over,
 * with its delay.
 * @throws ConfigError when that delay would let the admin act before everyone who objects could leave
 */
export function keelModule(parameters: KeelParameters) {
  const { quote, underlyings, accounts, limits, shares } = parameters;
  requireDelay(parameters);
  return buildModule("Keel", (m) => {
    const deployer = m.getAccount(0);
    const manager = m.contract("AccessManager", { ...accessManager, abi: accessManager.abi as Abi }, [deployer]);
    const surface = m.contract("VolSurface", [manager, parameters.surface]);
    const oracle = m.contract("PriceOracle", [manager, quote.address]);
    const market = m.contract("OptionMarket", [manager, quote.address]);
    const engine = m.contract("RiskEngine", [surface, market]);
    const book = m.contract("OptionBook", [manager, quote.address, market, engine, oracle]);
    const emergency = m.contract("EmergencyHedge", [manager, quote.address, market, engine, oracle]);
    const settings = m.contract("Settings", [manager, quote.address, market, engine, oracle]);
    const vault = m.contract("Vault", [book, emergency, settings, limits]);
    const { name, symbol, firstCutoff, epochSeconds, spreadWad, minDeposit, strikeTimeoutSeconds, fees } = shares;
    const terms = {
      name,
      symbol,
      firstCutoff,
      epochLength: epochSeconds,
      spreadWad,
      minDeposit,
      strikeTimeout: strikeTimeoutSeconds,
      managementFeeWad: fees?.managementWad ?? 0n,
      performanceFeeWad: fees?.performanceWad ?? 0n,
      feeRecipient: fees?.recipient ?? zeroAddress,
    };
    const queue = m.contract("ShareQueue", [vault, quote.address, terms]);
    const uniswap = m.contract("UniswapV3Venue", [parameters.uniswap.factory, quote.address, [...parameters.uniswap.feesPips]]);
    const aave = m.contract("AaveV3Venue", [vault, parameters.aave.addressesProvider]);

    const venues = [
      m.call(vault, "setVenue", [uniswap, venueKind.swap], { id: "listUniswap" }),
      m.call(vault, "setVenue", [aave, venueKind.account], { id: "listAave" }),
    ];
    const configured: Future[] = [
      ...venues,
      m.call(oracle, "setFeed", [quote.address, quote.feed, quote.maxAgeSeconds], { id: "quoteFeed" }),
      m.call(oracle, "setDepegLimit", [quote.depegBps]),
      m.call(vault, "setQueue", [queue]),
    ];
    if (parameters.sequencer !== undefined) {
      const { feed, graceSeconds } = parameters.sequencer;
      configured.push(m.call(oracle, "setSequencer", [feed, graceSeconds]));
    }
    for (const { symbol: id, address, feed, ...underlying } of underlyings) {
      const twap = [address, underlying.twapPool, underlying.twapWindowSeconds, underlying.twapDeviationBps];
      configured.push(
        m.call(oracle, "setFeed", [address, feed, underlying.maxAgeSeconds], { id: `${id}_feed` }),
        m.call(oracle, "setTwap", twap, { id: `${id}_twap` }),
        m.call(market, "list", [address, feed], { id: `${id}_market` }),
      );
      const listed = m.call(vault, "listUnderlying", [address, underlying.boundaries], { id: `${id}_vault` });
      configured.push(listed);
      if (underlying.emergency !== undefined) {
        const { silenceSeconds: silence, deltaLimit, collateralWad, feesPips } = underlying.emergency;
        const swaps = feesPips.map((fee) => ({ venue: uniswap, data: encodeAbiParameters([{ type: "uint24" }], [fee]) }));
        const route = { silence, deltaLimit, collateralWad, account: aave, swaps };
        const after = [...venues, listed];
        configured.push(m.call(vault, "setEmergencyRoute", [address, route], { id: `${id}_emergency`, after }));
      }
    }

    if (parameters.gasRefund !== undefined) {
      configured.push(m.call(vault, "setGasRefund", [parameters.gasRefund], { after: [...configured] }));
    }

    const pair = "(uint256,uint256,uint256)";
    const permissions = [
      {
        role: "keeper",
        target: vault,
        functions: [`rebalance(${actionType}[])`, `take(${quoteType},bytes,uint256)`, `net${pair}`, `unnet${pair}`],
      },
      { role: "quoter", target: vault, functions: [`cancelQuote(${quoteType})`] },
      { role: "volPoster", target: surface, functions: [`post(address,uint256,${sliceType})`] },
      { role: "guardian", target: vault, functions: ["pause()", "startWindDown()"] },
    ] as const;
    for (const { role, target, functions } of permissions) {
      const mapping = [target, functions.map((signature) => toFunctionSelector(signature)), roles[role]];
      configured.push(
        m.call(manager, "setTargetFunctionRole", mapping, { id: `map_${role}` }),
        m.call(manager, "grantRole", [roles[role], accounts[role], 0], { id: `grant_${role}` }),
      );
    }

    if (accounts.admin !== undefined) {
      const admin = [roles.admin, accounts.admin, parameters.adminDelaySeconds];
      const granted = m.call(manager, "grantRole", admin, { id: "grant_admin", after: configured });
      m.call(manager, "renounceRole", [roles.admin, deployer], { after: [granted] });
    }
    return { manager, surface, oracle, market, engine, book, emergency, settings, vault, queue, uniswap, aave };
  });
}

/**
 * Who sees a change coming asks to redeem at once, waits a whole epoch for the cutoff and then for a round of every feed; once struck, the money
 * is out of the admin's reach. With redemptions that wait for liquidity it takes longer: the delay is a floor.
 */
function requireDelay({ quote, underlyings, shares, accounts, adminDelaySeconds }: KeelParameters): void {
  if (accounts.admin === undefined) return;
  const exitSeconds =
    shares.epochSeconds + Math.max(quote.maxAgeSeconds, ...underlyings.map(({ maxAgeSeconds }) => maxAgeSeconds));
  if (adminDelaySeconds > exitSeconds) return;
  throw new ConfigError(
    `The admin's delay of ${adminDelaySeconds} s must be longer than an exit, which takes ${exitSeconds} s (an epoch and the slowest feed's heartbeat): set a longer delay or shorter epochs`,
    { adminDelaySeconds, exitSeconds },
  );
}
