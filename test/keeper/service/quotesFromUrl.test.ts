import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { zeroAddress } from "viem";
import { afterAll, describe, expect, it } from "vitest";
import { rfqQuoteText, type SignedRfqQuote } from "../../../keeper/chain/rfqQuote.ts";
import { ChainError } from "../../../keeper/errors.ts";
import { quotesFromUrl } from "../../../keeper/service/quotesFromUrl.ts";

const servers: { close(): unknown; closeAllConnections(): void }[] = [];
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const signed: SignedRfqQuote = {
  quote: {
    maker: "0x00000000000000000000000000000000000000bb",
    taker: zeroAddress,
    series: 2n ** 255n + 1n,
    makerSells: true,
    price: 12_345_678_901_234_567_890n,
    size: 1n,
    nonce: 2n ** 64n,
    deadline: 1_770_000_000n,
  },
  signature: "0x1234",
};
const text = { quote: rfqQuoteText(signed.quote), signature: signed.signature };

describe("a dealer's quotes over HTTP", () => {
  it("come back to the last digit, from under any path", async () => {
    const url = await serve(({ url: path }, response) =>
      path === "/desk/key/quotes" ? response.end(JSON.stringify({ quotes: [text] })) : response.writeHead(404).end(),
    );
    expect(await quotesFromUrl(`${url}/desk/key/`, "dealer 1")(0)).toEqual([signed]);
  });

  it.each<[string, RequestListener]>([
    ["a status that is no success", (_, response) => response.writeHead(503).end("[]")],
    ["text", (_, response) => response.end("quotes")],
    [
      "a number too large for a word",
      (_, response) => response.end(JSON.stringify({ quotes: [withQuote({ price: "9".repeat(79) })] })),
    ],
    ["a negative number", (_, response) => response.end(JSON.stringify({ quotes: [withQuote({ size: "-1" })] }))],
    ["a maker that is no address", (_, response) => response.end(JSON.stringify({ quotes: [withQuote({ maker: "0x12" })] }))],
    ["more quotes than it may", (_, response) => response.end(JSON.stringify({ quotes: Array(501).fill(text) }))],
    ["more bytes than it may", (_, response) => response.end(`${" ".repeat(1_000_001)}{"quotes":[]}`)],
    ["nothing in time", () => undefined],
  ])("are none where the answer is %s, and the message tells no URL", async (_, listener) => {
    const url = `${await serve(listener)}/a-key-that-nobody-may-read`;
    const refused = await quotesFromUrl(url, "dealer 3", 300)(0).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ChainError);
    expect(String(refused)).toContain("dealer 3");
    expect(JSON.stringify([String(refused), refused, (refused as Error).cause])).not.toMatch(/a-key|127\.0/);
  });
});

function withQuote(change: Record<string, string>) {
  return { ...text, quote: { ...text.quote, ...change } };
}
