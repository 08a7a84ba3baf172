// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IOptionMarket} from "./interfaces/IOptionMarket.sol";
import {Greeks, IRiskEngine, Leg} from "./interfaces/IRiskEngine.sol";
import {IVolSurface} from "./interfaces/IVolSurface.sol";
import {SeriesId} from "./interfaces/SeriesId.sol";
import {OptionMath} from "./libraries/OptionMath.sol";
import {PackedSlice} from "./libraries/PackedSlice.sol";

/// @title Values a book of options in one pass
/// @notice Layout of a Leg, from the low end: put flag (1 bit) | expiry (39) | strike (56, 1e-6 quote) — the low 96 bits of the SeriesId —
/// | size (int48, 1e-6 options) | ln K (int112, scaled by 2^64).
/// @dev Work is grouped by consecutive legs of one expiry: slice, forward and time are read once per run, so keep books sorted by expiry.
/// Within a run only fractions of the forward are summed; the constants common to the run multiply the sums once.
/// A sum too large for a word reverts; nothing wraps.
contract RiskEngine is IRiskEngine {
    uint256 private constant WAD = 1e18;
    uint256 private constant YEAR = 365 days;
    uint256 private constant EXPIRY_MASK = ((1 << 39) - 1) << 1;
    uint256 private constant STRIKE_MASK = ((1 << 56) - 1) << 156;
    int256 private constant SIZE_LIMIT = 1 << 47;
    /// @dev Option sizes count 1e-6, OptionMath's fractions 2^-56.
    int256 private constant SUM_UNIT = 1e6 << 56;

    /// @inheritdoc IRiskEngine
    IVolSurface public immutable surface;
    IOptionMarket public immutable market;

    constructor(IVolSurface surface_, IOptionMarket market_) {
        surface = surface_;
        market = market_;
    }

    /// @inheritdoc IRiskEngine
    function measure(address underlying, uint256 spotWad, uint256 volScaleWad, Leg[] calldata legs)
        external
        view
        returns (Greeks memory greeks, uint256 oldestPost)
    {
        oldestPost = type(uint256).max;
        int256 lnSpot = FixedPointMathLib.lnWad(int256(spotWad));
        uint256 i;
        while (i < legs.length) {
            uint256 expiry = uint40(Leg.unwrap(legs[i])) >> 1;
            if (expiry <= block.timestamp) {
                int256 value;
                int256 delta;
                (value, delta, i) = _payoff(underlying, expiry, spotWad, legs, i);
                (greeks.value, greeks.delta) = (greeks.value + value, greeks.delta + delta);
            } else {
                (OptionMath.Expiry memory shared, uint256 postedAt) = _expiry(underlying, spotWad, lnSpot, volScaleWad, expiry);
                oldestPost = FixedPointMathLib.min(oldestPost, postedAt);
                i = _add(greeks, shared, spotWad, legs, i);
            }
        }
    }

    /// @inheritdoc IRiskEngine
    function exposures(address underlying, uint256 spotWad, Leg[] calldata legs)
        external
        view
        returns (Greeks memory greeks, int256 calmDelta, int256 wildDelta, uint256 oldestPost)
    {
        oldestPost = type(uint256).max;
        int256 lnSpot = FixedPointMathLib.lnWad(int256(spotWad));
        uint256 i;
        while (i < legs.length) {
            uint256 expiry = uint40(Leg.unwrap(legs[i])) >> 1;
            if (expiry <= block.timestamp) {
                int256 delta;
                (, delta, i) = _payoff(underlying, expiry, spotWad, legs, i);
                (greeks.delta, calmDelta, wildDelta) = (greeks.delta + delta, calmDelta + delta, wildDelta + delta);
                continue;
            }
            (OptionMath.Expiry memory shared, uint256 postedAt) = _expiry(underlying, spotWad, lnSpot, WAD, expiry);
            oldestPost = FixedPointMathLib.min(oldestPost, postedAt);
            int256 low;
            int256 high;
            (low, high, i) = _addExposures(greeks, shared, spotWad, legs, i);
            (calmDelta, wildDelta) = (calmDelta + low, wildDelta + high);
        }
    }

    /// @inheritdoc IRiskEngine
    function leg(SeriesId series, int256 size) external pure returns (Leg) {
        if (size <= -SIZE_LIMIT || size >= SIZE_LIMIT) revert LegSizeOutOfRange(size);
        int256 lnStrike = (FixedPointMathLib.lnWad(int256(series.strike() * 1e12)) << 64) / 1e18;
        return Leg.wrap((uint256(lnStrike) << 144) | (uint256(uint48(int48(size))) << 96) | uint96(SeriesId.unwrap(series)));
    }

    /// @inheritdoc IRiskEngine
    function decode(address underlying, Leg leg_) external pure returns (SeriesId series, int256 size) {
        uint256 word = Leg.unwrap(leg_);
        return (SeriesId.wrap((uint256(uint160(underlying)) << 96) | uint96(word)), int48(uint48(word >> 96)));
    }

    function _expiry(address underlying, uint256 spotWad, int256 lnSpot, uint256 volScaleWad, uint256 expiresAt)
        private
        view
        returns (OptionMath.Expiry memory shared, uint256 postedAt)
    {
        uint256 word = surface.packedSlice(underlying, expiresAt);
        if (word == 0) revert IVolSurface.SliceMissing(underlying, expiresAt);
        PackedSlice slice = PackedSlice.wrap(word);
        return (_prepare(slice, spotWad, lnSpot, volScaleWad, expiresAt), slice.postedAt());
    }

    function _prepare(PackedSlice slice, uint256 spotWad, int256 lnSpot, uint256 volScaleWad, uint256 expiresAt)
        private
        view
        returns (OptionMath.Expiry memory expiry)
    {
        uint256 secondsLeft = expiresAt - block.timestamp;
        int256 growth;
        // The fields of a slice have 32 to 48 bits, and a time 40: nothing in here comes near a word.
        unchecked {
            int256 carryTime = slice.carry() * int256(secondsLeft) * 1e9 / int256(YEAR);
            expiry.lnForward = ((lnSpot + carryTime) << 64) / 1e18;
            expiry.centre = expiry.lnForward + ((slice.m() << 64) / 1e9);
            growth = FixedPointMathLib.expWad(carryTime);
            int256 width = (slice.sigma() << 64) / 1e9;
            expiry.widthSquared = uint256(width * width);
        }
        expiry.growth = growth;
        expiry.forward = spotWad * uint256(growth);
        expiry.forwardQ100 = expiry.forward * (1 << 100) / 1e30;
        expiry.forwardRootTime =
            int256(expiry.forward / 1e9 * FixedPointMathLib.sqrt(secondsLeft * 1e36 / YEAR) / 1e18);

        // T times the square of the vol scale Q96.
        int256 time = int256((volScaleWad * volScaleWad * secondsLeft * (1 << 96)) / (1e36 * YEAR));
        int256 wing = slice.b() * time;
        expiry.level = ((slice.a() * time) << 48) / 1e12;
        expiry.tilt = (wing * slice.rho()) / (1e18 << 16);
        expiry.halfWing = wing / (1e9 << 17);
    }

    /// @dev Adds the value and Greeks of the run of live legs that starts at `first`; returns where it ends.
    function _add(Greeks memory greeks, OptionMath.Expiry memory expiry, uint256 spotWad, Leg[] calldata legs, uint256 first)
        private
        pure
        returns (uint256 end)
    {
        int256 price;
        int256 deltaAndDensity;
        int256 peak;
        uint256 start;
        assembly ("memory-safe") {
            start := legs.offset
        }
        (price, deltaAndDensity, peak, end) = _sum(expiry, start + 32 * first, start + 32 * legs.length);
        end = (end - start) / 32;
        int256 density = int128(deltaAndDensity);
        int256 delta = (deltaAndDensity - density) >> 128;
        greeks.value += price * int256(expiry.forward) / (SUM_UNIT * 1e18);
        greeks.delta += delta * expiry.growth / SUM_UNIT;
        greeks.gamma += peak * expiry.growth / SUM_UNIT * 1e18 / int256(spotWad);
        greeks.vega += density * expiry.forwardRootTime / (SUM_UNIT * 1e9);
    }

    /// @dev The hot loop. |size| < 2^47 and fractions of at most 2^56 leave room for 2^24 legs in a lane of 128 bits.
    /// Leaving by `return` from inside the loop keeps the compiler from inlining it, which would spill the loop's variables.
    function _sum(OptionMath.Expiry memory expiry, uint256 cursor, uint256 end)
        private
        pure
        returns (int256 price, int256 deltaAndDensity, int256 peak, uint256 next)
    {
        unchecked {
            while (true) {
                uint256 word = _word(cursor);
                uint256 s = OptionMath.totalVol(expiry, int256(word) >> 144);
                // K Q156 / F Q100: the strike is taken to its place by one shift.
                uint256 strikeRatio = _div((word << 116) & STRIKE_MASK, expiry.forwardQ100);
                (uint256 p, uint256 delta, uint256 n) =
                    OptionMath.black76(expiry.lnForward - (int256(word) >> 144), s, strikeRatio, word & 1);
                int256 size = int48(int256(word >> 96));
                price += size * int256(p);
                deltaAndDensity += size * int256((delta << 128) + (n >> 56));
                peak += size * int256(_div(n << 16, s));
                cursor += 32;
                if (cursor == end) return (price, deltaAndDensity, peak, cursor);
                if ((_word(cursor) ^ word) & EXPIRY_MASK != 0) return (price, deltaAndDensity, peak, cursor);
            }
        }
    }

    /// @dev Adds the Greeks of the run of live legs that starts at `first`; returns its deltas at the two other vols and where it ends.
    function _addExposures(
        Greeks memory greeks,
        OptionMath.Expiry memory expiry,
        uint256 spotWad,
        Leg[] calldata legs,
        uint256 first
    ) private pure returns (int256 low, int256 high, uint256 end) {
        uint256 start;
        assembly ("memory-safe") {
            start := legs.offset
        }
        int256 deltaAndDensity;
        int256 peak;
        int256 lowAndHigh;
        (deltaAndDensity, peak, lowAndHigh, end) =
            _sumExposures(expiry, start + 32 * first, start + 32 * legs.length);
        end = (end - start) / 32;
        int256 growth = expiry.growth;
        int256 density = int128(deltaAndDensity);
        greeks.delta += ((deltaAndDensity - density) >> 128) * growth / SUM_UNIT;
        greeks.gamma += peak * growth / SUM_UNIT * 1e18 / int256(spotWad);
        greeks.vega += density * expiry.forwardRootTime / (SUM_UNIT * 1e9);
        high = int128(lowAndHigh);
        low = ((lowAndHigh - high) >> 128) * growth / SUM_UNIT;
        high = high * growth / SUM_UNIT;
    }

    /// @dev Sums a run of live legs; two sums share a word as in `_sum`. Total vol is proportional to every vol, so with them
    /// all multiplied by v d1 is (x/s)/v + v·s/2; v = 7/10 and 7/5 here.
    function _sumExposures(OptionMath.Expiry memory expiry, uint256 cursor, uint256 end)
        private
        pure
        returns (int256 deltaAndDensity, int256 peak, int256 lowAndHigh, uint256 next)
    {
        unchecked {
            while (true) {
                uint256 word = _word(cursor);
                uint256 s = OptionMath.totalVol(expiry, int256(word) >> 144);
                int256 distance = ((expiry.lnForward - (int256(word) >> 144)) << 64) / int256(s);
                int256 size = int48(int256(word >> 96));
                {
                    (uint256 nd1, uint256 n) = OptionMath.deltaAndDensity(distance + int256(s >> 17));
                    if (word & 1 != 0) nd1 -= OptionMath.ONE;
                    deltaAndDensity += size * int256((nd1 << 128) + (n >> 56));
                    peak += size * int256(_div(n << 16, s));
                }
                uint256 low = OptionMath.roughNormal(distance * 10 / 7 + int256(s >> 17) * 7 / 10);
                uint256 high = OptionMath.roughNormal(distance * 5 / 7 + int256(s >> 17) * 7 / 5);
                if (word & 1 != 0) (low, high) = (low - OptionMath.ONE, high - OptionMath.ONE);
                lowAndHigh += size * int256((low << 128) + high);
                cursor += 32;
                if (cursor == end) return (deltaAndDensity, peak, lowAndHigh, cursor);
                if ((_word(cursor) ^ word) & EXPIRY_MASK != 0) return (deltaAndDensity, peak, lowAndHigh, cursor);
            }
        }
    }

    /// @dev Value and delta of the run of expired legs that starts at `first`, and where it ends. Puts pay quote; calls pay units of the
    /// underlying, (P − K)/P each at the settlement price P, or at spot until there is one, and those are worth what spot makes them.
    /// The run's payoffs are summed first and divided once: no leg rounds by itself, and at P = spot nothing is lost.
    function _payoff(address underlying, uint256 expiry, uint256 spotWad, Leg[] calldata legs, uint256 first)
        private
        view
        returns (int256 value, int256 delta, uint256 end)
    {
        uint256 settled = market.settlementPrice(underlying, expiry);
        uint256 priceWad = settled == 0 ? spotWad : settled;
        int256 calls;
        for (end = first; end < legs.length; ++end) {
            uint256 word = Leg.unwrap(legs[end]);
            if (uint40(word) >> 1 != expiry) break;
            uint256 strikeWad = uint256(uint56(word >> 40)) * 1e12;
            int256 size = int48(uint48(word >> 96));
            if (word & 1 == 1) value += size * int256(FixedPointMathLib.zeroFloorSub(strikeWad, priceWad));
            else calls += size * int256(FixedPointMathLib.zeroFloorSub(priceWad, strikeWad));
        }
        value = (value + calls * int256(spotWad) / int256(priceWad)) / 1e6;
        delta = calls * 1e12 / int256(priceWad);
    }

    /// @dev The leg at a calldata offset.
    function _word(uint256 cursor) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := calldataload(cursor)
        }
    }

    /// @dev x / y, where the caller knows that y is not zero.
    function _div(uint256 x, uint256 y) private pure returns (uint256 z) {
        assembly ("memory-safe") {
            z := div(x, y)
        }
    }
}
