// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";
import {IOptionMarket} from "../interfaces/IOptionMarket.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {Action, EmergencyRoute, VenueKind} from "../interfaces/IVault.sol";
import {Hedging} from "./Hedging.sol";
import {Portfolio} from "./Portfolio.sol";

/// @title How anyone hedges a vault whose keeper is silent
/// @notice Code the vault runs on its own state, as OptionBook. The caller chooses the underlying and the moment, nothing else: whether to
/// trade, how much, where and at which limit follow from the oracle, the surface and the admin's route. All that a rebalance has to
/// keep holds here too, but nothing asks for the strict gate: a trade that would need it is not made.
contract EmergencyHedge is Hedging {
    using FixedPointMathLib for uint256;
    using FixedPointMathLib for int256;

    /// @dev A hedge that did less than this part of what was wanted is not paid for: dust is nobody's living.
    uint256 private constant LEAST_PART = 8;

    /// What one hedge knows; amounts in units of the underlying.
    struct Emergency {
        EmergencyRoute route;
        Side side;
        uint256 unit;
        /// |delta − target| by which all three vols agree it is off; `isLong` says to which side.
        uint256 off;
        bool isLong;
        /// Beyond the limit with a silent keeper.
        bool isNeglected;
        /// Of the route's account, before; type(uint256).max without debt.
        uint256 health;
        /// Debt that brings the account's health to its floor when repaid.
        uint256 repay;
    }

    constructor(address authority, IERC20 quote, IOptionMarket market_, IRiskEngine engine, IPriceOracle oracle_)
        Portfolio(authority, quote, market_, engine, oracle_)
    {}

    /// @notice IVault.emergencyHedge.
    function emergencyHedge(address underlying) external nonReentrant returns (int256 movedWad) {
        uint256 gasBefore = gasleft();
        _requireNotClosed();
        Side[] memory sides = new Side[](2);
        Emergency memory state = _open(underlying, sides);
        (bool buys, uint256 wanted) = _wanted(state);
        uint256 cashBefore = _assets[address(quoteAsset)].cash;

        uint256 amount = wanted.min(_withinBudgets(state));
        if (amount != 0) amount = buys ? _buy(state, amount) : _sell(state, amount);
        sides[1].swappedWad = amount * state.unit;
        if (state.repay != 0) _restoreHealth(state);

        (int256 equityChange, bool improved) = _closeSides(sides, true);
        if (amount != 0 && !improved) revert NothingImproved(underlying);
        uint256 traded = _amountWad(underlying, amount).mulWad(sides[1].priceWad);
        _deltaTurnover = _spentTurnover(_deltaTurnover, traded, 0, _limits.deltaTurnoverWad);
        _spendBudget(equityChange, 0);
        _requireMinCash(cashBefore);
        bool healthier = _requireHealthier(state, amount != 0);

        movedWad = _signed(buys, amount * state.unit);
        emit EmergencyHedged(msg.sender, underlying, _signed(buys, wanted * state.unit), movedWad, equityChange);
        if (healthier || amount * LEAST_PART >= wanted) _refundGas(gasBefore);
    }

    // ── Whether and how much ─────────────────────────────────────────────────

    function _open(address underlying, Side[] memory sides) private returns (Emergency memory state) {
        state.route = _emergencyRoutes[underlying];
        if (state.route.silence == 0) revert EmergencyRouteMissing(underlying);
        uint256 until = uint256(_lastEmergency) + _limits.cooldown;
        if (block.timestamp < until) revert CooldownActive(until);
        _lastEmergency = uint64(block.timestamp);
        if (_venues[state.route.account] != VenueKind.Account) state.route.account = address(0);

        (sides[0], sides[1]) = (_openQuote(true), _openSide(underlying));
        (state.side, state.unit) = (sides[1], _amountWad(underlying, 1));
        _measureDebt(state);
        int256 posted = _measureError(state);
        uint256 notBefore = uint256(_assets[underlying].tendedAt) + state.route.silence;
        state.isNeglected = block.timestamp >= notBefore && posted.abs() > state.route.deltaLimit;
        if (!state.isNeglected && state.repay == 0) revert NoEmergency(underlying, posted, state.route.deltaLimit, notBefore);
    }

    /// @dev Vols that disagree about the side leave nothing to trade: whichever is right, no size improves under all of them.
    function _measureError(Emergency memory state) private view returns (int256 posted) {
        Side memory side = state.side;
        int256 spot = side.ledgerWad + side.accountsWad - _boundaries(side.asset).targetDelta;
        posted = spot + side.greeks.delta;
        (int256 calm, int256 wild) = (spot + side.calmDelta, spot + side.wildDelta);
        state.isLong = posted > 0;
        if ((posted ^ calm) >= 0 && (posted ^ wild) >= 0) state.off = posted.abs().min(calm.abs()).min(wild.abs()) / state.unit;
    }

    /// @dev Health = weighted collateral / debt, so a debt smaller by the part 1 − health/floor has the floor's health.
    function _measureDebt(Emergency memory state) private view {
        state.health = type(uint256).max;
        if (state.route.account == address(0)) return;
        state.health = IHedgeVenue(state.route.account).health();
        uint256 floor = _limits.healthFloorWad;
        // At least one unit: the account may owe other assets and want collateral only.
        if (state.health < floor) state.repay = 1 + _debt(state, state.side.asset).fullMulDivUp(floor - state.health, floor);
    }

    /// @dev Back to the target when neglected; else only what an unhealthy account has to buy back, as far as delta is short as well.
    function _wanted(Emergency memory state) private view returns (bool buys, uint256 wanted) {
        buys = !state.isLong;
        if (state.isNeglected) wanted = state.off;
        if (buys && state.repay != 0) {
            uint256 short = state.repay.min(_debt(state, state.side.asset)).zeroFloorSub(_assets[state.side.asset].cash);
            wanted = wanted.max(short.min(state.off));
        }
    }

    /// @dev What turnover and budget let through, when every unit costs the whole band.
    function _withinBudgets(Emergency memory state) private view returns (uint256) {
        uint256 window = _limits.window;
        uint256 turnover = _deltaTurnover.left(_limits.deltaTurnoverWad, window);
        // Both legs of a swap round by a unit of quote.
        uint256 rounding = 2 * _amountWad(address(quoteAsset), 1);
        uint256 budget = _budget.left(_limits.budgetWad, window).zeroFloorSub(rounding);
        return turnover.min(budget.divWad(_limits.oracleBandWad)).divWad(state.side.priceWad) / state.unit;
    }

    // ── Trades ───────────────────────────────────────────────────────────────

    /// @dev What it holds first; the rest is withdrawn or borrowed.
    function _sell(Emergency memory state, uint256 amount) private returns (uint256) {
        uint256 cash = _assets[state.side.asset].cash;
        if (amount > cash && state.route.account != address(0) && state.repay == 0) _draw(state, amount - cash);
        amount = amount.min(_assets[state.side.asset].cash);
        return _swapAlong(state, amount, false);
    }

    /// @dev With what it bought it repays what the account owes.
    function _buy(Emergency memory state, uint256 amount) private returns (uint256 bought) {
        uint256 worst = _worstPrice(state.side.priceWad, true);
        uint256 affordable = _amountWad(address(quoteAsset), _spareQuote()).divWad(worst) / state.unit;
        bought = _swapAlong(state, amount.min(affordable), true);
        _repay(state, bought);
    }

    /// @return traded over all swaps of the route; one that cannot fill anything is passed over
    function _swapAlong(Emergency memory state, uint256 amount, bool buys) private returns (uint256 traded) {
        uint256 limit = _worstPrice(state.side.priceWad, buys);
        for (uint256 i; i < state.route.swaps.length && traded < amount; ++i) {
            address venue = state.route.swaps[i].venue;
            if (_venues[venue] != VenueKind.Swap) continue;
            int256 quantity = _signed(buys, amount - traded);
            traded += _swap(Action(venue, state.side.asset, quantity, limit, state.route.swaps[i].data), state.side.priceWad, true);
        }
    }

    /// @dev Takes units out of the account: its supply, then a loan on fresh collateral. What cannot be had is left.
    function _draw(Emergency memory state, uint256 amount) private {
        address asset = state.side.asset;
        int256 held = IHedgeVenue(state.route.account).exposure(asset);
        uint256 supplied = held > 0 ? amount.min(uint256(held)) : 0;
        uint256 loan = amount - supplied;
        uint256 collateral = _quoteUnitsUp(asset, loan, state.side.priceWad.mulWadUp(state.route.collateralWad));
        uint256 spare = _spareQuote();
        if (collateral > spare) (loan, collateral) = (loan.fullMulDiv(spare, collateral), spare);
        amount = supplied + loan;
        if (amount == 0) return;
        if (collateral != 0) _toAccount(state, address(quoteAsset), -int256(collateral));
        bool lent = _toAccount(state, asset, int256(amount));
        if (!lent && collateral != 0) _toAccount(state, address(quoteAsset), int256(collateral));
    }

    /// @dev Repays from cash, then adds collateral: neither trades anything.
    function _restoreHealth(Emergency memory state) private {
        _repay(state, state.repay);
        (uint256 health, uint256 floor) = (IHedgeVenue(state.route.account).health(), _limits.healthFloorWad);
        if (health >= floor) return;
        address quote = address(quoteAsset);
        uint256 owed = _quoteUnitsUp(state.side.asset, _debt(state, state.side.asset), state.side.priceWad) + _debt(state, quote);
        uint256 collateral = owed.fullMulDivUp(floor - health, WAD).mulWadUp(state.route.collateralWad).min(_spareQuote());
        if (collateral != 0) _toAccount(state, quote, -int256(collateral));
    }

    function _repay(Emergency memory state, uint256 most) private {
        if (state.route.account == address(0)) return;
        uint256 amount = most.min(_debt(state, state.side.asset)).min(_assets[state.side.asset].cash);
        if (amount != 0) _toAccount(state, state.side.asset, -int256(amount));
    }

    function _toAccount(Emergency memory state, address asset, int256 quantity) private returns (bool) {
        return _moveAccount(Action(state.route.account, asset, quantity, _limits.maxBorrowRateWad, ""), true);
    }

    function _debt(Emergency memory state, address asset) private view returns (uint256) {
        int256 held = IHedgeVenue(state.route.account).exposure(asset);
        return held < 0 ? held.abs() : 0;
    }

    // ── After ────────────────────────────────────────────────────────────────

    /// @dev The account at or above its floor or no worse than before, and better when nothing else has improved.
    function _requireHealthier(Emergency memory state, bool traded) private view returns (bool healthier) {
        if (state.route.account != address(0)) {
            uint256 floor = _limits.healthFloorWad;
            uint256 health = IHedgeVenue(state.route.account).health();
            if (health < floor && health < state.health) revert HealthTooLow(health, floor);
            healthier = state.repay != 0 && health > state.health;
        }
        if (!healthier && !traded) revert NothingImproved(state.side.asset);
    }

    function _signed(bool positive, uint256 amount) private pure returns (int256) {
        return positive ? int256(amount) : -int256(amount);
    }
}
