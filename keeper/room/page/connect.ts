import type { Act, HistoryPoint } from "../../service/serviceState.ts";
import type { RoomMessage, VaultDetail } from "../feed.ts";
import type { PnlPoint } from "../pnlHistory.ts";

/** All that the page knows, as the last message left it. */
export type Room = {
  readonly message: RoomMessage;
  readonly vault: VaultDetail | undefined;
  readonly acts: readonly Act[];
  readonly points: readonly HistoryPoint[];
  readonly pnlPoints: readonly PnlPoint[];
  /** This machine's clock less the keeper's, milliseconds. */
  readonly clockAhead: number;
};

export type Connection = {
  /** Whether the keeper was heard of within the last beats. */
  isLive(): boolean;
  close(): void;
};

const SILENCE_MS = 15_000;
const RETRY_MS = 2_000;
const KEPT_POINTS = 4_000;

/**
 * Listens to what the keeper says of one vault and of the list of all. Connects anew by itself, whether the connection breaks, is refused or
 * merely falls silent.
 */
export function connect(vault: string, onRoom: (room: Room) => void): Connection {
  let source: EventSource;
  let heardAt = Number.NEGATIVE_INFINITY;
  let room: Room | undefined;

  function open(): void {
    source = new EventSource(`/room/events?vault=${encodeURIComponent(vault)}`);
    source.addEventListener("state", (event: MessageEvent<string>) => {
      heardAt = Date.now();
      room = take(room, JSON.parse(event.data) as RoomMessage);
      onRoom(room);
    });
    source.addEventListener("beat", () => {
      heardAt = Date.now();
    });
    source.addEventListener("error", () => {
      heardAt = Number.NEGATIVE_INFINITY;
    });
    openedAt = Date.now();
  }

  let openedAt = 0;
  open();
  const watch = setInterval(() => {
    const isSilent = Date.now() - Math.max(heardAt, openedAt) > SILENCE_MS;
    if (source.readyState !== EventSource.CLOSED && !isSilent) return;
    source.close();
    open();
  }, RETRY_MS);

  return {
    isLive: () => Date.now() - heardAt < SILENCE_MS,
    close() {
      clearInterval(watch);
      source.close();
    },
  };
}

function take(before: Room | undefined, message: RoomMessage): Room {
  const kept = message.whole || before === undefined ? { points: [], pnlPoints: [] } : before;
  return {
    message,
    vault: message.vault,
    acts: message.acts ?? before?.acts ?? [],
    points: [...kept.points, ...message.points].slice(-KEPT_POINTS),
    pnlPoints: [...kept.pnlPoints, ...message.pnlPoints].slice(-KEPT_POINTS),
    clockAhead: Date.now() - message.at,
  };
}
