import { InvalidInputError } from "../errors.ts";
import type { SviSlice } from "./svi.ts";

/**
 * Natural SVI in total variance: w(k) = Δ + ω/2·(1 + ζρ(k−μ) + √((ζ(k−μ)+ρ)² + 1−ρ²)).
 * Gatheral & Jacquier (2014), eq. (3.2).
 */
export type NaturalSvi = {
  readonly delta: number;
  readonly mu: number;
  readonly rho: number;
  readonly omega: number;
  readonly zeta: number;
};

/**
 * Jump-wings SVI, what a trader reads: at-the-money variance `v` (annualised), skew `psi`, slopes of the put wing `p` and the
 * call wing `c`, lowest variance `vMinimum` (annualised). Gatheral & Jacquier (2014), eq. (3.5).
 */
export type JumpWingsSvi = {
  readonly v: number;
  readonly psi: number;
  readonly p: number;
  readonly c: number;
  readonly vMinimum: number;
};

/** Natural parameters of a slice at `years`. */
export function sviToNatural(slice: SviSlice, years: number): NaturalSvi {
  const cosine = Math.sqrt(1 - slice.rho * slice.rho);
  const omega = (2 * slice.b * years * slice.sigma) / cosine;
  return {
    delta: slice.a * years - 0.5 * omega * cosine * cosine,
    mu: slice.m + (slice.rho * slice.sigma) / cosine,
    rho: slice.rho,
    omega,
    zeta: cosine / slice.sigma,
  };
}

/** The slice of natural parameters at `years`; inverse of `sviToNatural`. */
export function sviFromNatural({ delta, mu, rho, omega, zeta }: NaturalSvi, years: number): SviSlice {
  return {
    a: (delta + 0.5 * omega * (1 - rho * rho)) / years,
    b: (0.5 * omega * zeta) / years,
    rho,
    m: mu - rho / zeta,
    sigma: Math.sqrt(1 - rho * rho) / zeta,
  };
}

/** Jump-wings parameters of a slice at `years`. */
export function sviToJumpWings({ a, b, rho, m, sigma }: SviSlice, years: number): JumpWingsSvi {
  const root = Math.hypot(m, sigma);
  const v = a + b * (root - rho * m);
  const scale = (b * years) / Math.sqrt(v * years);
  return {
    v,
    psi: 0.5 * scale * (rho - m / root),
    p: scale * (1 - rho),
    c: scale * (1 + rho),
    vMinimum: a + b * sigma * Math.sqrt(1 - rho * rho),
  };
}

/**
 * The slice of jump-wings parameters at `years`; inverse of `sviToJumpWings`. With ρ = sin r and m/√(m²+σ²) = sin q the gap
 * v − vMinimum is 2b√(m²+σ²)·sin²((r−q)/2), which needs none of the published formula's special cases at m = 0.
 * @throws InvalidInputError when the parameters describe no slice, or not one only: psi = 0 leaves the curvature open
 */
export function sviFromJumpWings(wings: JumpWingsSvi, years: number): SviSlice {
  const { v, psi, p, c, vMinimum } = wings;
  const rootTotal = Math.sqrt(v * years);
  const total = 0.5 * rootTotal * (c + p);
  const rho = (c - p) / (c + p);
  const sinQ = rho - (4 * psi) / (c + p);
  const half = 0.5 * (Math.asin(rho) - Math.asin(sinQ));
  const root = ((v - vMinimum) * years) / (2 * total * Math.sin(half) ** 2);
  const sigma = root * Math.sqrt(1 - sinQ * sinQ);
  if (!(total > 0) || !(Math.abs(rho) < 1) || !(sigma > 0) || !Number.isFinite(sigma)) {
    throw new InvalidInputError(
      "These jump-wings parameters describe no single SVI slice: they need p, c > 0, 2·psi between −p and c, psi ≠ 0 and vMinimum < v",
      {
        ...wings,
        years,
      },
    );
  }
  const b = total / years;
  return { a: vMinimum - b * sigma * Math.sqrt(1 - rho * rho), b, rho, m: root * sinQ, sigma };
}
