// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";
import {Leg} from "../interfaces/IRiskEngine.sol";
import {Action} from "../interfaces/IVault.sol";
import {Guard} from "./Guard.sol";

/// @title One hedge: the two measurements, the venue calls between them, and what its caller is paid for the gas
abstract contract Hedging is Guard {
    using SafeERC20 for IERC20;
    using FixedPointMathLib for uint256;
    using FixedPointMathLib for int256;

    /// @dev What a transaction costs before its first instruction; its calldata and the payment itself are the caller's.
    uint256 private constant BASE_GAS = 21_000;

    // ── Measurements ─────────────────────────────────────────────────────────

    /// @dev Only a hedge that moves them can change what the accounts hold in quote.
    function _openQuote(bool movesAccount) internal view returns (Side memory side) {
        address quote = address(quoteAsset);
        (side.asset, side.priceWad) = (quote, WAD);
        (side.ledgerWad, side.accountsWad) = (_ledgerWad(quote), movesAccount ? _accountsWad(quote) : int256(0));
    }

    function _openSide(address asset) internal view returns (Side memory side) {
        side.asset = asset;
        (side.priceWad,) = oracle.price(asset);
        (side.ledgerWad, side.accountsWad) = (_ledgerWad(asset), _accountsWad(asset));
        Leg[] memory legs = _legsOf(asset);
        side.oldestPost = type(uint256).max;
        if (legs.length == 0) return side;
        (side.greeks, side.calmDelta, side.wildDelta, side.oldestPost) = riskEngine.exposures(asset, side.priceWad, legs);
    }

    /// @dev Second measurement: the rule for every underlying, and what the hedge did to equity.
    /// @return equityChangeWad negative for what it cost
    /// @return improved whether the delta of an underlying moved nearer its target under all three vols
    function _closeSides(Side[] memory sides, bool movesAccount) internal returns (int256 equityChangeWad, bool improved) {
        for (uint256 i; i < sides.length; ++i) {
            Side memory side = sides[i];
            int256 ledger = _ledgerWad(side.asset);
            int256 held = movesAccount ? _accountsWad(side.asset) : side.accountsWad;
            int256 moved = ledger + held - side.ledgerWad - side.accountsWad;
            equityChangeWad += _valueWad(moved, side.priceWad);
            if (i != 0 && _requireSaferSide(side, moved)) improved = true;
        }
    }

    // ── Venues ───────────────────────────────────────────────────────────────

    /// @param mayFail whether a call the venue reverts is passed over
    /// @return done false when it was
    function _moveAccount(Action memory action, bool mayFail) internal returns (bool done) {
        uint256 maxRate = _limits.maxBorrowRateWad;
        if (action.quantity > 0 && action.limitWad > maxRate) revert BorrowRateTooHigh(action.limitWad, maxRate);
        _assets[action.asset].onAccounts = true;
        uint256 give = action.quantity < 0 ? action.quantity.abs() : 0;
        _requireCash(action.asset, give);
        uint256 balanceBefore = _balance(action.asset);
        done = _callVenue(action, action.asset, give, mayFail);
        int256 received = _book(action.asset, balanceBefore);
        _takeBackAllowance(action.venue, action.asset, give, received);
        if (done) _requireReceived(action, received);
    }

    /// @param mayFail whether a call the venue reverts is passed over
    /// @return amount units traded, zero when it was
    function _swap(Action memory action, uint256 priceWad, bool mayFail) internal returns (uint256 amount) {
        bool buys = action.quantity > 0;
        uint256 worst = _worstPrice(priceWad, buys);
        _requireInBand(action.limitWad, worst, buys);
        address quote = address(quoteAsset);
        uint256 quoteBefore = _balance(quote);
        uint256 assetBefore = _balance(action.asset);
        uint256 give = action.quantity.abs();
        if (buys) give = uint256(_assets[quote].cash).min(_quoteUnitsUp(action.asset, give, worst));
        else _requireCash(action.asset, give);
        bool done = _callVenue(action, buys ? quote : action.asset, give, mayFail);
        int256 received = _book(action.asset, assetBefore);
        int256 paid = _book(quote, quoteBefore);
        _takeBackAllowance(action.venue, buys ? quote : action.asset, give, buys ? paid : received);
        if (!done) return 0;
        amount = _requireReceived(action, received);
        // One unit of quote is the finest a price can be kept to.
        uint256 atWorst = _quoteUnitsUp(action.asset, amount, worst);
        bool outside = buys ? paid < -int256(atWorst) : paid + 1 < int256(atWorst);
        if (outside) revert PriceOutsideBand(paid.abs().fullMulDiv(worst, atWorst), worst);
    }

    function _callVenue(Action memory action, address token, uint256 allowance, bool mayFail) private returns (bool) {
        IERC20(token).forceApprove(action.venue, allowance);
        try IHedgeVenue(action.venue).trade(action.asset, action.quantity, action.limitWad, action.data) {
            return true;
        } catch (bytes memory reason) {
            if (mayFail) return false;
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }

    /// @dev What the venue did not take of its allowance; `moved` is what the token's balance did.
    function _takeBackAllowance(address venue, address token, uint256 allowance, int256 moved) private {
        if (moved > -int256(allowance)) IERC20(token).forceApprove(venue, 0);
    }

    /// @dev What arrived has the sign asked for and is not more than asked.
    function _requireReceived(Action memory action, int256 received) private pure returns (uint256) {
        int256 asked = action.quantity;
        bool honest = asked > 0 ? received > 0 && received <= asked : received < 0 && received >= asked;
        if (!honest) revert VenueMisbehaved(action.venue, received, asked);
        return received.abs();
    }

    /// @dev Quote units for `amount` of an asset at a price, rounded up.
    function _quoteUnitsUp(address asset, uint256 amount, uint256 priceWad) internal view returns (uint256) {
        return _amountWad(asset, amount).fullMulDivUp(priceWad, WAD * 10 ** (18 - _assets[address(quoteAsset)].decimals));
    }

    /// @dev Quote units above the cash floor.
    function _spareQuote() internal view returns (uint256) {
        return uint256(_assets[address(quoteAsset)].cash).zeroFloorSub(_limits.minCash);
    }

    // ── Gas ──────────────────────────────────────────────────────────────────

    /// @dev Pays the caller of a useful hedge for the gas it is sure to have used since `gasBefore`, in quote, rounded down, within the cap, the budget and the
    /// cash above its floor. What cannot be priced or paid is not owed: neither a dead feed nor a blacklisted caller stops a hedge.
    function _refundGas(uint256 gasBefore) internal {
        if (!_refundsGas) return;
        uint256 gasPrice = tx.gasprice.min(block.basefee + _gasRefund.maxTipWei);
        // Storage refunds, which the chain deducts in the end, are at most a fifth (EIP-3529).
        uint256 cost = (gasBefore - gasleft() + BASE_GAS) * 4 / 5 * gasPrice;
        try oracle.price(_gasRefund.asset) returns (uint256 priceWad, uint256) {
            uint256 unit = 10 ** (18 - _assets[address(quoteAsset)].decimals);
            uint256 refundWad = cost.mulWad(priceWad).min(_gasRefund.maxRefundWad).min(_budget.left(_limits.budgetWad, _limits.window));
            uint256 refund = (refundWad / unit).min(_spareQuote());
            uint256 balanceBefore = _balance(address(quoteAsset));
            if (refund == 0 || !quoteAsset.trySafeTransfer(msg.sender, refund)) return;
            _spendBudget(_book(address(quoteAsset), balanceBefore) * int256(unit), 0);
            emit GasRefunded(msg.sender, refund);
        } catch {
            return;
        }
    }
}
