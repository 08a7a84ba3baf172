import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidInputError } from "../../../keeper/errors.ts";
import {
  isSettled,
  nextState,
  type TransactionEvent,
  type TransactionState,
  transitions,
} from "../../../keeper/execution/transitions.ts";

const states = Object.keys(transitions) as TransactionState[];
const events = [...new Set(states.flatMap((state) => Object.keys(transitions[state])))] as TransactionEvent[];
const state = fc.constantFrom(...states);
const event = fc.constantFrom(...events);

describe("the transition table", () => {
  it("answers every pair with a state of its own or refuses it", () => {
    fc.assert(
      fc.property(state, event, (from, what) => {
        const expected = transitions[from][what];
        if (expected === undefined) expect(() => nextState(from, what)).toThrow(InvalidInputError);
        else expect(states).toContain(nextState(from, what));
      }),
      { seed: 7, numRuns: 1000 },
    );
  });

  it("leaves a settled state only when a reorg undid it", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (history) => {
        let current: TransactionState = "intent";
        for (const what of history) {
          const next: TransactionState | undefined = transitions[current][what];
          if (isSettled(current) && next !== undefined) expect([what, next]).toEqual(["reopen", "dropped"]);
          current = next ?? current;
        }
      }),
      { seed: 7, numRuns: 1000 },
    );
  });

  it("can settle from every state that is not final", () => {
    const reach = (from: TransactionState, seen: ReadonlySet<TransactionState> = new Set()): boolean =>
      isSettled(from) ||
      Object.values(transitions[from]).some((next) => !seen.has(next) && reach(next, new Set([...seen, from])));
    for (const from of states) expect(reach(from), from).toBe(true);
  });

  it("confirms only what was mined, and mines only what was signed", () => {
    const into = (target: TransactionState) => states.filter((from) => Object.values(transitions[from]).includes(target));
    expect(into("confirmed")).toEqual(["mined"]);
    expect(into("failed")).toEqual(["mined"]);
    expect(into("mined")).not.toContain("intent");
    expect(into("intent")).toEqual([]);
  });
});
