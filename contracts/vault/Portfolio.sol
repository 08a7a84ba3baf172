// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCastLib} from "solady/src/utils/SafeCastLib.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IHedgeVenue} from "../interfaces/IHedgeVenue.sol";
import {IOptionMarket} from "../interfaces/IOptionMarket.sol";
import {IPriceOracle} from "../interfaces/IPriceOracle.sol";
import {Greeks, IRiskEngine, Leg} from "../interfaces/IRiskEngine.sol";
import {IVaultEvents, VenueKind} from "../interfaces/IVault.sol";
import {SeriesId} from "../interfaces/SeriesId.sol";

/// @title What the vault holds and what it is worth
/// @notice Cash and collateral are internal ledgers, moved only by balance differences around the vault's own calls: a donation
/// changes nothing. Equity = cash + locked collateral + accounts + option legs; delta includes all four.
abstract contract Portfolio is IVaultEvents, AccessManaged, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCastLib for uint256;
    using SafeCastLib for int256;
    using FixedPointMathLib for int256;
    using FixedPointMathLib for uint256;

    /// Units held free and units locked behind shorts; `decimals` is zero until the asset is listed. While no account ever held or owed
    /// the asset, none is asked.
    struct Asset {
        uint104 cash;
        uint96 locked;
        /// When a rebalance last moved it and left it within its delta boundary.
        uint32 tendedAt;
        uint8 decimals;
        bool onAccounts;
        /// Of the underlying's legs, how many are in the book.
        uint8 legs;
    }

    /// A leg beside its word in the book: `index` counts from one.
    /// `netted` of its size are paired with another leg in the market, `collateral` backs the rest.
    struct Holding {
        uint8 index;
        int64 size;
        uint112 collateral;
        uint64 netted;
    }

    uint256 internal constant WAD = 1e18;
    uint256 internal constant MAX_LEGS = 32;
    /// Accounts round by a unit or two of the asset: this many are as good as none.
    uint256 internal constant DUST_UNITS = 4;

    IERC20 public immutable quoteAsset;
    IOptionMarket public immutable market;
    IRiskEngine public immutable riskEngine;
    IPriceOracle public immutable oracle;

    address[] internal _underlyings;
    address[] internal _accounts;
    mapping(address asset => Asset) internal _assets;
    mapping(address venue => VenueKind) internal _venues;
    mapping(address underlying => Leg[MAX_LEGS]) internal _legs;
    mapping(SeriesId => Holding) internal _holdings;

    constructor(address authority, IERC20 quote, IOptionMarket market_, IRiskEngine riskEngine_, IPriceOracle oracle_)
        AccessManaged(authority)
    {
        (quoteAsset, market, riskEngine, oracle) = (quote, market_, riskEngine_, oracle_);
    }

    // ── Listing ──────────────────────────────────────────────────────────────

    function _listAsset(address asset) internal {
        uint8 decimals = IERC20Metadata(asset).decimals();
        if (decimals < 6 || decimals > 18 || _assets[asset].decimals != 0) revert AssetIncompatible(asset);
        _assets[asset].decimals = decimals;
    }

    function _setVenue(address venue, VenueKind kind) internal {
        if (_venues[venue] == VenueKind.Account) {
            _requireEmpty(venue);
            _removeAccount(venue);
        }
        _venues[venue] = kind;
        if (kind == VenueKind.Account) _accounts.push(venue);
        emit VenueSet(venue, kind);
    }

    function _removeAccount(address venue) private {
        uint256 last = _accounts.length - 1;
        for (uint256 i; i < last; ++i) {
            if (_accounts[i] == venue) _accounts[i] = _accounts[last];
        }
        _accounts.pop();
    }

    function _requireEmpty(address venue) internal view {
        uint256 held = IHedgeVenue(venue).exposure(address(quoteAsset)).abs();
        for (uint256 i; i < _underlyings.length; ++i) {
            held = held.max(IHedgeVenue(venue).exposure(_underlyings[i]).abs());
        }
        if (held > DUST_UNITS) revert VenueInUse(venue);
    }

    function _requireListed(address underlying) internal view {
        if (underlying == address(quoteAsset) || _assets[underlying].decimals == 0) revert UnderlyingNotListed(underlying);
    }

    // ── Ledger ───────────────────────────────────────────────────────────────

    function _balance(address asset) internal view returns (uint256) {
        return IERC20(asset).balanceOf(address(this));
    }

    /// @dev Books what one outside call did to the balance of `asset`.
    function _book(address asset, uint256 balanceBefore) internal returns (int256 received) {
        received = int256(_balance(asset)) - int256(balanceBefore);
        _move(asset, received);
    }

    function _move(address asset, int256 received) internal {
        uint256 cash = _assets[asset].cash;
        if (received < 0 && cash < received.abs()) revert CashTooLow(cash, received.abs());
        _assets[asset].cash = (cash.toInt256() + received).toUint256().toUint104();
    }

    function _requireCash(address asset, uint256 needed) internal view {
        uint256 cash = _assets[asset].cash;
        if (cash < needed) revert CashTooLow(cash, needed);
    }

    function _lock(SeriesId series, address asset, int256 amount) internal {
        Holding storage holding = _holdings[series];
        holding.collateral = (int256(uint256(holding.collateral)) + amount).toUint256().toUint112();
        _lockAsset(asset, amount);
    }

    function _lockAsset(address asset, int256 amount) internal {
        _assets[asset].locked = (int256(uint256(_assets[asset].locked)) + amount).toUint256().toUint96();
    }

    function _collateralAsset(SeriesId series) internal view returns (address) {
        return series.isPut() ? address(quoteAsset) : series.underlying();
    }

    // ── Legs ─────────────────────────────────────────────────────────────────

    /// @dev Changes a leg by `sizeDelta`, opening or dropping it as needed.
    /// @return size of the leg afterwards
    function _changeLeg(SeriesId series, int256 sizeDelta) internal returns (int256 size) {
        Holding storage holding = _holdings[series];
        Leg[MAX_LEGS] storage legs = _legs[series.underlying()];
        size = holding.size + sizeDelta;
        if (size == 0) {
            _dropLeg(series, legs);
            return 0;
        }
        Leg word = riskEngine.leg(series, size);
        holding.size = size.toInt64();
        if (holding.index != 0) {
            legs[holding.index - 1] = word;
            return size;
        }
        _insertLeg(series, word, legs);
    }

    // Legs of one expiry stay side by side, because the risk engine prepares an expiry once per run: where a run gains or loses a leg, each
    // run behind it moves one of its own from one end to the other.

    function _insertLeg(SeriesId series, Leg word, Leg[MAX_LEGS] storage legs) private {
        Asset storage asset = _assets[series.underlying()];
        uint256 count = asset.legs;
        if (count == MAX_LEGS) revert BookFull(MAX_LEGS);
        uint256 place = count;
        while (place != 0 && !_sameExpiry(legs[place - 1], word)) --place;
        if (place == 0) place = count;
        uint256 hole = count;
        while (hole != place) {
            uint256 first = hole - 1;
            while (first != place && _sameExpiry(legs[first - 1], legs[hole - 1])) --first;
            _moveLeg(series.underlying(), legs, first, hole);
            hole = first;
        }
        legs[place] = word;
        (asset.legs, _holdings[series].index) = (uint8(count + 1), uint8(place + 1));
    }

    function _dropLeg(SeriesId series, Leg[MAX_LEGS] storage legs) private {
        Asset storage asset = _assets[series.underlying()];
        uint256 end = asset.legs - 1;
        uint256 hole = _holdings[series].index - 1;
        for (uint256 last = hole; ; last = hole + 1) {
            while (last != end && _sameExpiry(legs[last + 1], legs[last])) ++last;
            if (last != hole) _moveLeg(series.underlying(), legs, last, hole);
            hole = last;
            if (hole == end) break;
        }
        legs[end] = Leg.wrap(0);
        asset.legs = uint8(end);
        (_holdings[series].index, _holdings[series].size) = (0, 0);
    }

    function _moveLeg(address underlying, Leg[MAX_LEGS] storage legs, uint256 from, uint256 to) private {
        (SeriesId series,) = riskEngine.decode(underlying, legs[from]);
        legs[to] = legs[from];
        _holdings[series].index = uint8(to + 1);
    }

    /// @dev The expiry is in the low 40 bits of a leg, as of a series, above the put flag.
    function _sameExpiry(Leg a, Leg b) private pure returns (bool) {
        return uint40(Leg.unwrap(a) ^ Leg.unwrap(b)) >> 1 == 0;
    }

    function _legsOf(address underlying) internal view returns (Leg[] memory legs) {
        legs = new Leg[](_assets[underlying].legs);
        Leg[MAX_LEGS] storage stored = _legs[underlying];
        for (uint256 i; i < legs.length; ++i) {
            legs[i] = stored[i];
        }
    }

    // ── Valuation ────────────────────────────────────────────────────────────

    function _measureLegs(address underlying, uint256 priceWad, uint256 volScaleWad)
        internal
        view
        returns (Greeks memory greeks, uint256 oldestPost)
    {
        return _measure(underlying, priceWad, volScaleWad, _legsOf(underlying));
    }

    function _measure(address underlying, uint256 priceWad, uint256 volScaleWad, Leg[] memory legs)
        internal
        view
        returns (Greeks memory greeks, uint256 oldestPost)
    {
        if (legs.length == 0) return (greeks, type(uint256).max);
        return riskEngine.measure(underlying, priceWad, volScaleWad, legs);
    }

    /// @dev Cash, collateral and accounts, WAD units of the asset.
    function _holdingsWad(address asset) internal view returns (int256) {
        return _ledgerWad(asset) + _accountsWad(asset);
    }

    function _ledgerWad(address asset) internal view returns (int256) {
        Asset memory held = _assets[asset];
        return int256((uint256(held.cash) + held.locked) * 10 ** (18 - held.decimals));
    }

    function _accountsWad(address asset) internal view returns (int256 wad) {
        if (!_assets[asset].onAccounts) return 0;
        for (uint256 i; i < _accounts.length; ++i) {
            wad += IHedgeVenue(_accounts[i]).exposure(asset);
        }
        wad *= int256(10 ** (18 - _assets[asset].decimals));
    }

    function _amountWad(address asset, uint256 amount) internal view returns (uint256) {
        return amount * 10 ** (18 - _assets[asset].decimals);
    }

    function _valueWad(int256 amountWad, uint256 priceWad) internal pure returns (int256) {
        return amountWad.sMulWad(int256(priceWad));
    }
}
