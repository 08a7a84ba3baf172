import type { Snapshot } from "../../chain/snapshot.ts";
import { fromUnits } from "../../chain/units.ts";
import { createDesk, type SignedQuote } from "../../desk/desk.ts";
import { type Decision, decide, regionRequests } from "../../service/decide.ts";
import { createRegions } from "../../service/solveRegions.ts";
import { deskPolicy, settingsFor } from "../demoSettings.ts";
import { keelParameters } from "../keelParameters.ts";
import { createOptionBuyers, visitDesk } from "../market/optionBuyers.ts";
import { castOf, marketBook } from "../openWorld.ts";
import { onSale } from "../participants.ts";
import { createRandom } from "../random.ts";
import { type DemoParameters, type DemoStart, firstOfSeries } from "../runDemo.ts";
import { createScenario } from "../scenario.ts";
import { createTwinMarket } from "./twinMarket.ts";
import { createTwinOperator, type Errand } from "./twinOperator.ts";
import { post, type TwinSurface, twinSnapshot } from "./twinSnapshot.ts";
import { createTwinVault } from "./twinVault.ts";

/** One block of the twin: what the keeper saw and decided there. */
export type TwinBlock = { readonly snapshot: Snapshot; readonly decision: Decision };

/** What was sent at one block and is mined in the next. */
type Sent = Errand & { readonly actions: Decision["actions"]; readonly quotes: readonly SignedQuote[] };

const NOTHING: Sent = { actions: [], quotes: [], strikes: false, collected: [], postings: [] };

/**
 * The demo without a chain: the same true prices, base fee, oracle rounds, noise, arbitrage, buyers, desk and decisions from the same seed; the
 * pools swap by exact arithmetic, the vault is a ledger. What is read from the demo's recording are Aave's reserves and rates, block by block.
 * @param start  the deployed market as it stood before the first block
 * @param recorded  the demo's snapshot of a block, counted from 1: only its reserves and rates are read
 */
export async function runTwin(
  parameters: DemoParameters,
  start: DemoStart,
  recorded: (index: number) => Snapshot,
): Promise<readonly TwinBlock[]> {
  const { days, blockSeconds, seed, policy, riskAversion, programmes, deposit, log } = parameters;
  const { events = [], belief = { kind: "sticky-strike" } } = parameters;
  const { addresses } = start;
  const scenario = createScenario(parameters);
  const settings = settingsFor({ policy, events, riskAversion, belief, blockSeconds });
  const market = createTwinMarket(start, scenario, seed, blockSeconds);
  const vault = createTwinVault(addresses);
  const desk = createDesk({ addresses, quoter: castOf().quoter, programmes, marks: scenario.marks, policy: deskPolicy });
  const buyers = createOptionBuyers(createRandom(seed, "option buyers"), blockSeconds, scenario.fairVol);
  const regions = createRegions({ wait: true, log });
  const operator = createTwinOperator(start.snapshot, desk, market);
  const surface: TwinSurface = new Map();
  const minimumCash = minimumCashOf(start, deposit);
  const blocks: TwinBlock[] = [];
  let before = start.snapshot;
  let sent = NOTHING;
  let isIn = false;
  try {
    for (let index = 1; index <= Math.round((days * 86_400) / blockSeconds); index += 1) {
      vault.accrue(before, blockSeconds);
      const tick = market.step(before.block.timestamp + blockSeconds);
      for (const { quote } of sent.quotes) vault.fill(quote);
      vault.rebalance(sent.actions, market.pools);
      for (const { underlying, expiry, price } of sent.collected) vault.collect(underlying, expiry, price);
      post(surface, sent.postings, tick.timestamp);
      // The depositor's request is the only one, and struck with the first epoch.
      if (sent.strikes && !isIn) vault.deposit(deposit);
      isIn ||= sent.strikes;
      const expiries = desk.expiries(tick.timestamp);
      const snapshot = twinSnapshot({
        addresses,
        before,
        tick,
        market,
        vault,
        surface,
        expiries,
        lending: recorded(index),
        minimumCash,
      });
      scenario.observe(tick.timestamp, tick.prices);

      const errand = await operator(snapshot);
      await regions.prepare(regionRequests(snapshot, settings));
      const decision = decide(snapshot, addresses, settings, desk.provisions(snapshot), regions.lookUp);
      blocks.push({ snapshot, decision });

      const quotes: SignedQuote[] = [];
      const seen = Object.fromEntries(snapshot.underlyings.map(({ symbol, price }) => [symbol, price]));
      const visit = { timestamp: tick.timestamp, prices: { WETH: 0, WBTC: 0, ...seen, USDC: 1 } };
      await visitDesk(firstOfSeries(buyers(visit, onSale(desk, snapshot))), async ({ underlying, ...series }) => {
        const signed = await desk.quote(snapshot, { ...series, symbol: underlying });
        return signed && { price: signed.price, take: async () => void quotes.push(signed) };
      });
      sent = { ...errand, actions: decision.actions, quotes };
      before = snapshot;
    }
    return blocks;
  } finally {
    await regions.close();
  }
}

/** Quote that the vault's limits keep it from spending, whole units. */
function minimumCashOf({ market, addresses }: DemoStart, capital: number): number {
  const { keeper, quoter, operator, guardian } = castOf();
  const roles = {
    keeper: keeper.address,
    quoter: quoter.address,
    volPoster: operator.address,
    guardian: guardian.address,
  };
  const { limits } = keelParameters(marketBook(market.addresses), roles, { capital, prices: new Map(), firstCutoff: 0 });
  return fromUnits(limits.minCash, addresses.quote.decimals);
}
