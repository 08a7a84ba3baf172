// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Greeks, Leg} from "../interfaces/IRiskEngine.sol";
import {Boundaries, EmergencyRoute, Exposure, GasRefund, IVault, Limits, VenueKind} from "../interfaces/IVault.sol";
import {Hedging} from "./Hedging.sol";

/// @title What the vault tells about itself
abstract contract Views is Hedging, IVault {
    /// @inheritdoc IVault
    function equity() external view nonReentrantView returns (int256 equityWad) {
        equityWad = _holdingsWad(address(quoteAsset));
        for (uint256 i; i < _underlyings.length; ++i) {
            address underlying = _underlyings[i];
            (uint256 priceWad,) = oracle.price(underlying);
            (Greeks memory greeks,) = _measureLegs(underlying, priceWad, WAD);
            equityWad += _valueWad(_holdingsWad(underlying), priceWad) + greeks.value;
        }
    }

    /// @inheritdoc IVault
    function legsOf(address underlying) external view nonReentrantView returns (Leg[] memory) {
        return _legsOf(underlying);
    }

    /// @inheritdoc IVault
    function underlyings() external view returns (address[] memory) {
        return _underlyings;
    }

    /// @inheritdoc IVault
    function accounts() external view returns (address[] memory) {
        return _accounts;
    }

    /// @inheritdoc IVault
    function venueKind(address venue) external view returns (VenueKind) {
        return _venues[venue];
    }

    /// @inheritdoc IVault
    function cashOf(address asset) external view nonReentrantView returns (uint256) {
        return _assets[asset].cash;
    }

    /// @inheritdoc IVault
    function limits() external view returns (Limits memory) {
        return _limits;
    }

    /// @inheritdoc IVault
    function boundariesOf(address underlying) external view returns (Boundaries memory) {
        return _boundaries(underlying);
    }

    /// @inheritdoc IVault
    function emergencyRouteOf(address underlying) external view returns (EmergencyRoute memory) {
        return _emergencyRoutes[underlying];
    }

    /// @inheritdoc IVault
    function gasRefund() external view returns (GasRefund memory) {
        return _gasRefund;
    }

    /// @inheritdoc IVault
    function paused() external view returns (bool) {
        return _paused;
    }

    /// @inheritdoc IVault
    function windDown() external view returns (uint256 startedAt, bool closed) {
        return (_windDownAt, _closed);
    }

    /// @inheritdoc IVault
    function unpaidOf(address owner, address asset) external view returns (uint256) {
        return _unpaid[owner][asset];
    }

    /// @inheritdoc IVault
    function budgetLeft() public view returns (uint256) {
        return _budget.left(_limits.budgetWad, _limits.window);
    }

    /// @inheritdoc IVault
    function exposureOf(address underlying) external view nonReentrantView returns (Exposure memory exposure) {
        _requireListed(underlying);
        (exposure.priceWad,) = oracle.price(underlying);
        (exposure.greeks,) = _measureLegs(underlying, exposure.priceWad, WAD);
        int256 held = _holdingsWad(underlying);
        exposure.greeks.value += _valueWad(held, exposure.priceWad);
        exposure.greeks.delta += held;
        exposure.hedgeError = exposure.greeks.delta - _boundaries(underlying).targetDelta;
    }

    /// @inheritdoc IVault
    function strictEquity(uint256 notBefore) external view nonReentrantView returns (int256 equityWad) {
        equityWad = _holdingsWad(address(quoteAsset));
        for (uint256 i; i < _underlyings.length; ++i) {
            address underlying = _underlyings[i];
            int256 held = _holdingsWad(underlying);
            // The price of what the vault does not hold is nobody's business.
            if (held == 0 && _assets[underlying].legs == 0) continue;
            (uint256 priceWad, uint256 updatedAt) = oracle.strictPrice(underlying);
            if (updatedAt < notBefore) revert PriceTooOld(underlying, updatedAt, notBefore);
            (Greeks memory greeks, uint256 postedAt) = _measureFresh(underlying, priceWad);
            if (postedAt < notBefore) revert SurfaceTooOld(underlying, postedAt, notBefore);
            equityWad += _valueWad(held, priceWad) + greeks.value;
        }
    }

    /// @inheritdoc IVault
    function freeLiquidity() external view nonReentrantView returns (uint256) {
        return _spareQuote();
    }
}
