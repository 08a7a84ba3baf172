import type { Secret } from "../execution/secret.ts";
import type { AlertSink } from "./log.ts";

export type Webhook = AlertSink & {
  /** Waits for what is under way. */
  flush(): Promise<void>;
};

export type WebhookOptions = {
  /** Gets a POST of {text, …facts} an alert; Slack, Mattermost and Discord (its /slack address) show the text. */
  readonly url: Secret;
  /** The same text is not sent again for so long. */
  readonly quietMs: number;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Told once an alert could not be delivered. */
  readonly onFailure: (problem: string) => void;
};

const ATTEMPTS = 3;
const TIMEOUT_MS = 5_000;
/** Texts remembered; an alert storm must not fill the memory. */
const REMEMBERED = 1_000;

/** Sends log lines as alerts. Delivery never delays the keeper, and its failure is logged below the level that alerts. */
export function createWebhook({ url, quietMs, now, onFailure }: WebhookOptions): Webhook {
  const sentAt = new Map<string, number>();
  const underWay = new Set<Promise<void>>();

  async function deliver(body: string): Promise<void> {
    let problem = "";
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      try {
        const headers = { "content-type": "application/json" };
        const answer = await fetch(url.reveal(), { method: "POST", headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
        if (answer.ok) return;
        problem = `it answered status ${answer.status}`;
      } catch {
        // The error would quote the address, which is as good as a password.
        problem = "it did not answer";
      }
    }
    onFailure(`An alert was not delivered to KEEL_ALERT_URL: ${problem}`);
  }

  return {
    write(line) {
      const { level, time, msg, ...facts } = JSON.parse(line) as Record<string, unknown>;
      const text = String(msg);
      const last = sentAt.get(text);
      if (last !== undefined && now() - last < quietMs) return;
      if (sentAt.size >= REMEMBERED) sentAt.clear();
      sentAt.set(text, now());
      const severity = Number(level) >= 60 ? "fatal" : "error";
      const delivery = deliver(JSON.stringify({ text: `keel: ${text}`, severity, time, ...facts }));
      underWay.add(delivery);
      void delivery.finally(() => underWay.delete(delivery));
    },
    async flush() {
      await Promise.all(underWay);
    },
  };
}
