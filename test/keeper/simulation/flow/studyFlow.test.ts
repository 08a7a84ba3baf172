import { beforeAll, describe, expect, it } from "vitest";
import { publishedFlow } from "../../../../keeper/simulation/flow/optionFlow.ts";
import {
  type Challenger,
  gbmChallengers,
  gbmRows,
  PUBLISHED_EPISODES,
  type PublishedRow,
  sabrChallengers,
  sabrRows,
} from "../../../../keeper/simulation/flow/publishedScores.ts";
import { type FlowScore, lowerBound, scoreFlow, studyFlow } from "../../../../keeper/simulation/flow/studyFlow.ts";
import { createRandom } from "../../../../keeper/simulation/random.ts";

const studies = [
  { model: "gbm", rows: gbmRows, challengers: gbmChallengers, episodes: 6000, seed: 20_221 },
  { model: "sabr", rows: sabrRows, challengers: sabrChallengers, episodes: 1500, seed: 20_222 },
] as const;

describe.each(studies)("hedging a flow of client options, $model", ({ model, rows, challengers, episodes, seed }) => {
  const scores = new Map<string, FlowScore>();
  beforeAll(() => {
    for (const score of studyFlow(publishedFlow(model), [...rows, ...challengers], episodes, seed)) scores.set(score.name, score);
  }, 120_000);

  it.each(rows)("reproduces the published $name", (row: PublishedRow) => {
    const found = scores.get(row.name) as FlowScore;
    // The published figure has the sampling error of its own 5,000 episodes.
    const both = Math.sqrt(1 + episodes / PUBLISHED_EPISODES);
    for (const cell of ["mean", "deviation", "score"] as const) {
      const published = row[cell];
      if (published === undefined) continue;
      expect(Math.abs(found[cell].value - published) / (both * found[cell].error), cell).toBeLessThan(3);
    }
  });

  it.each(challengers)("$name beats $toBeat with 95 % confidence", ({ name, toBeat }: Challenger) => {
    expect(lowerBound((scores.get(name) as FlowScore).score)).toBeGreaterThan(toBeat);
  });
});

describe("scoreFlow", () => {
  it("states errors that the spread of repeated samples confirms", () => {
    const random = createRandom(3, "samples");
    const repeats = Array.from({ length: 2000 }, () =>
      scoreFlow(
        "normal",
        Float64Array.from({ length: 500 }, () => 2 * random.normal() - 1),
      ),
    );
    for (const cell of ["mean", "deviation", "score"] as const) {
      const values = repeats.map((each) => each[cell].value);
      const centre = values.reduce((sum, x) => sum + x, 0) / values.length;
      const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / values.length);
      const stated = repeats.reduce((sum, each) => sum + each[cell].error, 0) / repeats.length;
      // 2,000 repeats pin their spread to 1.6 %; three such.
      expect(Math.abs(spread / stated - 1)).toBeLessThan(0.048);
    }
  });
});
