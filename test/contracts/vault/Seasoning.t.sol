// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Quote} from "../../../contracts/interfaces/IOptionMarket.sol";
import {SeriesId} from "../../../contracts/interfaces/SeriesId.sol";
import {IVaultEvents} from "../../../contracts/interfaces/IVault.sol";
import {Slice} from "../../../contracts/interfaces/IVolSurface.sol";
import {InvestedWorld} from "../fixture/InvestedWorld.sol";

/// An expiry whose first smile is fresh: nothing bounds that smile, so nothing is traded on it until it could be seen.
contract SeasoningTest is InvestedWorld {
    uint256 private _expiry;
    uint256 private _from;

    function _seasoning() internal pure override returns (uint256) {
        return 6 hours;
    }

    function setUp() public override {
        super.setUp();
        _expiry = block.timestamp + 60 days;
        _from = block.timestamp + 6 hours;
    }

    function _young(SeriesId series, uint256 from) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IVaultEvents.ExpiryTooYoung.selector, series, from);
    }

    function test_anExpiryIsTradedFromItsSeasoningOnAndNotASecondBefore() public {
        _post(_expiry, 0.36e18);
        SeriesId put = _series(2800, _expiry, true);
        vm.warp(_from - 1);
        _refresh();
        _post(_expiry, 0.36e18);
        bytes memory young = _young(put, _from);
        _fill(put, true, 2e6, young);
        _fill(put, false, 1e6, young);
        _take(put, true, 1e6, young);
        _take(put, false, 1e6, young);

        vm.warp(_from);
        _fill(put, true, 2e6);
        _fill(put, false, 1e6);
        _take(put, true, 1e6);
        _take(put, false, 1e6);
        assertEq(vault.legsOf(address(weth)).length, 1);
    }

    function test_anExpiryNobodyPostedIsNotTraded() public {
        SeriesId put = _series(2800, _expiry, true);
        (Quote memory quote, bytes memory signature) = _signed(address(vault), quoterKey, put, true, 1e6, 1e6);
        vm.expectRevert(_young(put, type(uint256).max));
        vm.prank(trader);
        vault.fill(quote, signature, 1e6);
    }

    function test_expiriesThatStandForLongAreTradedMeanwhile() public {
        _post(_expiry, 0.36e18);
        _fill(_put(2800), true, 1e6);
        _take(_put(2800), false, 1e6);
    }

    /// Poster and quoter in one hand give away puts at 1 % vol, at marks of nearly nothing.
    function test_aFirstPostAtOnePercentSellsNothingAndIsPausedInTime() public {
        vm.prank(poster);
        surface.post(address(weth), _expiry, Slice(0.0001e18, 0, 0, 0, 0.2e18, 0));
        SeriesId put = _series(2700, _expiry, true);
        int256 equity = vault.strictEquity(0);
        (Quote memory quote, bytes memory signature) = _signed(address(vault), quoterKey, put, true, 0, 700e6);
        vm.expectRevert(_young(put, _from));
        vm.prank(trader);
        vault.fill(quote, signature, 700e6);
        assertEq(vault.strictEquity(0), equity);

        vm.prank(guardian);
        vault.pause();
        vm.warp(_from);
        _refresh();
        vm.prank(poster);
        surface.post(address(weth), _expiry, Slice(0.0001e18, 0, 0, 0, 0.2e18, 0));
        (quote, signature) = _signed(address(vault), quoterKey, put, true, 0, 700e6);
        vm.expectRevert(IVaultEvents.VaultPaused.selector);
        vm.prank(trader);
        vault.fill(quote, signature, 700e6);
    }
}
