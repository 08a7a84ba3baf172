// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVaultEvents} from "../../../contracts/interfaces/IVault.sol";
import {EmergencyFixture} from "../fixture/EmergencyFixture.sol";

/// Whether, how much and where it trades, to the unit; the same on Uniswap and Aave: emergencyHedge.test.ts.
contract EmergencyHedgeTest is EmergencyFixture {
    // ── Whether ──────────────────────────────────────────────────────────────

    function test_silenceIsOverOnItsSecondAndOnlyBeyondTheLimit() public {
        vm.warp(NOW - 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.NoEmergency.selector, address(asset), 20e18, 10e18, NOW));
        vault.emergencyHedge(address(asset));
        vm.warp(NOW);
        route.deltaLimit = 20e18;
        _set(30e18);
        _refused(IVaultEvents.NoEmergency.selector);
        route.deltaLimit = 20e18 - 1;
        _set(30e18);
        vm.expectEmit();
        emit IVaultEvents.EmergencyHedged(address(this), address(asset), -20e18, -20e18, 0);
        _moves(-20e18);
        assertEq(vault.cashOf(address(asset)), 10e8);
    }

    function test_itsCooldownEndsOnItsSecond() public {
        vault.lastHedged(address(asset), uint32(NOW - 3600), uint64(NOW - 59));
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.CooldownActive.selector, NOW + 1));
        vault.emergencyHedge(address(asset));
        vault.lastHedged(address(asset), uint32(NOW - 3600), uint64(NOW - 60));
        _moves(-20e18);
    }

    function test_itTradesWhatAllThreeVolsAgreeOn() public {
        _deltas(20e18, 15e18, 25e18);
        _moves(-15e18);
        skip(60);
        _hold(30e8, 100_000e6, 30e18);
        _deltas(20e18, 25e18, 12e18);
        _moves(-12e18);
        skip(60);
        _hold(30e8, 100_000e6, 30e18);
        _deltas(20e18, -1, 20e18);
        _refused(IVaultEvents.NothingImproved.selector);
        _deltas(20e18, 20e18, -1);
        _refused(IVaultEvents.NothingImproved.selector);
    }

    function test_itBuysWhatIsShort() public {
        _hold(0, 100_000e6, 0);
        _deltas(-20e18, -15e18, -25e18);
        _moves(15e18);
        assertEq(vault.cashOf(address(quote)), 55_000e6);
        assertEq(vault.cashOf(address(asset)), 15e8);
    }

    // ── How much ─────────────────────────────────────────────────────────────

    function test_turnoverAndBudgetAreKeptToTheUnit() public {
        limits.deltaTurnoverWad = 60_000e18;
        _set(30e18);
        _moves(-10e18);
        (, uint256 turnover) = vault.left();
        assertEq(turnover, 0);
        skip(1 days);
        _hold(30e8, 100_000e6, 30e18);
        // 300 pay a band of 30 on each of ten; both legs may round by a unit
        (limits.deltaTurnoverWad, limits.budgetWad) = (1e24, 600e18 + 4e12);
        _set(30e18);
        _moves(-10e18);
    }

    function test_whatItCostsAndTurnsOverIsSpent() public {
        first.set(1000e8, 2980e6);
        priceWad = 3000e18 + 1;
        _deltas(15.5e18, 15.5e18, 15.5e18);
        (uint256 budget, uint256 turnover) = vault.left();
        _moves(-15.5e18);
        (uint256 budgetAfter, uint256 turnoverAfter) = vault.left();
        assertApproxEqAbs(budget - budgetAfter, 310e18, 20);
        assertEq(turnover - turnoverAfter, 46_500e18 + 15);
    }

    function test_itBuysWhatTheCashAboveItsFloorIsSureToPay() public {
        _hold(0, 31_300e6, 0);
        _deltas(-20e18, -20e18, -20e18);
        first.set(1000e8, 3030e6);
        _moves(10e18);
        assertEq(vault.cashOf(address(quote)), 1000e6);
    }

    function test_aTradeThatImprovesNothingIsRefusedWhoeverIsToBlame() public {
        // the account takes what was bought to repay it, and credits nothing
        inside = 25e18;
        account.open(address(asset), -40e8);
        uint256[] memory healths = new uint256[](1);
        healths[0] = 2e18;
        account.set(healths, true, false);
        _hold(0, 100_000e6, -40e18);
        _deltas(-20e18, -20e18, -20e18);
        _refused(IVaultEvents.NothingImproved.selector);
    }

    // ── Where ────────────────────────────────────────────────────────────────

    function test_eachVenueIsAskedForWhatTheOnesBeforeDidNotFill() public {
        first.set(12e8, 3000e6);
        _moves(-20e18);
        assertEq(asset.balanceOf(address(first)), 12e8);
        assertEq(asset.balanceOf(address(second)), 8e8);
        skip(60);
        _hold(30e8, 100_000e6, 30e18);
        vault.delist(address(first));
        second.set(3e8, 3000e6);
        _moves(-3e18);
    }

    function test_withoutAnAccountItSellsWhatItHolds() public {
        route.account = address(0);
        _hold(4e8, 100_000e6, 4e18);
        _moves(-4e18);
    }

    function test_itWithdrawsThenBorrowsOnFreshCollateral() public {
        account.open(address(asset), 5e8);
        _hold(10e8, 100_000e6, 15e18);
        _moves(-20e18);
        assertEq(account.exposure(address(asset)), -5e8);
        assertEq(account.exposure(address(quote)), 30_000e6);
        assertEq(vault.cashOf(address(quote)), 130_000e6);
    }

    function test_itBorrowsWhatTheSpareQuoteSecures() public {
        account.open(address(asset), 5e8);
        _hold(10e8, 11_000e6, 15e18);
        _moves(-16.66666666e18);
        assertEq(account.exposure(address(asset)), -1.66666666e8);
        assertEq(account.exposure(address(quote)), 10_000e6);
    }

    function test_whereNothingIsLentTheCollateralComesBack() public {
        uint256[] memory healths = new uint256[](1);
        healths[0] = type(uint256).max;
        account.set(healths, false, true);
        _hold(10e8, 100_000e6, 10e18);
        _moves(-10e18);
        assertEq(account.exposure(address(quote)), 0);
        assertEq(vault.cashOf(address(quote)), 130_000e6);
    }
}
