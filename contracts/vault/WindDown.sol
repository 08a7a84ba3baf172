// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";
import {Leg} from "../interfaces/IRiskEngine.sol";
import {VenueKind} from "../interfaces/IVault.sol";
import {SeriesId} from "../interfaces/SeriesId.sol";
import {Guard} from "./Guard.sol";

/// @title How a vault ends: its accounts are emptied, its legs settle, its cash goes to the shareholders in kind
/// @notice Nothing here asks for a price, a surface, the keeper or the admin. Runs on the vault's state, as OptionBook.
abstract contract WindDown is Guard {
    using SafeERC20 for IERC20;
    using FixedPointMathLib for uint256;
    using FixedPointMathLib for int256;

    /// @notice After the last expiry: what is still unsettled or stuck in an account then no longer holds up the rest.
    uint256 public constant PATIENCE = 90 days;

    /// @dev Nobody may be watching: while something is owed, what is withdrawn leaves this many times the health floor.
    uint256 private constant UNWATCHED = 2;

    /// @notice IVault.unwindAccount.
    function unwindAccount(address account, address asset, uint256 amount) external nonReentrant {
        if (_windDownAt == 0) revert NotWindingDown();
        if (_venues[account] != VenueKind.Account) revert VenueNotListed(account);
        int256 held = IHedgeVenue(account).exposure(asset);
        bool repays = held < 0;
        amount = amount.min(held.abs());
        if (repays) amount = amount.min(_assets[asset].cash);
        if (amount == 0) revert NothingToUnwind(account, asset);

        int256 asked = repays ? -int256(amount) : int256(amount);
        uint256 balanceBefore = _balance(asset);
        if (repays) IERC20(asset).forceApprove(account, amount);
        IHedgeVenue(account).trade(asset, asked, 0, "");
        if (repays) IERC20(asset).forceApprove(account, 0);
        int256 received = _book(asset, balanceBefore);
        // What one side lost the other has: equity at any price.
        int256 gained = received + IHedgeVenue(account).exposure(asset) - held;
        if (gained < -int256(DUST_UNITS)) revert VenueMisbehaved(account, received, asked);
        if (!repays) _requireSafeUnwatched(account);
        emit AccountUnwound(account, asset, received);
    }

    /// @notice IVault.finishWindDown.
    function finishWindDown() external nonReentrant {
        if (_windDownAt == 0) revert NotWindingDown();
        _requireNotClosed();
        if (block.timestamp < _lastExpiry() + PATIENCE) _requireUnwound();
        _closed = true;
        emit WindDownFinished();
    }

    /// @notice IVault.payInKind.
    function payInKind(uint256 shares, uint256 supply, address owner, address receiver) external nonReentrant {
        if (!_closed) revert NotClosed();
        _payPart(address(quoteAsset), shares, supply, owner, receiver);
        for (uint256 i; i < _underlyings.length; ++i) {
            _payPart(_underlyings[i], shares, supply, owner, receiver);
        }
    }

    /// @notice IVault.claimUnpaid.
    function claimUnpaid(address asset, address receiver) external nonReentrant returns (uint256 amount) {
        amount = _unpaid[msg.sender][asset];
        _unpaid[msg.sender][asset] = 0;
        emit PaidInKind(msg.sender, receiver, asset, amount, true);
        IERC20(asset).safeTransfer(receiver, amount);
    }

    /// @dev A transfer that fails leaves the part to its owner, for a later claim, and does not stop the others.
    function _payPart(address asset, uint256 shares, uint256 supply, address owner, address receiver) private {
        uint256 amount = uint256(_assets[asset].cash).fullMulDiv(shares, supply);
        if (amount == 0) return;
        _move(asset, -int256(amount));
        bool paid = IERC20(asset).trySafeTransfer(receiver, amount);
        if (!paid) _unpaid[owner][asset] += amount;
        emit PaidInKind(owner, receiver, asset, amount, paid);
    }

    function _requireSafeUnwatched(address account) private view {
        if (!_owes(account)) return;
        uint256 floor = UNWATCHED * _limits.healthFloorWad;
        uint256 health = IHedgeVenue(account).health();
        if (health < floor) revert HealthTooLow(health, floor);
    }

    function _owes(address account) private view returns (bool) {
        if (IHedgeVenue(account).exposure(address(quoteAsset)) < 0) return true;
        for (uint256 i; i < _underlyings.length; ++i) {
            if (IHedgeVenue(account).exposure(_underlyings[i]) < 0) return true;
        }
        return false;
    }

    function _requireUnwound() private view {
        for (uint256 i; i < _underlyings.length; ++i) {
            uint256 legs = _assets[_underlyings[i]].legs;
            if (legs != 0) revert LegsLeft(_underlyings[i], legs);
        }
        for (uint256 i; i < _accounts.length; ++i) {
            _requireEmpty(_accounts[i]);
        }
    }

    function _lastExpiry() private view returns (uint256 last) {
        last = _windDownAt;
        for (uint256 i; i < _underlyings.length; ++i) {
            Leg[] memory legs = _legsOf(_underlyings[i]);
            for (uint256 j; j < legs.length; ++j) {
                (SeriesId series,) = riskEngine.decode(_underlyings[i], legs[j]);
                last = last.max(series.expiry());
            }
        }
    }
}
