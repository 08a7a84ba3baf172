import { describe, expect, it } from "vitest";
import { KeelError } from "../../../keeper/errors.ts";
import { openStore } from "../../../keeper/store/openStore.ts";
import { decisionAt } from "../execution/keeperOn.ts";
import { startPostgres } from "./startPostgres.ts";

const decision = decisionAt(1, { number: 1n, hash: `0x${"ab".repeat(32)}`, baseFeePerGas: 1n });

describe("a journal whose server goes away", () => {
  it("asks to be tried again; one that refuses a row does not", async () => {
    const server = await startPostgres("correct-horse-battery");
    const store = await openStore({ url: server.url });
    const failure = async (write: Promise<unknown>): Promise<KeelError> => {
      const error = await write.then(
        () => undefined,
        (caught: unknown) => caught,
      );
      return error instanceof KeelError ? error : expect.unreachable();
    };
    await store.journal.addDecision(decision);
    const refused = await failure(store.journal.addDecision({ ...decision, verdict: "nonsense" as "hold" }));
    expect(refused.retryable).toBe(false);
    expect(refused.message).toContain("decisions_verdict_check");

    await server.stop();
    const away = await failure(store.journal.addDecision(decision));
    expect(away.retryable).toBe(true);
    expect(away.message).not.toContain("correct-horse-battery");
    await store.close();
  });
});
