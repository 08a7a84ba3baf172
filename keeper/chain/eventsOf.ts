import {
  type Abi,
  type AbiEvent,
  type ContractEventName,
  getAbiItem,
  type Hex,
  type Log,
  parseEventLogs,
  toEventSelector,
} from "viem";

const selectors = new WeakMap<Abi, Map<string, Hex>>();

/** The events of one name among some logs, decoded; logs of other events cost nothing. */
export function eventsOf<const abi extends Abi, name extends ContractEventName<abi>>(
  abi: abi,
  eventName: name,
  logs: readonly Log[],
) {
  const selector = logs.length === 0 ? undefined : selectorOf(abi, eventName);
  const named = logs.filter(({ topics }) => topics[0] === selector);
  return named.length === 0 ? [] : parseEventLogs<abi, true, name>({ abi, logs: named, eventName });
}

/** Hashed once: a block has few logs, and is asked for events of many names. */
function selectorOf(abi: Abi, eventName: string): Hex {
  const known = selectors.get(abi) ?? new Map<string, Hex>();
  selectors.set(abi, known);
  const selector = known.get(eventName) ?? toEventSelector(getAbiItem({ abi, name: eventName }) as AbiEvent);
  known.set(eventName, selector);
  return selector;
}
