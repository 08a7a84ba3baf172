// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {SeriesId} from "../../../contracts/interfaces/SeriesId.sol";
import {
    Action,
    Boundaries,
    EmergencyRoute,
    EmergencySwap,
    Exposure,
    IVaultEvents,
    Limits,
    VenueKind
} from "../../../contracts/interfaces/IVault.sol";
import {InvestedWorld} from "../fixture/InvestedWorld.sol";
import {Token} from "../fixture/Tokens.sol";

/// An account that owes, and is below the floor as soon as something is taken out of it.
contract WeakAccount {
    uint256 public health = 2e18;

    function exposure(address asset) external view returns (int256) {
        return int256(IERC20(asset).balanceOf(address(this)));
    }

    function trade(Token asset, int256 quantity, uint256, bytes calldata) external returns (int256, int256) {
        health = 1.3e18 - 1;
        require(asset.transfer(msg.sender, uint256(quantity)));
        return (quantity, 0);
    }
}

/// What a vault is worth and how its keeper moves it; with Aave and two pools: rebalance.test.ts.
contract VaultTest is InvestedWorld {
    uint256 private constant TOP = 3015e18;

    function _limit(uint256 budgetWad, uint256 minCash) private {
        Limits memory limits = vault.limits();
        (limits.budgetWad, limits.minCash) = (uint96(budgetWad), uint96(minCash));
        vault.setLimits(limits);
    }

    function _rebalance(Action[] memory actions) private {
        vm.prank(keeper);
        vault.rebalance(actions);
    }

    function _refused(Action memory action, bytes memory reason) private {
        Action[] memory actions = new Action[](1);
        actions[0] = action;
        vm.prank(keeper);
        vm.expectRevert(reason);
        vault.rebalance(actions);
    }

    // ── Worth ────────────────────────────────────────────────────────────────

    function test_equityIsCashHoldingsAndOptions() public {
        _fill(_put(2800), true, 10e6);
        assertApproxEqAbs(vault.equity(), 2_000_000e18, 1e14);
        assertEq(vault.strictEquity(0), vault.equity());
        _rebalance(_swap(10e18, TOP, 500));
        // a fee of 0.05 % and what ten move the pool
        assertApproxEqAbs(vault.equity(), 2_000_000e18, 60e18);
        assertEq(vault.strictEquity(0), vault.equity());
    }

    function test_aHoldingWithoutOptionsCounts() public {
        _rebalance(_swap(10e18, TOP, 500));
        assertApproxEqAbs(vault.strictEquity(0), 2_000_000e18, 60e18);
    }

    function test_aStrikeWantsFreshPricesOfWhatTheVaultHas() public {
        (, uint256 updatedAt) = oracle.price(address(weth));
        assertEq(vault.strictEquity(updatedAt + 1), 2_000_000e18);
        _fill(_put(2800), true, 1e6);
        vault.strictEquity(updatedAt);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.PriceTooOld.selector, address(weth), updatedAt, updatedAt + 1));
        vault.strictEquity(updatedAt + 1);
    }

    function test_aStrikeWantsFreshSmilesOfTheLegsTheVaultHas() public {
        skip(1 hours);
        _post(expiries[1], 0.36e18);
        (, uint256 postedAt) = surface.sliceOf(address(weth), expiries[0]);
        (, uint256 later) = surface.sliceOf(address(weth), expiries[1]);
        _report(SPOT);
        _fill(_series(2800, expiries[1], true), true, 1e6);
        assertEq(vault.strictEquity(later), vault.equity());
        _fill(_put(2800), true, 1e6);
        assertEq(vault.strictEquity(postedAt), vault.equity());
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.SurfaceTooOld.selector, address(weth), postedAt, postedAt + 1));
        vault.strictEquity(postedAt + 1);
    }

    function test_exposureIsOptionsAndHoldingsAgainstTheTarget() public {
        SeriesId series = _put(2800);
        vault.setBoundaries(address(weth), Boundaries({delta: 150e18, gamma: 1e18, vega: 1_000_000e18, targetDelta: 3e18}));
        _fill(series, true, 10e6);
        _rebalance(_swap(2e18, TOP, 500));
        Exposure memory exposure = vault.exposureOf(address(weth));
        assertEq(exposure.priceWad, SPOT);
        assertApproxEqAbs(exposure.greeks.value, 2 * int256(SPOT) - 10 * _greeksOf(series, SPOT, WAD).value, 1e12);
        assertApproxEqAbs(exposure.greeks.delta, 2e18 - 10 * _greeksOf(series, SPOT, WAD).delta, 1e12);
        assertEq(exposure.hedgeError, exposure.greeks.delta - 3e18);
    }

    function test_whatLiesOnAnAccountCounts() public {
        WeakAccount account = new WeakAccount();
        vault.setVenue(address(account), VenueKind.Account);
        weth.mint(address(account), 5e18);
        vm.prank(address(vault));
        account.trade(weth, 1e18, 0, "");
        Action[] memory actions = new Action[](1);
        actions[0] = Action(address(account), address(weth), 1e18, 0, "");
        _rebalance(actions);
        assertEq(vault.exposureOf(address(weth)).greeks.delta, 4e18);
    }

    // ── Signature and payment ────────────────────────────────────────────────

    function test_itSignsNothingOutsideAFill() public view {
        assertEq(IERC1271(address(vault)).isValidSignature("any", ""), bytes4(0xffffffff));
        assertEq(IERC1271(address(vault)).isValidSignature(0, ""), bytes4(0xffffffff));
    }

    function test_theQueueIsPaidFromAboveTheFloor() public {
        vm.startPrank(address(queue));
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.CashTooLow.selector, 1_999_000e6, 1_999_000e6 + 1));
        vault.payOut(1_999_000e6 + 1);
        vault.payOut(1_999_000e6);
    }

    // ── Rebalance ────────────────────────────────────────────────────────────

    function test_bothWaysThroughTwoPools() public {
        Action[] memory actions = new Action[](2);
        (actions[0], actions[1]) = (_swap(1e18, TOP, 500)[0], _swap(2e18, TOP, 3000)[0]);
        _rebalance(actions);
        assertEq(vault.cashOf(address(weth)), 3e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.CooldownActive.selector, block.timestamp + 60));
        _rebalance(_swap(-3e18, 2985e18, 500));
        skip(60);
        _rebalance(_swap(-3e18, 2985e18, 500));
        assertEq(vault.cashOf(address(weth)), 0);
    }

    function test_onlyListedAssetsAtListedVenues() public {
        Action memory action = _swap(1e18, TOP, 500)[0];
        action.venue = address(0xbeef);
        _refused(action, abi.encodeWithSelector(IVaultEvents.VenueNotListed.selector, action.venue));
        action = _swap(1e18, TOP, 500)[0];
        address[2] memory assets = [address(usdc), address(0xbeef)];
        for (uint256 i; i < 2; ++i) {
            action.asset = assets[i];
            _refused(action, abi.encodeWithSelector(IVaultEvents.UnderlyingNotListed.selector, assets[i]));
        }
    }

    function test_itsCostIsSpentAndItsCashFloorKept() public {
        uint256 left = vault.budgetLeft();
        _rebalance(_swap(1e18, TOP, 500));
        assertApproxEqAbs(left - vault.budgetLeft(), 1.5e18, 0.5e18);
        skip(60);
        _limit(1e18, 1000e6);
        vm.prank(keeper);
        vm.expectPartialRevert(IVaultEvents.BudgetExceeded.selector);
        vault.rebalance(_swap(10e18, TOP, 500));
        _limit(40_000e18, 1_990_000e6);
        vm.prank(keeper);
        vm.expectPartialRevert(IVaultEvents.CashTooLow.selector);
        vault.rebalance(_swap(10e18, TOP, 500));
    }

    /// A keeper that does anything else but hedge leaves the emergency as open as if it had done nothing.
    function test_onlyAHedgeEndsItsSilence() public {
        EmergencySwap[] memory swaps = new EmergencySwap[](1);
        swaps[0] = EmergencySwap(venue, abi.encode(uint24(500)));
        _rebalance(_swap(40e18, 3030e18, 500));
        uint256 tendedAt = block.timestamp;
        vault.setBoundaries(address(weth), Boundaries({delta: 5e18, gamma: 1e18, vega: 1_000_000e18, targetDelta: 0}));
        vault.setEmergencyRoute(address(weth), EmergencyRoute(1 hours, 10e18, 2e18, address(0), swaps));
        WeakAccount account = new WeakAccount();
        vault.setVenue(address(account), VenueKind.Account);
        usdc.mint(address(account), 2e6);
        vm.prank(address(vault));
        account.trade(usdc, 1e6, 0, "");

        skip(30 minutes);
        _rebalance(new Action[](0));
        skip(10 minutes);
        Action[] memory moves = new Action[](1);
        moves[0] = Action(address(account), address(usdc), 1e6, 0, "");
        _rebalance(moves);
        skip(10 minutes);
        // nearer, but not within its boundary
        _rebalance(_swap(-20e18, 2970e18, 500));
        skip(tendedAt + 1 hours - 1 - block.timestamp);
        vm.expectRevert(
            abi.encodeWithSelector(IVaultEvents.NoEmergency.selector, address(weth), 20e18, 10e18, tendedAt + 1 hours)
        );
        vault.emergencyHedge(address(weth));
        skip(1);
        uint256 snapshot = vm.snapshotState();
        assertApproxEqAbs(vault.emergencyHedge(address(weth)), -20e18, 1);

        vm.revertToState(snapshot);
        _rebalance(_swap(-16e18, 2970e18, 500));
        vm.expectRevert(
            abi.encodeWithSelector(IVaultEvents.NoEmergency.selector, address(weth), 4e18, 10e18, block.timestamp + 1 hours)
        );
        vault.emergencyHedge(address(weth));
    }

    function test_noAccountIsLeftBelowItsFloor() public {
        WeakAccount account = new WeakAccount();
        vault.setVenue(address(account), VenueKind.Account);
        usdc.mint(address(account), 100e6);
        Action memory action = Action(address(account), address(usdc), 100e6, 0, "");
        _refused(action, abi.encodeWithSelector(IVaultEvents.HealthTooLow.selector, 1.3e18 - 1, 1.3e18));
        // and what was never healthy may stay as it is
        vm.prank(address(vault));
        account.trade(usdc, 50e6, 0, "");
        Action[] memory actions = new Action[](1);
        actions[0] = Action(address(account), address(usdc), 50e6, 0, "");
        _rebalance(actions);
        assertEq(vault.cashOf(address(usdc)), 2_000_050e6);
    }
}
