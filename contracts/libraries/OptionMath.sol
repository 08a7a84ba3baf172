// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Black-76 price, delta, gamma and vega in one pass, and the SVI volatility they need
/// @notice All quantities are relative to the forward F, so one evaluation needs only x = ln(F/K), the total vol s = σ√T and K/F:
///     call/F = N(d1) − (K/F)·N(d2)    put/F = call/F + K/F − 1    d1 = x/s + s/2    d2 = d1 − s
/// With n = φ(d1) one exponential serves both tails: N(−|d1|) = n·R(|d1|) and, because (K/F)·φ(d2) = φ(d1),
/// (K/F)·N(−|d2|) = n·R(|d2|), where R(y) = N(−y)/φ(y) is the Mills ratio.
/// Binary fixed point; "Qn" means scaled by 2^n. Nothing is checked for overflow: the ranges beside each
/// function are the contract, and the callers keep them.
library OptionMath {
    /// @dev One at the scale of prices, deltas and densities.
    uint256 internal constant ONE = 0x100000000000000;
    /// @dev Lowest total variance, (2^-30)² Q144: below it an option is at its intrinsic value to 1e-9 of the forward.
    int256 internal constant MIN_TOTAL_VARIANCE = 0x1000000000000000000000;

    /// @notice What every option of one expiry shares; the smile in total variance: w = level + tilt·z + wing·√(z² + width²), z = ln K − centre.
    struct Expiry {
        /// ln F + m Q64, so that z = k − m.
        int256 centre;
        /// width² Q128.
        uint256 widthSquared;
        /// a·T Q144.
        int256 level;
        /// b·ρ·T Q80.
        int256 tilt;
        /// b·T/2 Q80.
        int256 halfWing;
        /// ln F Q64.
        int256 lnForward;
        /// F scaled by 1e36.
        uint256 forward;
        /// F Q100 in 1e-6 quote, as strikes are.
        uint256 forwardQ100;
        /// e^{carry·T} = ∂F/∂S, WAD.
        int256 growth;
        /// F·√T scaled by 1e27.
        int256 forwardRootTime;
    }

    /// @notice Total vol σ√T Q72 at `lnStrike` Q64, never below 2^-30.
    /// @dev Range |lnStrike − centre| < 2^7, width < 2^7, w < 2^40. Each root is within 5e-15 plus one unit.
    /// Both roots: with v = z·4^j, z in [1, 4), (11/32)(z + 2)·2^j is within 3 % of √v and each of three Newton steps squares and halves
    /// the error; halvings are left to the next step, 2√v/4 + v/2√v, or to the factor. Plainly: √max(level + tilt·z + wing·√(z² + width²), 2^-60), z = lnStrike − centre.
    function totalVol(Expiry memory expiry, int256 lnStrike) internal pure returns (uint256 s) {
        assembly ("memory-safe") {
            let z := sub(lnStrike, mload(expiry))
            let v := add(mul(z, z), mload(add(expiry, 0x20)))
            let j := shr(1, sub(255, clz(v)))
            s := shr(5, mul(11, add(shr(j, v), shl(j, 2))))
            s := add(s, div(v, s))
            s := add(shr(2, s), div(v, s))
            s := add(s, div(v, s))

            v := add(mload(add(expiry, 0x40)), add(mul(mload(add(expiry, 0x60)), z), mul(mload(add(expiry, 0x80)), s)))
            if slt(v, MIN_TOTAL_VARIANCE) { v := MIN_TOTAL_VARIANCE }
            j := shr(1, sub(255, clz(v)))
            s := shr(5, mul(11, add(shr(j, v), shl(j, 2))))
            s := add(s, div(v, s))
            s := add(shr(2, s), div(v, s))
            s := shr(1, add(s, div(v, s)))
        }
    }

    /// @notice An undiscounted option and its Greeks, as fractions of the forward. Black 1976.
    /// @param x ln(F/K) Q64, |x| < 2^7
    /// @param s σ√T Q72, at least 2^-30
    /// @param strikeRatio K/F Q56, consistent with x
    /// @param isPut 1 for a put, 0 for a call
    /// @return price of it by F, Q56, never negative
    /// @return delta N(d1) Q56 of a call; N(d1) − 1 of a put, in two's complement
    /// @return density φ(d1) Q112: vega = F·√T·φ(d1), gamma · F = φ(d1)/s
    /// @dev Errors against 60-digit references (test/reference/black76.json): below 1e-14 in price and delta for |x| ≤ 4; R adds 1e-13 at |x| = 8.
    /// d2² = d1² − 2x, so wherever φ(d1) is not zero at this scale (|d1| < 12.5) |d2| stays below 21 and no polynomial overflows;
    /// where it is zero the tails are zero whatever the polynomials say.
    // solhint-disable-next-line function-max-lines
    function black76(int256 x, uint256 s, uint256 strikeRatio, uint256 isPut)
        internal
        pure
        returns (uint256 price, uint256 delta, uint256 density)
    {
        assembly ("memory-safe") {
            let d1 := add(sdiv(shl(64, x), s), shr(17, s))

            // φ(d1) = 2^−(i+f)/√(2π), i + f = d1²·log2(e)/2 Q176, |f| ≤ ½, 2^−f = (e − o)/(e + o) within 1.2e-14.
            let i := mul(mul(d1, d1), 0xb8aa3b295c17f0bc)
            if lt(i, shl(182, 1)) {
                let f := shr(120, i)
                i := shr(176, add(i, shl(175, 1)))
                f := sub(f, shl(56, i))
                let f2 := shr(56, mul(f, f))
                let e := add(mul(add(f2, 0x177058aad4bfc20e3), f2), 0x1c75bbc3f1628ed3b2e2d1edf713b478)
                let o := sar(56, mul(f, add(mul(0x1ce024ebe2aaadd4, f2), 0x9dd0af51bf52bcc599a4fba63897c77)))
                density := shr(i, div(mul(sub(e, o), 0x662114cf50d942343f2cf1402eae), add(e, o)))
            }

            // R(y): rational minimax of degrees 6/7, both monic, weighted by φ; error of φ·R below 1e-15. Written twice: a call costs 35 gas.
            let y := xor(d1, sar(255, d1))
            let p := add(y, 0x129ddd9b816ca41b)
            p := add(mul(p, y), 0xa06e5a81953cab446a6f414c3868b4)
            p := shr(112, add(mul(p, y), 0x32dd7043a30a344e98fca5ae2861906d188ed3f227400))
            p := add(mul(p, y), 0xa0cc8e8b2fe627b0ba3672c7ccf96ea)
            p := shr(112, add(mul(p, y), 0x13089dd0d8300247853457438931372211291eefaeb000))
            p := add(mul(p, y), 0x11ef85141da4c042e5b44303abed0ab8)
            let q := add(y, 0x129de1ed072283e9)
            q := add(mul(q, y), 0xa16dacd521c9adbd99fbdd18ada314)
            q := shr(112, add(mul(q, y), 0x340822ee94d951bdad5e57c94f3df279ad89a06529c00))
            q := add(mul(q, y), 0xaaa8e41d149d0888ce9abfca71c67db)
            q := shr(112, add(mul(q, y), 0x16174bd218672d2a66112fb78d7a11494e24fdcf2a0000))
            q := add(mul(q, y), 0x1a9ad677bf9509d1be87eb4a519c2021)
            q := add(mul(q, y), 0xe4f80b6d04764fbfc01e75128030acd8ad949b8719800)
            delta := div(mul(density, p), q)
            if sgt(d1, 0) { delta := sub(ONE, delta) }

            d1 := sub(d1, shr(16, s))
            y := xor(d1, sar(255, d1))
            p := add(y, 0x129ddd9b816ca41b)
            p := add(mul(p, y), 0xa06e5a81953cab446a6f414c3868b4)
            p := shr(112, add(mul(p, y), 0x32dd7043a30a344e98fca5ae2861906d188ed3f227400))
            p := add(mul(p, y), 0xa0cc8e8b2fe627b0ba3672c7ccf96ea)
            p := shr(112, add(mul(p, y), 0x13089dd0d8300247853457438931372211291eefaeb000))
            p := add(mul(p, y), 0x11ef85141da4c042e5b44303abed0ab8)
            q := add(y, 0x129de1ed072283e9)
            q := add(mul(q, y), 0xa16dacd521c9adbd99fbdd18ada314)
            q := shr(112, add(mul(q, y), 0x340822ee94d951bdad5e57c94f3df279ad89a06529c00))
            q := add(mul(q, y), 0xaaa8e41d149d0888ce9abfca71c67db)
            q := shr(112, add(mul(q, y), 0x16174bd218672d2a66112fb78d7a11494e24fdcf2a0000))
            q := add(mul(q, y), 0x1a9ad677bf9509d1be87eb4a519c2021)
            q := add(mul(q, y), 0xe4f80b6d04764fbfc01e75128030acd8ad949b8719800)
            price := div(mul(density, p), q)
            if sgt(d1, 0) { price := sub(strikeRatio, price) }
            price := sub(delta, price)
            if isPut {
                price := add(price, sub(strikeRatio, ONE))
                delta := sub(delta, ONE)
            }
            price := and(price, not(sar(255, price)))
        }
    }

    /// @notice N(d1) Q56 and φ(d1) Q112 without the price: the first half of `black76`, errors as there.
    /// @dev The polynomials stand here again because a call from the hot loop would cost it 35 gas an option.
    function deltaAndDensity(int256 d1) internal pure returns (uint256 nd1, uint256 density) {
        assembly ("memory-safe") {
            let i := mul(mul(d1, d1), 0xb8aa3b295c17f0bc)
            if lt(i, shl(182, 1)) {
                let f := shr(120, i)
                i := shr(176, add(i, shl(175, 1)))
                f := sub(f, shl(56, i))
                let f2 := shr(56, mul(f, f))
                let e := add(mul(add(f2, 0x177058aad4bfc20e3), f2), 0x1c75bbc3f1628ed3b2e2d1edf713b478)
                let o := sar(56, mul(f, add(mul(0x1ce024ebe2aaadd4, f2), 0x9dd0af51bf52bcc599a4fba63897c77)))
                density := shr(i, div(mul(sub(e, o), 0x662114cf50d942343f2cf1402eae), add(e, o)))
                let y := xor(d1, sar(255, d1))
                let p := add(y, 0x129ddd9b816ca41b)
                p := add(mul(p, y), 0xa06e5a81953cab446a6f414c3868b4)
                p := shr(112, add(mul(p, y), 0x32dd7043a30a344e98fca5ae2861906d188ed3f227400))
                p := add(mul(p, y), 0xa0cc8e8b2fe627b0ba3672c7ccf96ea)
                p := shr(112, add(mul(p, y), 0x13089dd0d8300247853457438931372211291eefaeb000))
                p := add(mul(p, y), 0x11ef85141da4c042e5b44303abed0ab8)
                let q := add(y, 0x129de1ed072283e9)
                q := add(mul(q, y), 0xa16dacd521c9adbd99fbdd18ada314)
                q := shr(112, add(mul(q, y), 0x340822ee94d951bdad5e57c94f3df279ad89a06529c00))
                q := add(mul(q, y), 0xaaa8e41d149d0888ce9abfca71c67db)
                q := shr(112, add(mul(q, y), 0x16174bd218672d2a66112fb78d7a11494e24fdcf2a0000))
                q := add(mul(q, y), 0x1a9ad677bf9509d1be87eb4a519c2021)
                q := add(mul(q, y), 0xe4f80b6d04764fbfc01e75128030acd8ad949b8719800)
                nd1 := div(mul(density, p), q)
            }
            if sgt(d1, 0) { nd1 := sub(ONE, nd1) }
        }
    }

    /// @notice N(d) Q56 within 1.5e-7, at a third of the gas: 1 − ½(1 + c₁y + … + c₆y⁶)^−16, Abramowitz and Stegun (1964) 26.2.19.
    /// @param d Q56
    function roughNormal(int256 d) internal pure returns (uint256 n) {
        assembly ("memory-safe") {
            let y := xor(d, sar(255, d))
            // beyond 16 the tail is zero at this scale
            if gt(y, 0x1000000000000000) { y := 0x1000000000000000 }
            let t := add(0x3343f87305f, shr(56, mul(y, 0x5a4fcf17a2)))
            t := add(0x27d983818ec, shr(56, mul(y, t)))
            t := add(0xd6cd71c45abc, shr(56, mul(y, t)))
            t := add(0x5697f39cdd556, shr(56, mul(y, t)))
            t := add(0xcc41b4080d734, shr(56, mul(y, t)))
            t := add(ONE, shr(56, mul(y, t)))
            t := shr(56, mul(t, t))
            t := shr(56, mul(t, t))
            t := shr(56, mul(t, t))
            t := shr(56, mul(t, t))
            n := div(shl(111, 1), t)
            if sgt(d, 0) { n := sub(ONE, n) }
        }
    }
}
