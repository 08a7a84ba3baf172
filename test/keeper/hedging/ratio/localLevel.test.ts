import { describe, expect, it } from "vitest";
import { localLevel } from "../../../../keeper/hedging/ratio/localLevel.ts";

/** Annual flow of the Nile at Aswan, 1871-1970, 10⁸ m³ (Cobb 1978; Durbin and Koopman 2012, ch. 2; R's dataset "Nile"). */
const nile = Float64Array.of(
  ...[1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140],
  ...[1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969],
  ...[831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759],
  ...[781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890],
  ...[744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740],
);

describe("localLevel", () => {
  it("fits the Nile as Durbin and Koopman do: noise 15099, drift 1469.1", () => {
    const { noiseVariance, driftVariance, logLikelihood } = localLevel(nile);
    expect(noiseVariance).toBeCloseTo(15_098.5, 0);
    expect(driftVariance).toBeCloseTo(1469.1, 0);
    expect(logLikelihood).toBeCloseTo(-632.5456, 4);
  });

  it("has log-likelihood -632.5377 under the prior of variance one million that packages use", () => {
    expect(localLevel(nile, 1e6).logLikelihood).toBeCloseTo(-632.5377, 4);
  });

  it("refuses too few values", () => {
    expect(() => localLevel(nile.slice(0, 10))).toThrow(/at least 20/);
  });
});
