// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOptionMarket} from "../../contracts/interfaces/IOptionMarket.sol";
import {SeriesId, SeriesIdLibrary} from "../../contracts/interfaces/SeriesId.sol";
import {ERC6909} from "@openzeppelin/contracts/token/ERC6909/ERC6909.sol";
import {MarketFixture} from "./fixture/MarketFixture.sol";

/// Actor 0 is short one series and long another; actor 1 bought the one, actor 2 wrote the other.
contract NettingTest is MarketFixture {
    function test_aPutSpreadLocksTheDistanceOfItsStrikes() public {
        (SeriesId short, SeriesId long) = _spread(2_000e6, 1_800e6, true, 1.5e6);
        uint256 before = usdc.balanceOf(actors[0]);
        vm.prank(actors[0]);
        assertEq(market.net(short, long, 1.5e6), 2_700e6 - 1);
        assertEq(usdc.balanceOf(actors[0]) - before, 2_700e6 - 1);
        assertEq(market.shortOf(actors[0], short), 0);
        assertEq(market.nettedOf(actors[0], short, long), 1.5e6);
        assertEq(_long(0, long), 0, "escrowed");
    }

    function test_aCallSpreadLocksTheShareBelowTheLongStrike() public {
        (SeriesId short, SeriesId long) = _spread(2_000e6, 2_500e6, false, 2e6);
        vm.prank(actors[0]);
        assertEq(market.net(short, long, 2e6), 2 ether - 0.4 ether - 1);
    }

    function test_aLongThatPaysMoreThanTheShortLeavesOneUnit() public {
        (SeriesId short, SeriesId long) = _spread(2_000e6, 2_100e6, true, 1e6);
        vm.prank(actors[0]);
        assertEq(market.net(short, long, 1e6), 2_000e6 - 1);
        (short, long) = _spread(2_000e6, 1_900e6, false, 1e6);
        vm.prank(actors[0]);
        assertEq(market.net(short, long, 1e6), 1 ether - 1);
    }

    /// A call spread rounds three times, each against its owner, who locked a unit more.
    function test_everyStepOfACallSpreadIsRoundedAgainstItsOwner() public {
        (SeriesId short, SeriesId long) = _spread(2_000e6, 2_600e6, false, 1e6);
        vm.prank(actors[0]);
        assertEq(market.net(short, long, 1e6), 1 ether - 230_769_230_769_230_770 - 1);
        _settle(weth, ethFeed, 2_700e8);
        vm.prank(actors[0]);
        assertEq(
            market.releaseNetted(short, long),
            230_769_230_769_230_771 + 37_037_037_037_037_037 - 259_259_259_259_259_260
        );
    }

    function test_aPairThatFreesNothingIsNone() public {
        (SeriesId short, SeriesId long) = _spread(2_000e6, 1, true, 1e6);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NettingFreesNothing.selector, 2_000e6, 2_000e6));
        vm.prank(actors[0]);
        market.net(short, long, 1e6);
    }

    function test_aPairTakenApartIsWhatItWas() public {
        (SeriesId short, SeriesId long) = _spread(2_000e6, 1_800e6, true, 1e6);
        uint256 before = usdc.balanceOf(actors[0]);
        vm.startPrank(actors[0]);
        market.net(short, long, 1e6);
        market.unnet(short, long, 0.4e6);
        assertEq(market.shortOf(actors[0], short), 0.4e6);
        assertEq(_long(0, long), 0.4e6);
        market.unnet(short, long, 0.6e6);
        vm.stopPrank();
        assertEq(usdc.balanceOf(actors[0]), before);
        assertEq(market.nettedOf(actors[0], short, long), 0);
        assertEq(market.locked(address(usdc)), 2_000e6 + 1_800e6);
    }

    /// Both legs at every price, by hand.
    function test_aSettledPairPaysItsOwnerWhatTheSpreadIsWorth() public {
        (SeriesId short, SeriesId long) = _spread(2_000e6, 1_800e6, true, 1e6);
        vm.prank(actors[0]);
        market.net(short, long, 1e6);
        _settle(weth, ethFeed, 1_750e8);
        vm.prank(actors[0]);
        assertEq(market.releaseNetted(short, long), 200e6 + 1 + 50e6 - 250e6);
        vm.prank(actors[1]);
        assertEq(market.redeem(short, 1e6, actors[1]), 250e6);
        assertEq(market.release(long, actors[2]), 1_750e6);
        assertEq(market.locked(address(usdc)), 0);
        assertEq(market.openInterest(long), 0);
        vm.prank(actors[0]);
        assertEq(market.releaseNetted(short, long), 0, "twice");
    }

    /// However the strikes lie, whatever the price: the pair never owes, and its owner gets what it would have got unpaired.
    function testFuzz_everyPairIsSolventAtEveryPrice(uint256 shortStrike, uint256 longStrike, uint256 price, uint256 size, bool isPut)
        public
    {
        shortStrike = bound(shortStrike, 1, 1e11);
        longStrike = bound(longStrike, 1, 1e11);
        size = bound(size, 1_000, 1e9);
        if (shortStrike == longStrike) ++longStrike;
        (SeriesId short, SeriesId long) = _spread(shortStrike, longStrike, isPut, size);
        address asset = isPut ? address(usdc) : address(weth);
        vm.prank(actors[0]);
        try market.net(short, long, size) returns (uint256 freed) {
            _settle(weth, ethFeed, int256(bound(price, 1, 1e15)));
            uint256 backing = market.shortOf(actors[0], short);
            assertEq(backing, 0);
            vm.prank(actors[0]);
            uint256 amount = market.releaseNetted(short, long);
            (, uint256 full) = market.collateralFor(short, size);
            uint256 settled = market.settlementPrice(address(weth), expiry);
            int256 owed = _payoff(shortStrike * 1e12, settled, full, size, isPut);
            int256 gained = _payoff(longStrike * 1e12, settled, full, size, isPut);
            assertApproxEqAbs(int256(freed + amount), int256(full) + gained - owed, 3);
        } catch (bytes memory reason) {
            assertEq(bytes4(reason), IOptionMarket.NettingFreesNothing.selector);
        }
        if (market.settlementPrice(address(weth), expiry) == 0) return;
        vm.prank(actors[1]);
        market.redeem(short, size, actors[1]);
        market.release(long, actors[2]);
        assertLe(market.locked(asset), 3, "dust");
    }

    function test_onlySpreadsOfOneUnderlyingExpiryAndKindNet() public {
        (SeriesId short,) = _spread(2_000e6, 1_800e6, true, 1e6);
        SeriesId[3] memory strangers = [
            _series(wbtc, 1_800e6, true),
            _series(weth, 1_800e6, false),
            SeriesIdLibrary.pack(address(weth), 1_800e6, expiry + 1, true)
        ];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NotASpread.selector, short, strangers[i]));
            vm.prank(actors[0]);
            market.net(short, strangers[i], 1e6);
        }
    }

    function test_oneCannotNetWhatOneDoesNotHave() public {
        (SeriesId short, SeriesId long) = _spread(2_000e6, 1_800e6, true, 1e6);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.InsufficientShort.selector, actors[0], 1e6, 1e6 + 1));
        vm.prank(actors[0]);
        market.net(short, long, 1e6 + 1);
        vm.prank(actors[0]);
        assertTrue(market.transfer(actors[3], SeriesId.unwrap(long), 1));
        vm.expectRevert();
        vm.prank(actors[0]);
        market.net(short, long, 1e6);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.InsufficientShort.selector, actors[1], 0, 1));
        vm.prank(actors[1]);
        market.unnet(short, long, 1);
    }

    function test_escrowedLongsCanNeitherBeSoldNorRedeemedByAnyone() public {
        (SeriesId short, SeriesId long) = _spread(2_000e6, 1_800e6, true, 1e6);
        vm.prank(actors[0]);
        market.net(short, long, 1e6);
        vm.expectRevert(
            abi.encodeWithSelector(ERC6909.ERC6909InsufficientBalance.selector, actors[0], 0, 1, SeriesId.unwrap(long))
        );
        vm.prank(actors[0]);
        market.transfer(actors[1], SeriesId.unwrap(long), 1);
        _settle(weth, ethFeed, 1_500e8);
        vm.expectRevert();
        vm.prank(actors[0]);
        market.redeem(long, 1, actors[0]);
    }

    function test_pairsLiveUntilExpiryAndEndOnceSettled() public {
        (SeriesId short, SeriesId long) = _spread(2_000e6, 1_800e6, true, 1e6);
        vm.prank(actors[0]);
        market.net(short, long, 0.5e6);
        vm.warp(expiry);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.SeriesExpired.selector, short));
        vm.prank(actors[0]);
        market.net(short, long, 0.5e6);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.SeriesExpired.selector, short));
        vm.prank(actors[0]);
        market.unnet(short, long, 0.5e6);
        vm.expectRevert(abi.encodeWithSelector(IOptionMarket.NotSettled.selector, address(weth), expiry));
        vm.prank(actors[0]);
        market.releaseNetted(short, long);
    }

    function _spread(uint256 shortStrike, uint256 longStrike, bool isPut, uint256 size) private returns (SeriesId short, SeriesId long) {
        (short, long) = (_series(weth, shortStrike, isPut), _series(weth, longStrike, isPut));
        _sell(0, 1, short, 1e6, size);
        _sell(2, 0, long, 1e6, size);
    }

    /// In units of the collateral, rounded down.
    function _payoff(uint256 strike, uint256 price, uint256 full, uint256 size, bool isPut) private pure returns (int256) {
        if (isPut) return strike > price ? int256((strike - price) * size / 1e18) : int256(0);
        return price > strike ? int256(full * (price - strike) / price) : int256(0);
    }
}
