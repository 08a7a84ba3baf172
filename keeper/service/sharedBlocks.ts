import type { BlockHead } from "../chain/snapshot.ts";

/** One block source for many vaults of a chain: each takes the newest block when it is ready, and never one twice. */
export type SharedBlocks = {
  /** The newest block, again and again, as of its own source. */
  follow(): AsyncGenerator<BlockHead>;
  /** Reads the source until it ends. @throws what the source throws, after all followers were let go */
  pump(): Promise<void>;
};

export function shareBlocks(source: AsyncIterable<BlockHead>): SharedBlocks {
  let latest: BlockHead | undefined;
  let ended = false;
  let news = Promise.withResolvers<void>();
  const tell = () => {
    const told = news;
    news = Promise.withResolvers<void>();
    told.resolve();
  };
  return {
    async *follow() {
      let seen: BlockHead | undefined;
      while (!ended) {
        const next = news.promise;
        if (latest !== undefined && latest !== seen) {
          seen = latest;
          yield latest;
        } else {
          await next;
        }
      }
    },
    async pump() {
      try {
        for await (const head of source) {
          latest = head;
          tell();
        }
      } finally {
        ended = true;
        tell();
      }
    },
  };
}
