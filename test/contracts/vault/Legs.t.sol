// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Leg} from "../../../contracts/interfaces/IRiskEngine.sol";
import {SeriesId} from "../../../contracts/interfaces/SeriesId.sol";
import {IVaultEvents, Limits} from "../../../contracts/interfaces/IVault.sol";
import {InvestedWorld} from "../fixture/InvestedWorld.sol";

/// How a vault keeps its legs, pairs them and takes up what they leave; more prices are in fill.test.ts and netting.test.ts.
contract LegsTest is InvestedWorld {
    // ── Order ────────────────────────────────────────────────────────────────

    /// Every leg is under its own series, those of one expiry side by side.
    function _assertBook(SeriesId[] memory held, uint256 runs) private view {
        Leg[] memory legs = vault.legsOf(address(weth));
        assertEq(legs.length, held.length);
        uint256 found;
        for (uint256 i; i < legs.length; ++i) {
            (SeriesId series, int256 size) = engine.decode(address(weth), legs[i]);
            assertEq(size, -1e6);
            for (uint256 j; j < held.length; ++j) if (SeriesId.unwrap(held[j]) == SeriesId.unwrap(series)) ++found;
            if (i == 0) continue;
            (SeriesId before_,) = engine.decode(address(weth), legs[i - 1]);
            if (before_.expiry() == series.expiry()) ++runs;
        }
        assertEq(found, held.length);
        assertEq(runs, held.length);
    }

    function test_legsOfOneExpiryLieSideBySideHoweverTheyComeAndGo() public {
        uint256[3] memory ends = [expiries[0], expiries[0] + 5 days, expiries[1]];
        _post(ends[1], 0.36e18);
        uint8[12] memory order = [0, 1, 2, 0, 1, 2, 2, 1, 0, 0, 2, 1];
        SeriesId[] memory held = new SeriesId[](12);
        for (uint256 i; i < 12; ++i) {
            held[i] = _series(2400 + 20 * i, ends[order[i]], true);
            _fill(held[i], true, 1e6);
            SeriesId[] memory yet = new SeriesId[](i + 1);
            for (uint256 j; j <= i; ++j) yet[j] = held[j];
            _assertBook(yet, i < 3 ? i + 1 : 3);
        }
        uint8[9] memory closed = [3, 10, 0, 4, 11, 6, 1, 8, 9];
        for (uint256 i; i < 9; ++i) {
            _fill(held[closed[i]], false, 1e6);
            SeriesId[] memory left = new SeriesId[](11 - i);
            uint256 count;
            for (uint256 j; j < 12; ++j) {
                bool gone;
                for (uint256 k; k <= i; ++k) gone = gone || closed[k] == j;
                if (!gone) left[count++] = held[j];
            }
            uint256 runs = 1;
            for (uint256 j = 1; j < count; ++j) {
                bool known;
                for (uint256 k; k < j; ++k) known = known || left[k].expiry() == left[j].expiry();
                if (!known) ++runs;
            }
            _assertBook(left, runs);
        }
    }

    function test_thirtyTwoLegsAreABook() public {
        for (uint256 i; i < 32; ++i) _fill(_put(2001 + i), true, 10_000);
        _fill(_put(2001), true, 10_000);
        _fill(_put(2100), true, 10_000, abi.encodeWithSelector(IVaultEvents.BookFull.selector, 32));
        _fill(_put(2005), false, 10_000);
        _fill(_put(2100), true, 10_000);
        assertEq(vault.legsOf(address(weth)).length, 32);
    }

    // ── Pairs ────────────────────────────────────────────────────────────────

    /// Of ten and ten six are paired.
    function test_whatIsPairedIsNotClosedAndTheRestIs() public {
        (SeriesId short, SeriesId long) = (_put(2800), _put(2500));
        _fill(short, true, 10e6);
        _take(long, false, 10e6);
        vault.net(short, long, 6e6);
        _take(short, false, 4e6 + 1, abi.encodeWithSelector(IVaultEvents.LegNetted.selector, short, 4e6));
        _take(long, true, 4e6 + 1, abi.encodeWithSelector(IVaultEvents.LegNetted.selector, long, 4e6));
        // to the same side it may grow
        _fill(short, true, 1e6);
        _take(long, false, 1e6);
        _take(short, false, 5e6);
        _take(long, true, 5e6);
        assertEq(market.shortOf(address(vault), short), 0);
    }

    function test_aPairTakenApartIsWhatItWasAndKeepsTheCashFloor() public {
        (SeriesId short, SeriesId long) = (_put(2800), _put(2500));
        _fill(short, true, 10e6);
        _take(long, false, 10e6);
        vault.net(short, long, 6e6);
        Limits memory limits = vault.limits();
        limits.minCash = uint96(vault.cashOf(address(usdc)));
        vault.setLimits(limits);
        vm.expectPartialRevert(IVaultEvents.CashTooLow.selector);
        vault.unnet(short, long, 6e6);
        limits.minCash = 1000e6;
        vault.setLimits(limits);
        vault.unnet(short, long, 6e6);
        _take(short, false, 10e6);
        _take(long, true, 10e6);
        assertEq(vault.legsOf(address(weth)).length, 0);
    }

    // ── Collection ───────────────────────────────────────────────────────────

    function test_aShortReleasedByAnotherIsTakenUpWithoutWhatLiesBesideIt() public {
        (SeriesId first, SeriesId second) = (_put(3200), _put(3300));
        _fill(first, true, 1e6);
        _fill(second, true, 1e6);
        uint256 cash = vault.cashOf(address(usdc));
        _settle(SPOT);
        market.release(first, address(vault));
        usdc.mint(address(vault), 50_000e6);
        vault.collect(first);
        assertEq(vault.cashOf(address(usdc)), cash + 3000e6);
        vault.collect(second);
        assertEq(vault.cashOf(address(usdc)), cash + 6000e6);
        assertEq(vault.legsOf(address(weth)).length, 0);
    }

    /// 200 of 3300, which does not divide.
    function test_whatACallPaysIsRoundedUp() public {
        vm.prank(keeper);
        vault.rebalance(_swap(1e18, 3015e18, 500));
        SeriesId series = _series(3100, expiries[0], false);
        _fill(series, true, 1e6);
        _settle(3300e18);
        market.release(series, address(vault));
        weth.mint(address(vault), 1e18);
        vault.collect(series);
        assertEq(vault.cashOf(address(weth)), 1e18 - 60_606_060_606_060_607);
    }

    /// Ten and ten, six paired: 18,000 - 15,000 and a unit come back from the pairs, 4 · 2600 from the rest.
    function test_aPairAndTheRestAreCollectedApart() public {
        (SeriesId short, SeriesId long) = (_put(2800), _put(2500));
        _fill(short, true, 10e6);
        _take(long, false, 10e6);
        vault.net(short, long, 6e6);
        _settle(2600e18);
        uint256 cash = vault.cashOf(address(usdc));
        vault.collectNetted(short, long);
        assertEq(vault.cashOf(address(usdc)), cash + 6 * 300e6 + 1 - 6 * 200e6);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.LegMissing.selector, short));
        vault.collectNetted(short, long);
        vault.collect(short);
        assertEq(vault.cashOf(address(usdc)), cash + 6 * 100e6 + 1 + 4 * 2600e6);
        vault.collect(long);
        assertEq(vault.legsOf(address(weth)).length, 0);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.LegMissing.selector, short));
        vault.collect(short);
    }

    function _settle(uint256 priceWad) private {
        vm.warp(expiries[0] - 1);
        uint80 previous = _report(SPOT);
        skip(1);
        market.settle(address(weth), expiries[0], _report(priceWad), previous);
    }
}
