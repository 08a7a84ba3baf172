import type { PostedSmile, Snapshot, UnderlyingSnapshot } from "../chain/snapshot.ts";
import { atTheMoneyVol } from "../desk/slicesToPost.ts";
import { type DrawdownLimits, type DrawdownState, drawdownControl } from "../hedging/forecast/drawdownControl.ts";
import { fitGas, type GasModel } from "../hedging/forecast/gasForecast.ts";
import { fitHar, forecastHar } from "../hedging/forecast/harForecast.ts";
import { type Regime, type RegimeSwitchSettings, regimeSwitch } from "../hedging/forecast/regimeSwitch.ts";
import { firstVolMoves, observeVolMove, type VolMoveState, type VolMoves, volMovesOf } from "../hedging/forecast/volMoves.ts";
import { type VolPremiumSettings, type VolSignal, volPremium } from "../hedging/forecast/volPremium.ts";
import { fitRegimes, updateRegime, usualShare, type VolRegimes } from "../hedging/forecast/volRegime.ts";
import { observePrice, type RealisedVol } from "../hedging/realisedVol.ts";
import { sviVol } from "../pricing/svi.ts";
import { YEAR_SECONDS } from "../risk/book.ts";

export type OutlookSettings = {
  readonly regime: RegimeSwitchSettings;
  readonly drawdown: DrawdownLimits;
  /** Implied less forecast vol at which the programme sells. */
  readonly premium: VolPremiumSettings;
};

/** What the past says about one underlying. */
export type UnderlyingOutlook = {
  readonly regime: Regime;
  /** Filtered probability of turbulence; absent until enough hours were seen. */
  readonly turbulence: number | undefined;
  /** Of realised vol over the coming week, annualised; absent until implied vol was seen. */
  readonly forecastVol: number | undefined;
  /** Whether what is on sale is worth selling; absent without a live smile. */
  readonly sale: VolSignal | undefined;
  /** Liquidity in range now over what is usual. */
  readonly depth: number;
  /** As the posted smiles have moved; absent until one was seen. */
  readonly volMoves?: VolMoves | undefined;
};

/** What the keeper makes of the blocks it has seen; plain data, so that a decision can be recorded with it. */
export type Outlook = {
  readonly drawdown: DrawdownState | undefined;
  /** Multiplies risk aversion while the regime of the hour is turbulent. */
  readonly turbulentTimes: number;
  /** Absent until two days of fees were seen. */
  readonly gas: GasModel | undefined;
  readonly underlyings: Readonly<Record<string, UnderlyingOutlook>>;
};

type History = {
  /** Exponential average that starts from the first implied vol. */
  vol: RealisedVol | undefined;
  lastPrice: number;
  /** Log returns of whole hours, oldest first, and the price the last hour began with. */
  readonly returns: number[];
  hourPrice: number;
  regimes: VolRegimes | undefined;
  turbulence: number;
  regime: Regime;
  /** Realised variance of each day, the running one last. */
  readonly days: number[];
  /** Of the coming week's vol, by the heterogeneous autoregression over whole days; absent until there are enough. */
  har: number | undefined;
  sale: VolSignal | undefined;
  depth: number;
  moves: VolMoveState | undefined;
  /** The nearest smile as it was last posted, and spot then. */
  posted: { readonly smile: PostedSmile; readonly spot: number } | undefined;
};

const HOUR = 3600;
const HOURS_KEPT = 30 * 24;
const DAYS_KEPT = 365;
const WEEK_DAYS = 7;
const HAR_DAYS = 30 + WEEK_DAYS + 29;
const HOURS_FOR_REGIMES = 100;
const HOURS_FOR_GAS = 48;
const VOL_HALF_LIFE = 3 * 86_400;
const VOL_MOVES_HALF_LIFE_YEARS = 7 / 365;
/** Share of the usual depth that an hour renews. */
const DEPTH_RENEWAL = 1 / 24;

export type Outlooks = ReturnType<typeof createOutlook>;

/**
 * Learns from the snapshots of a vault as they come: regimes and realised vol of each underlying, the day's profile of gas, the fall from the
 * highest equity. What needs more history than there is stays neutral. Same snapshots, same outlook.
 */
export function createOutlook({ regime, drawdown, premium }: OutlookSettings) {
  const histories = new Map<string, History>();
  const fees: number[] = [];
  let gas: GasModel | undefined;
  let fall: DrawdownState | undefined;
  let before: Snapshot | undefined;
  let latest: Outlook = { drawdown: undefined, turbulentTimes: 1, gas: undefined, underlyings: {} };

  /** Counts a snapshot once, and not those of blocks before it. */
  function observe(snapshot: Snapshot): Outlook {
    const now = snapshot.block.timestamp;
    if (before !== undefined && now <= before.block.timestamp) return latest;
    const hours = before === undefined ? 0 : Math.floor(now / HOUR) - Math.floor(before.block.timestamp / HOUR);
    fall = followEquity(fall, before, snapshot, drawdown);
    if (hours > 0) countFee(hours, snapshot);
    const days = before === undefined ? 0 : Math.floor(now / 86_400) - Math.floor(before.block.timestamp / 86_400);
    for (const underlying of snapshot.underlyings) {
      const history = histories.get(underlying.symbol) ?? begin(underlying);
      histories.set(underlying.symbol, history);
      countPrice(history, underlying, now, hours, days);
    }
    before = snapshot;
    const underlyings = Object.fromEntries(
      [...histories].map(([symbol, history]) => [symbol, outlookOf(history, snapshot, symbol)]),
    );
    latest = { drawdown: fall, turbulentTimes: regime.riskAversionTimes, gas, underlyings };
    return latest;
  }

  /** A gap of hours breaks the even spacing that the fit needs: it starts anew. */
  function countFee(hours: number, { block }: Snapshot): void {
    if (hours > 1) fees.length = 0;
    fees.push(Math.max(1, Number(block.baseFeeWei)));
    if (fees.length > HOURS_KEPT) fees.shift();
    if (fees.length < HOURS_FOR_GAS || fees.length % 24 !== 0) return;
    const last = Math.floor(block.timestamp / HOUR);
    gas = fitGas(
      fees.map((_, i) => (last - fees.length + 1 + i) * HOUR),
      fees,
    );
  }

  function countPrice(history: History, underlying: UnderlyingSnapshot, now: number, hours: number, days: number): void {
    const { price } = underlying;
    const move = Math.log(price / history.lastPrice);
    history.lastPrice = price;
    if (days > 0) {
      history.har = weekAhead(history.days);
      history.days.push(0);
      if (history.days.length > DAYS_KEPT) history.days.shift();
    }
    history.days[history.days.length - 1] = (history.days.at(-1) ?? 0) + move * move;
    const start = impliedVol(underlying);
    if (history.vol !== undefined || start !== undefined)
      history.vol = observePrice(history.vol, price, now, start ?? 0, VOL_HALF_LIFE);
    countPosting(history, underlying);
    if (hours === 0) return;
    const depth = depthOf(underlying);
    history.depth += hours > 1 ? depth - history.depth : DEPTH_RENEWAL * (depth - history.depth);
    if (hours === 1) countHour(history, Math.log(price / history.hourPrice));
    history.hourPrice = price;
  }

  /** The vol a new slice gives the strike that was the forward when the one before was posted. */
  function countPosting(history: History, { price: spot, smiles }: UnderlyingSnapshot): void {
    const [smile] = smiles;
    if (smile === undefined || smile.postedAt === history.posted?.smile.postedAt) return;
    history.moves ??= firstVolMoves(atTheMoneyVol(smile));
    if (smile.expiry === history.posted?.smile.expiry) {
      const { posted } = history;
      const spotReturn = Math.log(spot / posted.spot);
      const volMove = sviVol(smile.slice, -spotReturn) - atTheMoneyVol(posted.smile);
      const years = (smile.postedAt - posted.smile.postedAt) / YEAR_SECONDS;
      history.moves = observeVolMove(history.moves, { spotReturn, volMove, years }, VOL_MOVES_HALF_LIFE_YEARS);
    }
    history.posted = { smile, spot };
  }

  function countHour(history: History, move: number): void {
    const { returns } = history;
    returns.push(move);
    if (returns.length > HOURS_KEPT) returns.shift();
    if (
      returns.length >= HOURS_FOR_REGIMES &&
      (history.regimes === undefined || returns.length % 24 === 0) &&
      returns.some(Boolean)
    ) {
      history.regimes = fitRegimes(returns);
      history.turbulence = usualShare(history.regimes);
      for (const each of returns) history.turbulence = updateRegime(history.regimes, history.turbulence, each);
    } else if (history.regimes !== undefined) {
      history.turbulence = updateRegime(history.regimes, history.turbulence, move);
    }
    if (history.regimes !== undefined) history.regime = regimeSwitch(history.regime, history.turbulence, regime);
  }

  function outlookOf(history: History, { underlyings }: Snapshot, symbol: string): UnderlyingOutlook {
    const underlying = underlyings.find((each) => each.symbol === symbol);
    const forecastVol = history.har ?? (history.vol && Math.sqrt(history.vol.variance));
    const implied = underlying && impliedVol(underlying);
    if (implied !== undefined && forecastVol !== undefined)
      history.sale = volPremium(implied, forecastVol, history.sale?.stance ?? "none", premium);
    const turbulence = history.regimes === undefined ? undefined : history.turbulence;
    const depth = underlying === undefined || history.depth === 0 ? 1 : depthOf(underlying) / history.depth;
    const volMoves = history.moves && volMovesOf(history.moves);
    return { regime: history.regime, turbulence, forecastVol, sale: history.sale, depth, volMoves };
  }

  /** Whether the programme sells: not while what implied vol pays is too little for what is forecast. */
  function isWorthSelling(snapshot: Snapshot, symbol: string): boolean {
    const sale = observe(snapshot).underlyings[symbol]?.sale;
    return sale === undefined || sale.stance === "sell";
  }

  return { observe, isWorthSelling };
}

/** What risk aversion is multiplied by for one underlying, the share of its delta to be covered in any case, and why. */
export function caution(outlook: Outlook, symbol: string): { times: number; coverRatio: number; notes: readonly string[] } {
  const { drawdown } = outlook;
  const market = outlook.underlyings[symbol];
  const turbulent = market?.regime === "turbulent";
  const falls = drawdown !== undefined && drawdown.riskAversionTimes > 1;
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const notes = [
    ...(turbulent ? [`turbulent (${percent(market.turbulence ?? 1)}): risk aversion times ${outlook.turbulentTimes}`] : []),
    ...(falls
      ? [
          `equity ${percent(drawdown.drawdown)} below its peak: risk aversion times ${drawdown.riskAversionTimes.toFixed(2)}, cover of ${percent(drawdown.coverRatio)}`,
        ]
      : []),
  ];
  const times = (turbulent ? outlook.turbulentTimes : 1) * (drawdown?.riskAversionTimes ?? 1);
  return { times, coverRatio: drawdown?.coverRatio ?? 0, notes };
}

/** Deposits and redemptions move the peak with the equity: a fall is one of value a share. */
function followEquity(
  fall: DrawdownState | undefined,
  before: Snapshot | undefined,
  { equity, queue }: Snapshot,
  limits: DrawdownLimits,
): DrawdownState | undefined {
  if (!(equity > 0)) return undefined;
  if (fall === undefined || before === undefined || !(before.equity > 0)) return drawdownControl(undefined, equity, limits);
  const struck =
    queue.struckDeposits !== before.queue.struckDeposits || queue.struckRedemptions !== before.queue.struckRedemptions;
  const peak = struck ? (fall.peak * equity) / before.equity : fall.peak;
  return drawdownControl({ ...fall, peak }, equity, limits);
}

function begin(underlying: UnderlyingSnapshot): History {
  const { price } = underlying;
  const neutral = { vol: undefined, regimes: undefined, turbulence: 0, regime: "calm" as const, har: undefined, sale: undefined };
  const unseen = { moves: undefined, posted: undefined };
  return { ...neutral, ...unseen, returns: [], hourPrice: price, lastPrice: price, days: [0], depth: depthOf(underlying) };
}

function weekAhead(days: readonly number[]): number | undefined {
  const moved = days.filter((variance) => variance > 0);
  return moved.length < HAR_DAYS ? undefined : Math.sqrt(365 * forecastHar(fitHar(moved, WEEK_DAYS), moved));
}

function impliedVol({ smiles }: UnderlyingSnapshot): number | undefined {
  const nearest = smiles[0];
  return nearest === undefined ? undefined : atTheMoneyVol(nearest);
}

function depthOf({ pools }: UnderlyingSnapshot): number {
  return pools.reduce((sum, { liquidity }) => sum + Number(liquidity), 0);
}
