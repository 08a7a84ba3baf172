import { createPublicClient, http } from "viem";
import { describe, expect, it } from "vitest";
import { chainError } from "../../../keeper/execution/rpcError.ts";

describe("chainError", () => {
  it("says what failed without the node's URL, which may carry a key", async () => {
    const client = createPublicClient({ transport: http("http://127.0.0.1:9/v2/api-key-1234", { retryCount: 0 }) });
    const error: unknown = await client
      .getBlockNumber()
      .catch(chainError("reading the block"))
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "ChainError", retryable: true, message: expect.stringContaining("reading the block") });
    expect(
      JSON.stringify([error, (error as Error).message, (error as Error).stack, (error as Error).cause ?? null]),
    ).not.toContain("1234");
  });
});
