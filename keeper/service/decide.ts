import type { AddressBook } from "../chain/addressBook.ts";
import type { Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";
import { toBook } from "../chain/toBook.ts";
import { fromWad } from "../chain/units.ts";
import { atTheMoneyVol } from "../desk/slicesToPost.ts";
import { StaleDataError } from "../errors.ts";
import { eventFactors, type MarketEvent } from "../hedging/eventCalendar.ts";
import { emergencyCover } from "../hedging/forecast/emergencyCover.ts";
import { type WaitingDecision, whenToHedge } from "../hedging/forecast/whenToHedge.ts";
import { guardRoom } from "../hedging/guardRoom.ts";
import { type HedgePlan, planHedge } from "../hedging/planHedge.ts";
import { type DecisionTerms, type RegionRequest, regionRequest } from "../hedging/regionRequest.ts";
import type { RegionMethod } from "../hedging/regionsAt.ts";
import type { RegionAnswer } from "../hedging/solvedRegion.ts";
import { YEAR_SECONDS } from "../risk/book.ts";
import { type BookGreeks, bookGreeks } from "../risk/bookGreeks.ts";
import { type HedgeBelief, hedgeErrorUnder } from "../risk/hedgeBelief.ts";
import { surfaceHeston } from "../risk/surfaceHeston.ts";
import { bundlePolicy } from "../routing/bundlePolicy.ts";
import { costCurve, type GasCosts } from "../routing/costCurve.ts";
import { type HedgeBundle, type HoldingChange, hedgeBundle } from "../routing/hedgeBundle.ts";
import { decideTake, type Offers, type Take } from "./decideTake.ts";
import { etherPriceOf } from "./etherPrice.ts";
import { caution, type Outlook } from "./outlook.ts";

export type DecisionSettings = {
  /** Which no-trade region decides; the closed form also stands in where the optimal one is not solved. */
  readonly policy: RegionMethod;
  /** Known times at which vol or risk aversion are multiplied. */
  readonly events: readonly MarketEvent[];
  /** Absolute risk aversion, 1 / quote. */
  readonly riskAversion: number;
  /** How vol is taken to follow spot: the delta that is hedged. */
  readonly belief: HedgeBelief;
  /** Years between two blocks looked at. */
  readonly checkEvery: number;
  /** Gas units of a rebalance, of each swap and of each move to or from Aave in it, and the tip paid on top of the base fee. */
  readonly gas: GasCosts;
  /** Gas units of taking an option quote. */
  readonly takeGas: number;
  readonly tipWei: bigint;
  /** Symbol of the underlying whose price values gas; the first one does where it is none of them. */
  readonly gasAsset: string;
  /** Vol used for an underlying without a live smile. */
  readonly fallbackVol: number;
  /** What the blocks before say; without it, as when a keeper has just started, nothing is tightened and nothing waits. */
  readonly outlook?: Outlook;
  /** Longest a hedge waits for cheaper gas or deeper pools, seconds. */
  readonly patience: number;
};

/** What to do about the whole vault at one block, and why. */
export type Decision = {
  readonly verdict: "hold" | "hedge" | "take" | "provision";
  readonly plans: readonly HedgePlan[];
  readonly greeks: ReadonlyMap<string, BookGreeks>;
  readonly actions: HedgeBundle["actions"];
  /** How the trades are spread over the pools, and what they should exchange. */
  readonly routes: HedgeBundle["routes"];
  /** The dealer's quote that is taken, by itself; spot follows once the book holds it. */
  readonly take?: Take;
  /** Aave health factor the actions leave; Infinity without debt. */
  readonly healthAfter: number;
  readonly reason: string;
};

/** Largest disagreement between the keeper's and the guard's delta that is rounding, relative to the units involved. */
const AGREEMENT = 1e-6;
const PROVISION_TOLERANCE = 0.02;
/** Share made ready beyond what is on sale: no rounding may keep the last option from being sold. */
const PROVISION_SLACK = 1e-9;
/** Liquidity that left a pool is half back after so many seconds. */
const DEPTH_HALF_LIFE = 6 * 3600;

/**
 * Snapshot → Book → Risk → Plan → bundle, for every underlying at once, so that two hedges share one transaction. The delta hedged is that of
 * the settings' belief; what the guard would refuse, which knows the posted surface's delta only, is not planned.
 * @param provisions what to hold ready as collateral for options about to be sold, by symbol: units of each underlying, and quote
 * @param lookUp  the solved region of a book
 * @param offers  dealers' quotes to be looked at now; one that is worth it goes before spot
 * @throws StaleDataError when a live leg has no smile, or the keeper's delta is not the guard's
 */
export function decide(
  snapshot: Snapshot,
  addresses: AddressBook,
  settings: DecisionSettings,
  provisions: ReadonlyMap<string, number>,
  lookUp: (request: RegionRequest) => RegionAnswer,
  offers: Offers = {},
): Decision {
  if (snapshot.windDown.closed) {
    const reason = "hold: the vault is closed, shares are redeemed in kind";
    return { verdict: "hold", plans: [], greeks: new Map(), actions: [], routes: [], healthAfter: snapshot.health, reason };
  }
  const greeks = new Map(snapshot.underlyings.map((each) => [each.symbol, bookGreeks(toBook(snapshot, each))] as const));
  const plans = snapshot.underlyings.map((underlying) => plan(snapshot, underlying, settings, greeks, lookUp));
  const looks = plans.flatMap((each, index) => {
    const underlying = snapshot.underlyings[index];
    const risk = greeks.get(each.underlying);
    if (underlying === undefined || risk === undefined || coverOf(underlying, risk, settings).trade !== 0) return [];
    return optionLook(snapshot, addresses, underlying, each, settings, provisions, offers);
  });
  const best = looks.reduce<(typeof looks)[number] | undefined>(
    (top, each) => (worthOf(each) > worthOf(top) ? each : top),
    undefined,
  );
  if (best?.take !== undefined) {
    const none = { actions: [], routes: [], healthAfter: snapshot.health };
    return { verdict: "take", plans, greeks, ...none, take: best.take, reason: best.reason };
  }
  const changes = snapshot.underlyings.map(
    (underlying, index): HoldingChange => ({
      underlying,
      trade: plans[index]?.trade ?? 0,
      provision: worthProvisioning((provisions.get(underlying.symbol) ?? 0) * (1 + PROVISION_SLACK), underlying.cash),
    }),
  );
  const gas = gasCosts(snapshot, settings);
  const { actions, routes, health: healthAfter } = hedgeBundle(addresses, snapshot, changes, bundlePolicy(snapshot), gas);
  const hedging = plans.filter((each) => each.verdict === "hedge");
  const verdict = routes.length > 0 ? "hedge" : actions.length > 0 ? "provision" : "hold";
  const spoken = hedging.length > 0 ? hedging : plans;
  const provisioned = changes.filter(({ underlying, provision }) => provision > underlying.cash);
  const preparing = provisioned.map(
    ({ underlying, provision }) => `${underlying.symbol} ready ${provision.toFixed(3)} units as call collateral`,
  );
  const reason = [
    ...spoken.map((each) => `${each.underlying} ${each.reason}`),
    ...hedging.flatMap((each) => describeRoute(each, routes)),
    ...preparing,
    ...looks.map((each) => each.reason),
    ...withheld(settings.outlook),
  ].join("; ");
  return { verdict, plans, greeks, actions, routes, healthAfter, reason };
}

/** What a decision leaves or removes of risk, quote: the fee ceiling of its transaction rises with it. */
export function riskAtStake({ plans, take }: Decision): number {
  return plans.reduce((sum, { saves }) => sum + saves, 0) + (take?.saves ?? 0);
}

type OptionLook = ReturnType<typeof decideTake>;

function worthOf(look: OptionLook | undefined): number {
  return look?.take === undefined ? 0 : look.take.saves - look.take.cost;
}

/** An underlying's options on offer, where the guard would admit a trade of them and delta is not beyond its limit. */
function optionLook(
  snapshot: Snapshot,
  addresses: AddressBook,
  underlying: UnderlyingSnapshot,
  planned: HedgePlan,
  settings: DecisionSettings,
  provisions: ReadonlyMap<string, number>,
  offers: Offers,
): readonly OptionLook[] {
  const { symbol, onChain, targetDelta, limits } = underlying;
  const quotes = offers[symbol] ?? [];
  const isUrgent = planned.trade !== 0 && Math.abs(onChain.delta - targetDelta) > limits.delta;
  if (quotes.length === 0 || isUrgent || !isStrictGateOpen(snapshot, underlying)) return [];
  const reserved = [...provisions].reduce((sum, [asset, units]) => {
    const held = snapshot.underlyings.find((each) => each.symbol === asset);
    return sum + (held === undefined ? units : Math.max(0, units - held.cash) * held.price);
  }, bundlePolicy(snapshot).minimumCash);
  const gas = (gasCosts(snapshot, settings).rebalance * settings.takeGas) / settings.gas.rebalance;
  const terms = termsOf(snapshot, underlying, settings);
  const volMoves = settings.outlook?.underlyings[symbol]?.volMoves;
  const cash = Math.max(0, snapshot.freeLiquidity - reserved);
  return [decideTake(underlying, { snapshot, addresses, quotes, terms, volMoves, gas, cash })];
}

/** Interest and rounding leave dust between wanted and held; gas is not spent on it. */
function worthProvisioning(wanted: number, held: number): number {
  return wanted > held * (1 + PROVISION_TOLERANCE) ? wanted : Math.min(wanted, held);
}

/** Gas in quote at this block. */
function gasCosts({ block, underlyings }: Snapshot, { gas, gasAsset, tipWei }: DecisionSettings): GasCosts {
  const perUnit = fromWad(block.baseFeeWei + tipWei) * (etherPriceOf(underlyings, gasAsset) ?? 0);
  return { rebalance: gas.rebalance * perUnit, swap: gas.swap * perUnit, move: gas.move * perUnit };
}

/** How a plan's trade is carried out, in words, where that says more than the plan itself. */
function describeRoute({ underlying, trade }: HedgePlan, routes: HedgeBundle["routes"]): string[] {
  const route = routes.find((each) => each.underlying === underlying);
  if (route === undefined) return [`${underlying} can trade nothing within its price band and borrow rate`];
  const cut = Math.abs(route.trade) < 0.999 * Math.abs(trade) ? [`only ${Math.abs(route.trade).toFixed(3)} to be had`] : [];
  const pools = route.legs.length > 1 ? [`over the ${route.legs.map(({ fee }) => `${fee / 1e4} %`).join(" and ")} pools`] : [];
  return cut.length + pools.length === 0 ? [] : [[underlying, ...cut, ...pools].join(" ")];
}

function plan(
  snapshot: Snapshot,
  underlying: UnderlyingSnapshot,
  settings: DecisionSettings,
  greeks: ReadonlyMap<string, BookGreeks>,
  lookUp: (request: RegionRequest) => RegionAnswer,
): HedgePlan {
  const risk = greeks.get(underlying.symbol);
  if (risk === undefined) throw new StaleDataError(`No Greeks for ${underlying.symbol}`, { symbol: underlying.symbol });
  const gross = underlying.legs.reduce((sum, leg) => sum + Math.abs(leg.size), Math.abs(underlying.holdings)) + 1e-6;
  if (Math.abs(risk.delta - underlying.onChain.delta) > AGREEMENT * gross) {
    throw new StaleDataError(
      `${underlying.symbol}: the keeper's delta ${risk.delta} is not the guard's ${underlying.onChain.delta}; no hedge on figures that disagree`,
      { keeper: risk.delta, guard: underlying.onChain.delta },
    );
  }
  const terms = termsOf(snapshot, underlying, settings);
  const book = toBook(snapshot, underlying);
  const problem = {
    underlying: underlying.symbol,
    spot: underlying.price,
    greeks: risk,
    hedgeError: hedgeErrorUnder(settings.belief, book, () => surfaceHeston(underlying.smiles)),
    belief: settings.belief.kind,
    room: guardRoom(book, underlying.limits, isStrictGateOpen(snapshot, underlying)),
    ...terms,
    cover: coverOf(underlying, risk, settings),
  };
  const request = settings.policy === "optimal" ? regionRequest(book, terms) : undefined;
  const answer = request && lookUp(request);
  const region =
    answer === undefined ? {} : "region" in answer ? { optimal: answer.region } : { closedFormBecause: answer.missing };
  const planned = planHedge({ ...problem, ...region });
  const wait = problem.cover.trade === 0 ? waiting(snapshot, underlying, planned, problem, settings) : undefined;
  const notes = settings.outlook === undefined ? [] : caution(settings.outlook, underlying.symbol).notes;
  const held = wait?.verdict === "wait" ? ({ verdict: "hold", trade: 0, cost: 0, saves: 0 } as const) : {};
  const reason = [planned.reason, ...(wait?.verdict === "wait" ? [wait.reason] : []), ...notes].join("; ");
  return { ...planned, ...held, reason };
}

/** What is not on sale because options are too cheap. */
function withheld(outlook: Outlook | undefined): readonly string[] {
  return Object.entries(outlook?.underlyings ?? {}).flatMap(([symbol, { sale }]) =>
    sale === undefined || sale.stance === "sell" ? [] : [`${symbol} options are not for sale, ${sale.reason}`],
  );
}

/** What a deep fall of the equity asks to be covered, whatever it costs. */
function coverOf(underlying: UnderlyingSnapshot, risk: BookGreeks, { outlook }: DecisionSettings) {
  const { coverRatio, notes } = outlook === undefined ? { coverRatio: 0, notes: [] } : caution(outlook, underlying.symbol);
  const exposure = risk.optionDelta - underlying.targetDelta;
  const trade = emergencyCover({ exposure, held: underlying.holdings, coverRatio });
  return { trade, because: notes.at(-1) ?? "" };
}

/** Whether the hedge that is planned should rather be made a little later: gas has its hours, pools their thin moments. */
function waiting(
  { block }: Snapshot,
  { symbol, price }: UnderlyingSnapshot,
  { trade, hedgeError, region }: HedgePlan,
  { vol, riskAversion, costs, greeks, checkEvery }: DecisionTerms & { readonly greeks: BookGreeks },
  { outlook, patience }: DecisionSettings,
): WaitingDecision | undefined {
  if (trade === 0 || outlook?.gas === undefined) return undefined;
  const fee = Math.max(1, Number(block.baseFeeWei));
  const impact = costs.impact * trade * trade;
  const centre = (region.targetLower + region.targetUpper) / 2;
  const rate = (riskAversion * (vol * price) ** 2) / 2;
  return whenToHedge({
    gas: outlook.gas,
    fee,
    now: block.timestamp,
    quotePerFee: costs.fixed / fee,
    impact: { now: impact, usual: impact * (outlook.underlyings[symbol]?.depth ?? 1), halfLifeSeconds: DEPTH_HALF_LIFE },
    riskRate: rate * Math.max(0, (hedgeError - centre) ** 2 - (hedgeError + trade - centre) ** 2),
    riskGrowth: rate * (greeks.gamma * vol * price) ** 2,
    patience,
    every: checkEvery * YEAR_SECONDS,
  });
}

/** The regions that deciding on a snapshot will look up. */
export function regionRequests(snapshot: Snapshot, settings: DecisionSettings): readonly RegionRequest[] {
  if (settings.policy !== "optimal") return [];
  return snapshot.underlyings.flatMap(
    (underlying) => regionRequest(toBook(snapshot, underlying), termsOf(snapshot, underlying, settings)) ?? [],
  );
}

/** What the market asks of a hedge of one underlying at this block. */
function termsOf(snapshot: Snapshot, underlying: UnderlyingSnapshot, settings: DecisionSettings): DecisionTerms {
  const nearest = underlying.smiles[0];
  const factors = eventFactors(settings.events, snapshot.block.timestamp);
  const times = settings.outlook === undefined ? 1 : caution(settings.outlook, underlying.symbol).times;
  return {
    vol: factors.vol * (nearest === undefined ? settings.fallbackVol : atTheMoneyVol(nearest)),
    riskAversion: factors.riskAversion * settings.riskAversion * times,
    costs: costCurve(snapshot, underlying, gasCosts(snapshot, settings)),
    checkEvery: settings.checkEvery,
  };
}

/** Whether the guard admits trades that do not reduce the error it measures: not while paused, winding down or on a smile too old. */
function isStrictGateOpen({ paused, windDown, maxSurfaceAge, block }: Snapshot, { legs, smiles }: UnderlyingSnapshot): boolean {
  const live = smiles.filter(({ expiry }) => legs.some((leg) => leg.expiry === expiry));
  return !paused && windDown.startedAt === 0 && live.every(({ postedAt }) => block.timestamp - postedAt <= maxSurfaceAge);
}
