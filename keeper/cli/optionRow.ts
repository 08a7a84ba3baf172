import { z } from "zod";

/** What every option row holds; other fields are passed through. */
export const optionRow = z.looseObject({
  type: z.enum(["call", "put"]),
  spot: z.number(),
  strike: z.number(),
  years: z.number(),
  rate: z.number().optional(),
  yield: z.number().optional(),
});
