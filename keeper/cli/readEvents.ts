import { z } from "zod";
import { assertEvents, type MarketEvent } from "../hedging/eventCalendar.ts";
import { readJsonFile, record, refuseField } from "./jsonFile.ts";

const moment = z.iso
  .datetime({ offset: true, error: 'must be a time, such as "2026-03-27T08:00:00Z"' })
  .transform((text) => Date.parse(text) / 1000);
const factor = z.number({ error: "must be a factor above 0" }).positive({ error: "must be a factor above 0" }).default(1);

const eventFile = z.array(
  record({
    name: z.string({ error: "must be a name" }).min(1),
    start: moment,
    end: moment,
    volFactor: factor,
    riskAversionFactor: factor,
  }),
  { error: "must be a list of events" },
);

/**
 * Reads a calendar of known events: a JSON list of {name, start, end, volFactor, riskAversionFactor}.
 * @throws InvalidInputError naming the file, the field and what it must be
 */
export async function readEvents(path: string | undefined, command: string): Promise<readonly MarketEvent[]> {
  if (path === undefined) return [];
  const parsed = eventFile.safeParse(await readJsonFile(path, "calendar", command));
  if (!parsed.success) throw refuseField(path, parsed.error.issues[0], "the calendar");
  assertEvents(parsed.data);
  return parsed.data;
}
