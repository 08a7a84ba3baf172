import { Presets, SingleBar } from "cli-progress";

/** A progress bar on stderr; silent where that is no terminal. */
export function progressBar(unit: string): { show(done: number, of: number): void; stop(): void } {
  const format = `{bar} {percentage}% of {total} ${unit}, {eta_formatted} left`;
  const bar = new SingleBar({ format, stream: process.stderr, clearOnComplete: true, noTTYOutput: false }, Presets.rect);
  let isStarted = false;
  return {
    show(done, of) {
      if (!isStarted) bar.start(of, 0);
      isStarted = true;
      bar.setTotal(of);
      bar.update(done);
    },
    stop() {
      bar.stop();
    },
  };
}
