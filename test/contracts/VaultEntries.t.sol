// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Quote} from "../../contracts/interfaces/IOptionMarket.sol";
import {SeriesId} from "../../contracts/interfaces/SeriesId.sol";
import {
    Action,
    Boundaries,
    EmergencyRoute,
    EmergencySwap,
    GasRefund,
    IVault,
    IVaultEvents,
    Limits,
    VenueKind
} from "../../contracts/interfaces/IVault.sol";
import {AccountFixture} from "./fixture/AccountFixture.sol";
import {deployed, KeelTest} from "./fixture/KeelTest.sol";
import {HookToken, Token} from "./fixture/Tokens.sol";

/// Who may call a vault's functions, and that none can be entered while another runs: its quote asset calls back.
contract VaultEntriesTest is KeelTest {
    address private constant STRANGER = address(0x57a);
    SeriesId private constant SERIES = SeriesId.wrap(1);

    HookToken private quote = new HookToken();
    IAccessManager private manager = IAccessManager(deployed("AccessManager", abi.encode(address(this))));
    IVault private vault;

    function setUp() public {
        address none = address(1);
        address engine = deployed("RiskEngine", abi.encode(none, none));
        bytes memory shared = abi.encode(manager, address(quote), none, engine, none);
        address book = deployed("OptionBook", shared);
        address emergency = deployed("EmergencyHedge", shared);
        vault = IVault(deployed("Vault", abi.encode(book, emergency, deployed("Settings", shared), _limits())));
    }

    function _limits() private pure returns (Limits memory limits) {
        (limits.window, limits.maxSurfaceAge, limits.minLegSize) = (1 days, 1 hours, 1);
        (limits.oracleBandWad, limits.volBandWad, limits.healthFloorWad) = (0.01e18, 0.01e18, 1.3e18);
    }

    function test_strangersHoldNoRole() public {
        Quote memory order;
        EmergencyRoute memory route;
        GasRefund memory refund;
        Boundaries memory boundaries = Boundaries(1e18, 0, 0, 0);
        bytes[14] memory entries = [
            abi.encodeCall(vault.rebalance, (new Action[](0))),
            abi.encodeCall(vault.take, (order, "", 1)),
            abi.encodeCall(vault.net, (SERIES, SERIES, 1)),
            abi.encodeCall(vault.unnet, (SERIES, SERIES, 1)),
            abi.encodeCall(vault.cancelQuote, (order)),
            abi.encodeCall(vault.pause, ()),
            abi.encodeCall(vault.unpause, ()),
            abi.encodeCall(vault.listUnderlying, (address(quote), boundaries)),
            abi.encodeCall(vault.setBoundaries, (address(quote), boundaries)),
            abi.encodeCall(vault.setLimits, (_limits())),
            abi.encodeCall(vault.setVenue, (STRANGER, VenueKind.Swap)),
            abi.encodeCall(vault.setEmergencyRoute, (address(quote), route)),
            abi.encodeCall(vault.setGasRefund, (refund)),
            abi.encodeCall(vault.setQueue, (STRANGER))
        ];
        bytes memory refusal = abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER);
        for (uint256 i; i < entries.length; ++i) _assertRefused(entries[i], refusal);
    }

    function test_listsAssetsOfSixToEighteenDecimalsOnce() public {
        Boundaries memory boundaries = Boundaries(1e18, 0, 0, 0);
        for (uint8 decimals = 5; decimals < 20; ++decimals) {
            address asset = address(new Token("ASSET", decimals));
            bytes memory refusal = abi.encodeWithSelector(IVaultEvents.AssetIncompatible.selector, asset);
            if (decimals < 6 || decimals > 18) vm.expectRevert(refusal);
            vault.listUnderlying(asset, boundaries);
            if (decimals != 18) continue;
            vm.expectRevert(refusal);
            vault.listUnderlying(asset, boundaries);
            vault.setBoundaries(asset, boundaries);
        }
        for (uint256 i; i < 2; ++i) {
            address asset = i == 0 ? address(quote) : STRANGER;
            vm.expectRevert(abi.encodeWithSelector(IVaultEvents.UnderlyingNotListed.selector, asset));
            vault.setBoundaries(asset, boundaries);
        }
    }

    function test_anAccountGoesOnlyEmptyAndTakesNoOtherWithIt() public {
        AccountFixture[3] memory accounts = [new AccountFixture(), new AccountFixture(), new AccountFixture()];
        for (uint256 i; i < 3; ++i) vault.setVenue(address(accounts[i]), VenueKind.Account);
        Token asset = new Token("ASSET", 18);
        vault.listUnderlying(address(asset), Boundaries(1e18, 0, 0, 0));
        for (uint256 i; i < 2; ++i) {
            Token token = i == 0 ? Token(address(quote)) : asset;
            token.mint(address(accounts[0]), 5);
            vm.expectRevert(abi.encodeWithSelector(IVaultEvents.VenueInUse.selector, accounts[0]));
            vault.setVenue(address(accounts[0]), VenueKind.None);
            vm.prank(address(accounts[0]));
            assertTrue(token.transfer(STRANGER, 1));
        }
        vault.setVenue(address(accounts[0]), VenueKind.None);
        assertEq(vault.accounts().length, 2);
        assertEq(vault.accounts()[0], address(accounts[2]));
        assertEq(vault.accounts()[1], address(accounts[1]));
        vault.setVenue(address(accounts[1]), VenueKind.Swap);
        assertEq(vault.accounts().length, 1);
        vault.setVenue(address(accounts[2]), VenueKind.None);
        assertEq(vault.accounts().length, 0);
    }

    function test_aQueueIsSetOnceAndPaidWhatIsFree() public {
        vault.setQueue(address(this));
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.QueueAlreadySet.selector, address(this)));
        vault.setQueue(STRANGER);
        quote.mint(address(this), 10e18);
        quote.approve(address(vault), 10e18);
        vault.takeIn(10e18);
        quote.mint(address(vault), 1e18);
        vault.payOut(9e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.CashTooLow.selector, 1e18, 1e18 + 1));
        vault.payOut(1e18 + 1);
        vault.payOut(1e18);
        assertEq(vault.cashOf(address(quote)), 0);
    }

    function test_whatIsNotListedHasNoExposureAndNoRoute() public {
        EmergencyRoute memory route;
        bytes memory refusal = abi.encodeWithSelector(IVaultEvents.UnderlyingNotListed.selector, STRANGER);
        vm.expectRevert(refusal);
        vault.exposureOf(STRANGER);
        vm.expectRevert(refusal);
        vault.setEmergencyRoute(STRANGER, route);
    }

    function test_aRouteNeedsNoAccountButListedVenues() public {
        address asset = address(new Token("ASSET", 18));
        vault.listUnderlying(asset, Boundaries(1e18, 0, 0, 0));
        vault.setVenue(STRANGER, VenueKind.Swap);
        EmergencyRoute memory route = EmergencyRoute(1 hours, 1e18, 2e18, address(0), new EmergencySwap[](1));
        route.swaps[0] = EmergencySwap(STRANGER, "");
        vault.setEmergencyRoute(asset, route);
        assertEq(vault.emergencyRouteOf(asset).swaps[0].venue, STRANGER);
        route.account = STRANGER;
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.VenueNotListed.selector, STRANGER));
        vault.setEmergencyRoute(asset, route);
    }

    function test_nothingEndsBeforeItsWindDown() public {
        vm.expectRevert(IVaultEvents.NotWindingDown.selector);
        vault.unwindAccount(STRANGER, address(quote), 1);
        vm.expectRevert(IVaultEvents.NotWindingDown.selector);
        vault.finishWindDown();
    }

    function test_onlyTheQueueMovesItsAssets() public {
        vault.setQueue(address(this));
        bytes[3] memory entries = [
            abi.encodeCall(vault.takeIn, (1)),
            abi.encodeCall(vault.payOut, (1)),
            abi.encodeCall(vault.payInKind, (1, 1, STRANGER, STRANGER))
        ];
        bytes memory refusal = abi.encodeWithSelector(IVaultEvents.NotQueue.selector, STRANGER);
        for (uint256 i; i < entries.length; ++i) _assertRefused(entries[i], refusal);
    }

    function _assertRefused(bytes memory entry, bytes memory refusal) private {
        vm.prank(STRANGER);
        (bool success, bytes memory reason) = address(vault).call(entry);
        assertFalse(success);
        assertEq(reason, refusal);
    }

    function test_aQuoteAssetThatCallsBackEntersNothingWhateverItsRole() public {
        Quote memory order;
        bytes[14] memory entries = [
            abi.encodeCall(vault.takeIn, (1)),
            abi.encodeCall(vault.payOut, (1)),
            abi.encodeCall(vault.payInKind, (1, 1, address(quote), address(quote))),
            abi.encodeCall(vault.rebalance, (new Action[](0))),
            abi.encodeCall(vault.fill, (order, "", 1)),
            abi.encodeCall(vault.take, (order, "", 1)),
            abi.encodeCall(vault.collect, (SERIES)),
            abi.encodeCall(vault.collectNetted, (SERIES, SERIES)),
            abi.encodeCall(vault.net, (SERIES, SERIES, 1)),
            abi.encodeCall(vault.unnet, (SERIES, SERIES, 1)),
            abi.encodeCall(vault.emergencyHedge, (address(quote))),
            abi.encodeCall(vault.unwindAccount, (STRANGER, address(quote), 1)),
            abi.encodeCall(vault.finishWindDown, ()),
            abi.encodeCall(vault.claimUnpaid, (address(quote), STRANGER))
        ];
        vault.setQueue(address(quote));
        manager.grantRole(0, address(quote), 0);
        quote.mint(address(quote), 1e18);
        vm.startPrank(address(quote));
        quote.approve(address(vault), 1e18);
        vault.takeIn(0.5e18);
        for (uint256 i; i < entries.length; ++i) {
            quote.hook(address(vault), entries[i]);
            vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            vault.takeIn(1);
            // A payment out is such a moment too.
            quote.hook(address(vault), entries[i]);
            vm.expectRevert(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            vault.payOut(1);
        }
        vm.stopPrank();
    }
}
