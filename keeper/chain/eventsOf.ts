import { type Abi, type ContractEventName, type Log, parseEventLogs } from "viem";

/** The events of one name among some logs, decoded; blocks without logs cost nothing. */
export function eventsOf<const abi extends Abi, name extends ContractEventName<abi>>(
  abi: abi,
  eventName: name,
  logs: readonly Log[],
) {
  return logs.length === 0 ? [] : parseEventLogs<abi, true, name>({ abi, logs: [...logs], eventName });
}
