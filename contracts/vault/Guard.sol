// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCastLib} from "solady/src/utils/SafeCastLib.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";
import {Greeks} from "../interfaces/IRiskEngine.sol";
import {Boundaries, EmergencyRoute, GasRefund, Limits} from "../interfaces/IVault.sol";
import {Bucket} from "./LeakyBucket.sol";
import {Portfolio} from "./Portfolio.sol";

/// @title The rules every trade of the vault has to pass
/// @notice Greeks inside their limits or no further out, cost and turnover inside their budgets, prices inside their bands,
/// cash and margin above their floors. The theorem these add up to is in docs/security.md.
abstract contract Guard is Portfolio {
    using FixedPointMathLib for uint256;
    using FixedPointMathLib for int256;
    using SafeCastLib for uint256;

    uint128 private constant BOUNDARY_UNIT = 1e9;
    uint256 private constant MAX_BOUNDARY = uint256(uint64(type(int64).max)) * BOUNDARY_UNIT;

    struct PackedBoundaries {
        uint64 delta;
        uint64 gamma;
        uint64 vega;
        int64 targetDelta;
    }

    Limits internal _limits;
    Bucket internal _budget;
    Bucket internal _deltaTurnover;
    Bucket internal _vegaTurnover;
    /// In 1e-9, which puts the four of an underlying into one word.
    mapping(address underlying => PackedBoundaries) private _packedBoundaries;
    uint64 internal _lastRebalance;
    uint64 internal _lastEmergency;
    bool internal _paused;
    /// Set once the vault is wound down and pays in kind.
    bool internal _closed;
    bool internal _refundsGas;
    uint64 internal _windDownAt;
    /// Parts in kind whose transfer failed.
    mapping(address owner => mapping(address asset => uint256)) internal _unpaid;
    GasRefund internal _gasRefund;
    mapping(address underlying => EmergencyRoute) internal _emergencyRoutes;
    /// The quote being filled; the vault's signature is good for nothing else.
    bytes32 internal transient _filling;

    /// One underlying between the two measurements of a rebalance, whose option legs do not change.
    struct Side {
        address asset;
        uint256 priceWad;
        int256 ledgerWad;
        int256 accountsWad;
        Greeks greeks;
        /// Of the options, with every vol at 0.7 and at 1.4 times the posted one.
        int256 calmDelta;
        int256 wildDelta;
        uint256 oldestPost;
        /// Bought plus sold.
        uint256 swappedWad;
        /// Moved, and within its delta boundary afterwards.
        bool isTended;
    }

    // ── Parameters ───────────────────────────────────────────────────────────

    function _setLimits(Limits memory new_) internal {
        _requireRange("window", new_.window, 1 hours, 30 days);
        _requireRange("cooldown", new_.cooldown, 0, 1 days);
        _requireRange("maxSurfaceAge", new_.maxSurfaceAge, 1 minutes, 7 days);
        _requireRange("oracleBandWad", new_.oracleBandWad, 0.0005e18, 0.1e18);
        _requireRange("volBandWad", new_.volBandWad, 0.001e18, 0.5e18);
        _requireRange("healthFloorWad", new_.healthFloorWad, 1.05e18, 10e18);
        _requireRange("maxBorrowRateWad", new_.maxBorrowRateWad, 0, 5e18);
        _requireRange("minLegSize", new_.minLegSize, 1, 1e9);
        _limits = new_;
        emit LimitsSet(new_);
    }

    function _setBoundaries(address underlying, Boundaries memory new_) internal {
        // Any rounding at all would be outside a limit of zero.
        _requireRange("delta", new_.delta, 1e9, MAX_BOUNDARY);
        _requireRange("gamma", new_.gamma, 0, MAX_BOUNDARY);
        _requireRange("vega", new_.vega, 0, MAX_BOUNDARY);
        _requireRange("targetDelta", int256(new_.targetDelta).abs(), 0, MAX_BOUNDARY);
        _packedBoundaries[underlying] = PackedBoundaries(
            uint64(new_.delta / BOUNDARY_UNIT),
            uint64(new_.gamma / BOUNDARY_UNIT),
            uint64(new_.vega / BOUNDARY_UNIT),
            int64(new_.targetDelta / int128(BOUNDARY_UNIT))
        );
        emit BoundariesSet(underlying, _boundaries(underlying));
    }

    function _boundaries(address underlying) internal view returns (Boundaries memory) {
        PackedBoundaries memory stored = _packedBoundaries[underlying];
        return Boundaries(
            stored.delta * BOUNDARY_UNIT,
            stored.gamma * BOUNDARY_UNIT,
            stored.vega * BOUNDARY_UNIT,
            stored.targetDelta * int128(BOUNDARY_UNIT)
        );
    }

    function _requireRange(string memory name, uint256 value, uint256 least, uint256 most) internal pure {
        if (value < least || value > most) revert ParameterOutOfRange(name, value);
    }

    // ── Greeks ───────────────────────────────────────────────────────────────

    /// @dev Each Greek inside its limit or no further out than before; if any was outside, at least one improves.
    /// `delta` of both arguments is the distance from the target.
    function _requireSafer(address underlying, Boundaries memory limit, Greeks memory before_, Greeks memory after_) internal pure {
        (bool deltaOut, bool deltaBetter) = _judge(underlying, "delta", before_.delta, after_.delta, limit.delta);
        (bool gammaOut, bool gammaBetter) = _judge(underlying, "gamma", before_.gamma, after_.gamma, limit.gamma);
        (bool vegaOut, bool vegaBetter) = _judge(underlying, "vega", before_.vega, after_.vega, limit.vega);
        bool wasOutside = deltaOut || gammaOut || vegaOut;
        if (wasOutside && !(deltaBetter || gammaBetter || vegaBetter)) revert NothingImproved(underlying);
    }

    function _judge(address underlying, string memory greek, int256 before_, int256 after_, uint256 limit)
        private
        pure
        returns (bool wasOutside, bool improved)
    {
        uint256 far = after_.abs();
        if (far > limit && far > before_.abs()) revert GreekWorsened(underlying, greek, before_, after_, limit);
        return (before_.abs() > limit, far < before_.abs());
    }

    /// @dev The rule for one underlying whose holding a hedge moved. A trade that improves at 0.7, 1 and 1.4 times the posted vol needs
    /// no more than `price()`; any other, and any that buys and sells the same, needs the strict gate and a vault neither paused nor winding
    /// down. Moves to and from accounts are free of both.
    /// @return improved whether it was such a trade
    function _requireSaferSide(Side memory side, int256 moved) internal returns (bool improved) {
        uint256 far = moved.abs();
        if (side.swappedWad == 0 && far <= _amountWad(side.asset, DUST_UNITS)) return false;
        bool washes = side.swappedWad > far && side.swappedWad - far > _amountWad(side.asset, DUST_UNITS);
        Boundaries memory limit = _boundaries(side.asset);
        int256 spot = side.ledgerWad + side.accountsWad - limit.targetDelta;
        int256 hedgeError = spot + side.greeks.delta;
        improved = !washes && _improves(hedgeError, moved) && _improvesUnderOtherVols(side, spot, moved);
        // Spot has no gamma and no vega: what improves delta is safer, whatever the limits.
        if (!improved) _requireAdmitted(side, limit, hedgeError, moved);
        side.isTended = (hedgeError + moved).abs() <= limit.delta;
        emit HedgeErrorMoved(side.asset, hedgeError, hedgeError + moved);
    }

    function _requireAdmitted(Side memory side, Boundaries memory limit, int256 hedgeError, int256 moved) private view {
        if (_paused) revert VaultPaused();
        _requireRunning();
        _strictPrice(side.asset);
        _requireFresh(side.asset, side.oldestPost);
        (int256 gamma, int256 vega) = (side.greeks.gamma, side.greeks.vega);
        Greeks memory after_ = Greeks(0, hedgeError + moved, gamma, vega);
        _requireSafer(side.asset, limit, Greeks(0, hedgeError, gamma, vega), after_);
    }

    function _improvesUnderOtherVols(Side memory side, int256 spot, int256 moved) private pure returns (bool) {
        return _improves(spot + side.calmDelta, moved) && _improves(spot + side.wildDelta, moved);
    }

    function _improves(int256 hedgeError, int256 moved) private pure returns (bool) {
        return (hedgeError + moved).abs() < hedgeError.abs();
    }

    // ── Gates ────────────────────────────────────────────────────────────────

    function _strictPrice(address underlying) internal view returns (uint256 priceWad) {
        (priceWad,) = oracle.strictPrice(underlying);
    }

    function _requireFresh(address underlying, uint256 postedAt) internal view {
        uint256 maxAge = _limits.maxSurfaceAge;
        if (postedAt < block.timestamp && block.timestamp - postedAt > maxAge) revert SurfaceStale(underlying, postedAt, maxAge);
    }

    function _measureFresh(address underlying, uint256 priceWad) internal view returns (Greeks memory greeks, uint256 postedAt) {
        (greeks, postedAt) = _measureLegs(underlying, priceWad, WAD);
        _requireFresh(underlying, postedAt);
    }

    function _requireRunning() internal view {
        if (_windDownAt != 0) revert WindingDown();
    }

    function _requireNotClosed() internal view {
        if (_closed) revert VaultClosed();
    }

    function _coolDown() internal {
        uint256 until = uint256(_lastRebalance) + _limits.cooldown;
        if (block.timestamp < until) revert CooldownActive(until);
        _lastRebalance = uint64(block.timestamp);
    }

    // ── Budgets ──────────────────────────────────────────────────────────────

    /// @param keptWad what a loss must leave for others
    function _spendBudget(int256 equityChangeWad, uint256 keptWad) internal {
        if (equityChangeWad >= 0) return;
        uint256 loss = equityChangeWad.abs();
        (uint256 budget, uint256 window) = (_limits.budgetWad, _limits.window);
        (bool fits, Bucket spent) = _budget.spend(loss, keptWad, budget, window);
        if (!fits) revert BudgetExceeded(loss, _budget.left(budget, window).zeroFloorSub(keptWad));
        _budget = spent;
    }

    /// @param keptWad what the trade must leave for others
    function _spentTurnover(Bucket bucket, uint256 tradedWad, uint256 keptWad, uint256 budgetWad) internal view returns (Bucket) {
        uint256 window = _limits.window;
        (bool fits, Bucket spent) = bucket.spend(tradedWad, keptWad, budgetWad, window);
        if (!fits) revert TurnoverExceeded(tradedWad, bucket.left(budgetWad, window).zeroFloorSub(keptWad));
        return spent;
    }

    // ── Prices ───────────────────────────────────────────────────────────────

    /// @dev Worst price a swap may have or ask for.
    function _worstPrice(uint256 priceWad, bool buys) internal view returns (uint256) {
        uint256 band = priceWad.mulWad(_limits.oracleBandWad);
        return buys ? priceWad + band : priceWad - band;
    }

    function _requireInBand(uint256 priceWad, uint256 worstWad, bool buys) internal pure {
        if (buys ? priceWad > worstWad : priceWad < worstWad) revert PriceOutsideBand(priceWad, worstWad);
    }

    /// @dev A premium no worse than mark ± (|delta|·S·oracle band + |vega|·vol band); `leg` carries the whole size, signed.
    function _requirePremium(uint256 premiumWad, Greeks memory leg, uint256 priceWad, bool buys) internal view {
        uint256 band = leg.delta.abs().mulWad(priceWad).mulWad(_limits.oracleBandWad);
        band += leg.vega.abs().mulWad(_limits.volBandWad);
        uint256 mark = leg.value.abs();
        _requireInBand(premiumWad, buys ? mark + band : mark.zeroFloorSub(band), buys);
    }

    // ── Margin ───────────────────────────────────────────────────────────────

    function _requireMinCash(uint256 before_) internal view {
        uint256 floor = _limits.minCash;
        uint256 cash = _assets[address(quoteAsset)].cash;
        if (cash < floor && cash < before_) revert CashTooLow(cash, floor);
    }

    function _healths() internal view returns (uint256[] memory healths) {
        healths = new uint256[](_accounts.length);
        for (uint256 i; i < healths.length; ++i) {
            healths[i] = IHedgeVenue(_accounts[i]).health();
        }
    }

    /// @dev Every account at or above its floor, or no worse than before: one that is below and was not touched blocks nothing.
    function _requireHealth(uint256[] memory before_) internal view {
        uint256 floor = _limits.healthFloorWad;
        for (uint256 i; i < before_.length; ++i) {
            uint256 health = IHedgeVenue(_accounts[i]).health();
            if (health < floor && health < before_[i]) revert HealthTooLow(health, floor);
        }
    }
}
