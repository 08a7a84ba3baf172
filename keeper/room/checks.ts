import { ageText, numberText } from "../report/numberText.ts";
import type { VaultState } from "../service/serviceState.ts";
import type { UnderlyingView, VaultView } from "../service/vaultView.ts";

export type Level = "good" | "warn" | "bad";

/** One line of a vault's health: what was looked at, how it stands and what it means. */
export type Check = { readonly name: string; readonly level: Level; readonly value: string; readonly note: string };

/** Near a limit from this share of it on. */
const NEAR = 0.85;
const LOW_BUDGET = 0.25;
/** Blocks after which a transaction waits longer than usual. */
const PATIENCE_BLOCKS = 3;
/** Chainlink's usual heartbeat for these feeds with some room; the guard has its own limit per feed. */
const OLD_ORACLE_SECONDS = 4_500;

const PHASES: Readonly<Record<VaultState["phase"], readonly [Level, string]>> = {
  starting: ["warn", "No block was looked at yet."],
  running: ["good", "The last block was read and decided on."],
  stuck: ["bad", "The last block could not be read or decided on."],
  standby: ["warn", "Another keeper holds the lease; this one waits."],
  halted: ["bad", "A person must act before anything more is done."],
};

/** Everything that is looked at to say how a vault is; the worst first is left to the reader. */
export function checks({ phase, problem, view, inFlight }: VaultState): readonly Check[] {
  const [level, note] = PHASES[phase];
  const keeper: Check = { name: "Keeper", level, value: phase, note: problem ?? note };
  if (view === undefined) return [keeper];
  return [
    keeper,
    vaultCheck(view),
    ...view.underlyings.map((each) => limitCheck(each)),
    ...view.underlyings.map((each) => oracleCheck(each)),
    ...view.underlyings.map((each) => surfaceCheck(each, view)),
    accountCheck(view),
    budgetCheck(view),
    transactionCheck(inFlight, view),
  ];
}

/** The worst of some checks, and what it says; undefined when all is well. */
export function worst(all: readonly Check[]): Check | undefined {
  return all.find(({ level }) => level === "bad") ?? all.find(({ level }) => level === "warn");
}

function vaultCheck({ paused, windDown }: VaultView): Check {
  const name = "Vault";
  if (windDown.closed) return { name, level: "warn", value: "closed", note: "Shares are redeemed in kind." };
  if (windDown.startedAt > 0)
    return { name, level: "warn", value: "winding down", note: "No new options; delta is still hedged." };
  if (paused)
    return { name, level: "warn", value: "paused", note: "Only trades that reduce the hedge error pass; claims still pay." };
  return { name, level: "good", value: "open", note: "Options are on sale and every action passes the guard." };
}

function limitCheck({ symbol, hedgeError, gamma, vega }: UnderlyingView): Check {
  const uses = [
    ["hedge error", hedgeError],
    ["gamma", gamma],
    ["vega", vega],
  ] as const;
  const [most, use] = uses
    .map(([greek, { value, limit }]) => [greek, limit > 0 ? Math.abs(value) / limit : 0] as const)
    .reduce((a, b) => (b[1] > a[1] ? b : a));
  const name = `${symbol} limits`;
  const value = `${numberText(100 * use)} % of ${most} limit`;
  if (use > 1) return { name, level: "bad", value, note: "The guard admits only what brings it back inside." };
  if (use > NEAR) return { name, level: "warn", value, note: "Close to what the guard allows." };
  return { name, level: "good", value, note: "Every Greek is inside its limit." };
}

function oracleCheck({ symbol, oracleAgeSeconds }: UnderlyingView): Check {
  const isOld = oracleAgeSeconds > OLD_ORACLE_SECONDS;
  const note = isOld ? "Older than the feed's usual heartbeat." : "Time from the feed's last answer to the block.";
  return { name: `${symbol} oracle`, level: isOld ? "warn" : "good", value: ageText(oracleAgeSeconds), note };
}

function surfaceCheck({ symbol, legs, smiles }: UnderlyingView, { block, maxSurfaceAge }: VaultView): Check {
  const name = `${symbol} surface`;
  const live = new Set(legs.filter(({ expiry }) => expiry > block.timestamp).map(({ expiry }) => expiry));
  if (live.size === 0) return { name, level: "good", value: "not needed", note: "No live option rests on it." };
  const posted = smiles.filter(({ expiry }) => live.has(expiry));
  if (posted.length < live.size)
    return { name, level: "bad", value: "missing", note: "A live option has no posted smile; nothing can be decided." };
  const age = block.timestamp - Math.min(...posted.map(({ postedAt }) => postedAt));
  if (age > maxSurfaceAge)
    return { name, level: "warn", value: ageText(age), note: `Older than ${ageText(maxSurfaceAge)}: only hedging is possible.` };
  return { name, level: "good", value: ageText(age), note: `Fresh enough until ${ageText(maxSurfaceAge)}.` };
}

function accountCheck({ health, healthFloor }: VaultView): Check {
  const name = "Aave account";
  if (!Number.isFinite(health)) return { name, level: "good", value: "no debt", note: "Nothing is borrowed." };
  const level = health < healthFloor ? "bad" : health < healthFloor / NEAR ? "warn" : "good";
  return { name, level, value: `health ${numberText(health, 2)}`, note: `The guard's floor is ${numberText(healthFloor, 2)}.` };
}

function budgetCheck({ budget, quote }: VaultView): Check {
  const share = budget.limit > 0 ? budget.left / budget.limit : 0;
  const value = `${numberText(100 * share)} % left`;
  const level = share <= 0 ? "bad" : share < LOW_BUDGET ? "warn" : "good";
  return {
    name: "Execution budget",
    level,
    value,
    note: `${numberText(budget.left)} of ${numberText(budget.limit)} ${quote}; it refills with time.`,
  };
}

function transactionCheck(inFlight: VaultState["inFlight"], { block }: VaultView): Check {
  const name = "Transactions";
  const [oldest] = [...inFlight].sort((a, b) => a.createdBlock - b.createdBlock);
  if (oldest === undefined) return { name, level: "good", value: "none in flight", note: "Nothing waits to be mined." };
  const waits = block.number - oldest.createdBlock;
  const isLate = oldest.state !== "mined" && waits > PATIENCE_BLOCKS;
  return {
    name,
    level: isLate ? "warn" : "good",
    value: `${inFlight.length} in flight`,
    note: `The oldest is ${oldest.state}, ${waits} ${waits === 1 ? "block" : "blocks"} after it was decided.`,
  };
}
