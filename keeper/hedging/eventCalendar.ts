import { InvalidInputError } from "../errors.ts";

/** A time at which the market is known to behave differently: an upgrade, a rate decision, a large expiry. */
export type MarketEvent = {
  readonly name: string;
  /** Unix seconds; the end is no longer part of it. */
  readonly start: number;
  readonly end: number;
  /** Multiplies the vol forecast: above 1 a wilder market, closer hedging of a moving delta. */
  readonly volFactor: number;
  /** Multiplies risk aversion: above 1 narrows the region, below 1 widens it. */
  readonly riskAversionFactor: number;
};

/** What the events of a moment multiply, and their names. */
export type EventFactors = { readonly vol: number; readonly riskAversion: number; readonly names: readonly string[] };

/** Factors at a moment (unix seconds): those of all events under way, multiplied. */
export function eventFactors(events: readonly MarketEvent[], now: number): EventFactors {
  const underWay = events.filter(({ start, end }) => start <= now && now < end);
  return {
    vol: underWay.reduce((product, { volFactor }) => product * volFactor, 1),
    riskAversion: underWay.reduce((product, { riskAversionFactor }) => product * riskAversionFactor, 1),
    names: underWay.map(({ name }) => name),
  };
}

/** @throws InvalidInputError naming the event that ends before it starts or whose factor is not above 0 */
export function assertEvents(events: readonly MarketEvent[]): void {
  for (const { name, start, end, volFactor, riskAversionFactor } of events) {
    if (!(end > start)) throw new InvalidInputError(`event ${name} must end after it starts`, { name, start, end });
    for (const factor of [volFactor, riskAversionFactor]) {
      if (!(factor > 0 && factor < Infinity)) {
        throw new InvalidInputError(`factors of event ${name} must be above 0, got ${factor}`, { name, factor });
      }
    }
  }
}
