// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IOptionMarket} from "../interfaces/IOptionMarket.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {IRiskEngine} from "../interfaces/IRiskEngine.sol";
import {Boundaries, EmergencyRoute, GasRefund, Limits, VenueKind} from "../interfaces/IVault.sol";
import {Guard} from "./Guard.sol";
import {Portfolio} from "./Portfolio.sol";

/// @title What the admin sets
/// @notice Code the vault runs on its own state, as OptionBook. Every parameter is checked against the range it may have.
contract Settings is Guard {
    uint256 private constant MAX_SWAPS = 4;

    constructor(address authority, IERC20 quote, IOptionMarket market_, IRiskEngine engine, IPriceOracle oracle_)
        Portfolio(authority, quote, market_, engine, oracle_)
    {}

    /// @notice IVault.listUnderlying.
    function listUnderlying(address underlying, Boundaries calldata boundaries) external restricted {
        _requireRunning();
        _listAsset(underlying);
        _underlyings.push(underlying);
        _setBoundaries(underlying, boundaries);
        emit UnderlyingListed(underlying);
    }

    /// @notice IVault.setBoundaries.
    function setBoundaries(address underlying, Boundaries calldata boundaries) external restricted {
        _requireListed(underlying);
        _setBoundaries(underlying, boundaries);
    }

    /// @notice IVault.setLimits.
    function setLimits(Limits calldata limits_) external restricted {
        _setLimits(limits_);
    }

    /// @notice IVault.setVenue.
    function setVenue(address venue, VenueKind kind) external restricted {
        if (kind != VenueKind.None) _requireRunning();
        _setVenue(venue, kind);
    }

    /// @notice IVault.setGasRefund.
    function setGasRefund(GasRefund calldata refund) external restricted {
        _requireRange("maxTipWei", refund.maxTipWei, 0, 1000 gwei);
        bool pays = refund.asset != address(0);
        // Reverts for an asset that has no price.
        if (pays) oracle.price(refund.asset);
        (_gasRefund, _refundsGas) = (refund, pays);
        emit GasRefundSet(refund);
    }

    /// @notice IVault.setEmergencyRoute.
    function setEmergencyRoute(address underlying, EmergencyRoute calldata route) external restricted {
        _requireListed(underlying);
        if (route.silence != 0) _requireRoute(underlying, route);
        EmergencyRoute storage stored = _emergencyRoutes[underlying];
        (stored.silence, stored.deltaLimit) = (route.silence, route.deltaLimit);
        (stored.collateralWad, stored.account) = (route.collateralWad, route.account);
        delete stored.swaps;
        for (uint256 i; i < route.swaps.length; ++i) {
            stored.swaps.push(route.swaps[i]);
        }
        emit EmergencyRouteSet(underlying, route);
    }

    function _requireRoute(address underlying, EmergencyRoute calldata route) private view {
        _requireRange("silence", route.silence, 5 minutes, 7 days);
        // Nearer the target the keeper may have left it on purpose.
        _requireRange("deltaLimit", route.deltaLimit, _boundaries(underlying).delta, type(uint96).max);
        _requireRange("collateralWad", route.collateralWad, _limits.healthFloorWad, 10e18);
        _requireRange("swaps", route.swaps.length, 1, MAX_SWAPS);
        for (uint256 i; i < route.swaps.length; ++i) {
            if (_venues[route.swaps[i].venue] != VenueKind.Swap) revert VenueNotListed(route.swaps[i].venue);
        }
        if (route.account != address(0) && _venues[route.account] != VenueKind.Account) revert VenueNotListed(route.account);
    }
}
