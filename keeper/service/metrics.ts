import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { ServiceState, VaultState } from "./serviceState.ts";

const vaultLabels = ["chain", "vault"] as const;
const assetLabels = [...vaultLabels, "underlying"] as const;

/** The service's figures for Prometheus, kept by listening to its state. */
export function createMetrics(state: ServiceState): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const ofVault = (name: string, help: string) => new Gauge({ name, help, labelNames: vaultLabels, registers: [registry] });
  const ofAsset = (name: string, help: string) => new Gauge({ name, help, labelNames: assetLabels, registers: [registry] });

  const phase = new Gauge({
    name: "keel_phase",
    help: "1 for the phase the vault's loop is in: starting, running, stuck, standby or halted",
    labelNames: [...vaultLabels, "phase"],
    registers: [registry],
  });
  const seen = ofVault("keel_seen_timestamp_seconds", "When the vault's loop last said something, this machine's clock");
  const blocks = new Counter({
    name: "keel_blocks_total",
    help: "Blocks looked at, by verdict; refuse: nothing could be decided",
    labelNames: [...vaultLabels, "verdict"],
    registers: [registry],
  });
  const block = ofVault("keel_block_number", "Newest block looked at");
  const blockTime = ofVault("keel_block_timestamp_seconds", "The newest block's own time");
  const baseFee = ofVault("keel_base_fee_gwei", "Base fee of the newest block");
  const equity = ofVault("keel_equity_quote", "Equity of the vault");
  const cash = ofVault("keel_cash_quote", "Quote in the vault's own hands");
  const health = ofVault("keel_health_factor", "Aave health factor; +Inf without debt");
  const healthFloor = ofVault("keel_health_floor", "Health factor below which the guard admits no trade");
  const budgetLeft = ofVault("keel_budget_left_quote", "Execution budget left");
  const budgetLimit = ofVault("keel_budget_limit_quote", "What the execution budget refills to");
  const paused = ofVault("keel_paused", "1 while the vault is paused");
  const inFlight = ofVault("keel_transactions_in_flight", "Transactions that are not settled");
  const inFlightAge = ofVault("keel_transaction_age_blocks", "Blocks the oldest unsettled transaction has waited");
  const pnl = new Gauge({
    name: "keel_pnl_quote",
    help: "Profit since the keeper started, by cause",
    labelNames: [...vaultLabels, "cause"],
    registers: [registry],
  });
  const price = ofAsset("keel_price_quote", "The guard's oracle price");
  const oracleAge = ofAsset("keel_oracle_age_seconds", "Since the feed's last answer, chain time");
  const hedgeError = ofAsset("keel_hedge_error", "Hedge error under the belief that is hedged, units");
  const hedgeLimit = ofAsset("keel_hedge_error_limit", "The guard's limit of the hedge error, units");
  const lower = ofAsset("keel_region_lower", "Lower trigger of the no-trade region, units of hedge error");
  const upper = ofAsset("keel_region_upper", "Upper trigger of the no-trade region, units of hedge error");
  const gamma = ofAsset("keel_gamma", "Gamma of the book");
  const gammaLimit = ofAsset("keel_gamma_limit", "The guard's limit of gamma");
  const vega = ofAsset("keel_vega", "Vega of the book, quote per 1.00 of vol");
  const vegaLimit = ofAsset("keel_vega_limit", "The guard's limit of vega");

  const lastBlock = new Map<string, string>();
  const set = (vault: VaultState) => {
    const labels = { chain: String(vault.chainId), vault: vault.vault };
    for (const each of ["starting", "running", "stuck", "standby", "halted"])
      phase.set({ ...labels, phase: each }, vault.phase === each ? 1 : 0);
    seen.set(labels, vault.seenAt / 1000);
    inFlight.set(labels, vault.inFlight.length);
    const { view } = vault;
    if (view === undefined) return;
    const oldest = Math.min(view.block.number, ...vault.inFlight.map(({ createdBlock }) => createdBlock));
    inFlightAge.set(labels, view.block.number - oldest);
    for (const [cause, value] of Object.entries(vault.pnl ?? {})) if (cause !== "since") pnl.set({ ...labels, cause }, value);
    if (lastBlock.get(vault.key) === view.block.hash) return;
    lastBlock.set(vault.key, view.block.hash);
    blocks.inc({ ...labels, verdict: view.decision.verdict });
    block.set(labels, view.block.number);
    blockTime.set(labels, view.block.timestamp);
    baseFee.set(labels, view.block.baseFeeGwei);
    equity.set(labels, view.equity);
    cash.set(labels, view.quoteCash);
    health.set(labels, view.health);
    healthFloor.set(labels, view.healthFloor);
    budgetLeft.set(labels, view.budget.left);
    budgetLimit.set(labels, view.budget.limit);
    paused.set(labels, view.paused ? 1 : 0);
    for (const each of view.underlyings) {
      const own = { ...labels, underlying: each.symbol };
      price.set(own, each.price);
      oracleAge.set(own, each.oracleAgeSeconds);
      hedgeError.set(own, each.plan?.hedgeError ?? each.hedgeError.value);
      hedgeLimit.set(own, each.hedgeError.limit);
      gamma.set(own, each.gamma.value);
      gammaLimit.set(own, each.gamma.limit);
      vega.set(own, each.vega.value);
      vegaLimit.set(own, each.vega.limit);
      // A region of an earlier block would be read as this one's.
      if (each.plan === undefined) {
        lower.remove(own);
        upper.remove(own);
      } else {
        lower.set(own, each.plan.region.lower);
        upper.set(own, each.plan.region.upper);
      }
    }
  };
  for (const vault of state.current()) set(vault);
  state.subscribe(set);
  return registry;
}
