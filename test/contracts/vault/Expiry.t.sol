// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {SeriesId} from "../../../contracts/interfaces/SeriesId.sol";
import {Action, Exposure, VenueKind} from "../../../contracts/interfaces/IVault.sol";
import {LoanAccount} from "../fixture/EmergencyFixture.sol";
import {InvestedWorld} from "../fixture/InvestedWorld.sol";

/// A vault counts what has expired as the market pays it, puts in quote and calls in units of the underlying: whenever somebody
/// collects it, equity and delta stay what they were.
contract ExpiryTest is InvestedWorld {
    using FixedPointMathLib for int256;

    /// Short and long calls, short and long puts; the shorts of one pair of calls are netted in part.
    uint256[4] private _strikes = [uint256(2700), 3300, 3200, 2800];
    LoanAccount private _lender = new LoanAccount();
    uint80 private _before;
    uint80 private _after;

    function setUp() public override {
        super.setUp();
        weth.mint(trader, 100e18);
        vm.prank(trader);
        weth.approve(address(market), type(uint256).max);
        vm.prank(keeper);
        vault.rebalance(_swap(40e18, 3030e18, 500));
        uint256[] memory healths = new uint256[](1);
        healths[0] = 2e18;
        _lender.set(healths, true, true);
        vault.setVenue(address(_lender), VenueKind.Account);
    }

    function _trade() private {
        _fill(_held(0), true, 20e6);
        _take(_held(1), false, 10e6);
        _fill(_held(2), true, 10e6);
        _take(_held(3), false, 10e6);
        vault.net(_held(0), _held(1), 6e6);
    }

    function _held(uint256 index) private view returns (SeriesId) {
        return _series(_strikes[index], expiries[0], index > 1);
    }

    function _expire(uint256 priceWad) private {
        vm.warp(expiries[0] - 1);
        _before = _report(SPOT);
        vm.warp(expiries[0]);
        _after = _report(priceWad);
    }

    function _settle() private {
        market.settle(address(weth), expiries[0], _after, _before);
    }

    function _collectAll() private {
        vault.collectNetted(_held(0), _held(1));
        for (uint256 i; i < 4; ++i) vault.collect(_held(i));
        assertEq(vault.legsOf(address(weth)).length, 0);
    }

    function _error() private view returns (int256) {
        return vault.exposureOf(address(weth)).hedgeError;
    }

    function _near(int256 actual, int256 expected, uint256 tolerance, string memory what) private pure {
        assertLe((actual - expected).abs(), tolerance, what);
    }

    /// 40 calls struck at 2,000 and settled at 3,000 owe 40/3 units: of the 40 that back them 80/3 are the vault's.
    function test_aShortCallLeavesTheUnitsItsSettlementDoes() public {
        SeriesId call = _series(2000, expiries[0], false);
        _fill(call, true, 40e6);
        _expire(3000e18);
        skip(1 hours);
        _report(3085e18);
        int256 quote = int256(vault.cashOf(address(usdc))) * 1e12;
        _near(vault.strictEquity(0), quote + 40 * 2000e18, 1e12, "unsettled, what the strike leaves");
        _near(_error(), int256(40e18) * 2000 / 3085, 40, "unsettled, all but 1085/3085");
        _settle();
        _near(vault.strictEquity(0), quote + 80 * int256(3085e18) / 3, 1e6, "settled");
        _near(_error(), int256(80e18) / 3, 40, "settled");
        vault.collect(call);
        _near(vault.strictEquity(0), quote + 80 * int256(3085e18) / 3, 1e6, "collected");
        _near(_error(), int256(80e18) / 3, 40, "collected");
    }

    function testFuzz_collectMovesNeitherEquityNorDelta(uint256 settledAt, uint256 spot) public {
        _trade();
        _expire(1e18 + settledAt % 12_000e18);
        _settle();
        skip(1 hours);
        spot = _reported(10e18 + spot % 12_000e18);
        // A unit of quote or of the underlying, which is a wei, for each that rounds.
        uint256 rounding = 1e12 + 2 * spot / WAD;
        (int256 equity, int256 hedgeError) = (vault.equity(), _error());
        vault.collectNetted(_held(0), _held(1));
        _near(vault.equity(), equity, rounding, "equity, of a pair");
        _near(_error(), hedgeError, 2, "delta, of a pair");
        for (uint256 i; i < 4; ++i) {
            (equity, hedgeError) = (vault.equity(), _error());
            vault.collect(_held(i));
            _near(vault.equity(), equity, rounding, "equity");
            _near(_error(), hedgeError, 2, "delta");
        }
        assertEq(vault.legsOf(address(weth)).length, 0);
    }

    function testFuzz_neutralAfterSettlementKeepsItsEquityWhereverSpotGoes(uint256 settledAt, uint256 spot) public {
        _trade();
        _expire(1500e18 + settledAt % 4500e18);
        _settle();
        skip(1 hours);
        _report(SPOT);
        // The backing of shorts is out of reach until it is collected: what is too much is borrowed and sold.
        int256 off = _error();
        Action[] memory actions = new Action[](2);
        actions[0] = Action(address(_lender), address(weth), off, 0.2e18, "");
        actions[1] = _swap(-off, SPOT * 99 / 100, 500)[0];
        vm.prank(keeper);
        vault.rebalance(actions);
        assertEq(_error(), 0, "neutral");
        int256 equity = vault.equity();
        spot = _reported(10e18 + spot % 12_000e18);
        // A delta of zero is so to a wei.
        _near(vault.equity(), equity, 2 * (spot + SPOT) / WAD, "before it is collected");
        _collectAll();
        _near(_error(), 0, 10, "still neutral");
        // Each of the two puts to a unit of quote, each of the calls to a wei.
        _near(vault.equity(), equity, 2e12 + 10 * (spot + SPOT) / WAD, "after");
    }

    function testFuzz_beforeSettlementEachCountsAtSpot(uint256 spot) public {
        _trade();
        _expire(SPOT);
        skip(1 hours);
        spot = _reported(10e18 + spot % 12_000e18);
        int256[4] memory sizes = [-int256(20), 10, -int256(10), 10];
        (int256 value, int256 delta) = (int256(vault.cashOf(address(usdc))) * 1e12, int256(0));
        for (uint256 i; i < 4; ++i) {
            int256 strike = int256(_strikes[i] * WAD);
            int256 gain = i > 1 ? strike - int256(spot) : int256(spot) - strike;
            if (gain <= 0) continue;
            value += sizes[i] * gain;
            if (i < 2) delta += sizes[i] * gain * 1e18 / int256(spot);
        }
        Exposure memory seen = vault.exposureOf(address(weth));
        _near(seen.greeks.delta - _units(), delta, 2, "delta");
        assertEq(seen.greeks.gamma, 0);
        assertEq(seen.greeks.vega, 0);
        // The short put's collateral, 10 times 3,200, is quote as well.
        _near(vault.equity(), value + 32_000e18 + _units() * int256(spot) / 1e18, 2, "equity");
    }

    /// Units the vault holds or has locked: 20 of 40 back the shorts, less what the pair frees.
    function _units() private view returns (int256) {
        (, uint256 pair) = market.spreadCollateral(_held(0), _held(1), 6e6);
        return int256(vault.cashOf(address(weth)) + 14e18 + pair);
    }

    /// What the feed makes of a price of so many decimals.
    function _reported(uint256 priceWad) private returns (uint256) {
        _report(priceWad);
        return priceWad / 1e10 * 1e10;
    }
}
