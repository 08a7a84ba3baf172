// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SeriesId} from "../../contracts/interfaces/SeriesId.sol";
import {Action, Boundaries, IVault, IVaultEvents, Limits, VenueKind} from "../../contracts/interfaces/IVault.sol";
import {AccountFixture} from "./fixture/AccountFixture.sol";
import {deployed, KeelTest} from "./fixture/KeelTest.sol";
import {BlacklistToken} from "./fixture/OddTokens.sol";
import {FalseToken, Token} from "./fixture/Tokens.sol";

/// The end of a real vault without options: this test is its queue and its admin. With options, Uniswap and Aave: windDown.test.ts.
contract WindDownTest is KeelTest {
    address private constant ALICE = address(0xa11ce);
    address private constant BOB = address(0xb0b);
    address private constant CAROL = address(0xca401);

    BlacklistToken private quote = new BlacklistToken(6);
    Token private weth = new Token("WETH", 18);
    FalseToken private odd = new FalseToken();
    AccountFixture private account = new AccountFixture();
    IVault private vault;

    bool public isOverdue;

    function setUp() public {
        address manager = deployed("AccessManager", abi.encode(address(this)));
        address none = address(1);
        address engine = deployed("RiskEngine", abi.encode(none, none));
        bytes memory shared = abi.encode(manager, address(quote), none, engine, none);
        address book = deployed("OptionBook", shared);
        address emergency = deployed("EmergencyHedge", shared);
        Limits memory limits;
        (limits.window, limits.maxSurfaceAge, limits.minLegSize) = (1 days, 1 hours, 1);
        (limits.oracleBandWad, limits.volBandWad, limits.healthFloorWad) = (0.01e18, 0.01e18, 1.3e18);
        vault = IVault(deployed("Vault", abi.encode(book, emergency, deployed("Settings", shared), limits)));
        Boundaries memory boundaries = Boundaries(1e18, 0, 0, 0);
        vault.listUnderlying(address(weth), boundaries);
        vault.listUnderlying(address(odd), boundaries);
        vault.setVenue(address(account), VenueKind.Account);
        vault.setQueue(address(this));
        vault.startWindDown();
    }

    /// Cash of all three assets, the underlyings' through the account.
    function _close(uint256 quoteCash, uint256 wethCash, uint256 oddCash) private {
        quote.mint(address(this), quoteCash);
        quote.approve(address(vault), quoteCash);
        vault.takeIn(quoteCash);
        _unwind(weth, wethCash);
        _unwind(odd, oddCash);
        vault.finishWindDown();
    }

    function _unwind(Token token, uint256 amount) private {
        token.mint(address(account), amount);
        if (amount == 0) return;
        vm.prank(BOB);
        vault.unwindAccount(address(account), address(token), type(uint256).max);
    }

    function test_aBlacklistedReceiverAndABrokenTokenHoldUpNeitherTheOtherAssetsNorTheOthers() public {
        _close(1_000e6, 10e18, 50e18);
        quote.blacklist(ALICE, true);
        odd.breakIt();
        vault.payInKind(30, 100, ALICE, ALICE);
        assertEq(weth.balanceOf(ALICE), 3e18);
        assertEq(vault.unpaidOf(ALICE, address(quote)), 300e6);
        assertEq(vault.unpaidOf(ALICE, address(odd)), 15e18);
        vault.payInKind(70, 70, BOB, BOB);
        assertEq(quote.balanceOf(BOB), 700e6);
        assertEq(weth.balanceOf(BOB), 7e18);
        assertEq(vault.cashOf(address(odd)), 0);

        vm.startPrank(ALICE);
        vm.expectRevert("blacklisted");
        vault.claimUnpaid(address(quote), ALICE);
        assertEq(vault.claimUnpaid(address(quote), CAROL), 300e6);
        assertEq(vault.claimUnpaid(address(quote), CAROL), 0);
        vm.stopPrank();
        assertEq(quote.balanceOf(CAROL), 300e6);
        assertEq(quote.balanceOf(address(vault)), 0);
    }

    function testFuzz_partsAreRoundedDownAndTheLastShareTakesTheRest(uint256 cash, uint256 donation, uint256[4] memory shares) public {
        cash = bound(cash, 0, 1e24);
        donation = bound(donation, 0, 1e24);
        uint256 supply;
        for (uint256 i; i < 4; ++i) {
            shares[i] = bound(shares[i], 1, 1e30);
            supply += shares[i];
        }
        _close(cash / 1e6, cash, 0);
        weth.mint(address(vault), donation);
        uint256 exact = supply;
        for (uint256 i; i < 4; ++i) {
            address user = address(uint160(0x100 + i));
            vault.payInKind(shares[i], supply, user, user);
            supply -= shares[i];
            assertGe(weth.balanceOf(user) + 1, cash * shares[i] / exact, "more than rounding was lost");
        }
        assertEq(vault.cashOf(address(weth)), 0);
        assertEq(vault.cashOf(address(quote)), 0);
        assertEq(weth.balanceOf(address(vault)), donation);
    }

    function test_anAccountThatPaysLessThanItLosesIsRefused() public {
        weth.mint(address(account), 10e18);
        account.keep(5);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.VenueMisbehaved.selector, account, 10e18 - 5, 10e18));
        vault.unwindAccount(address(account), address(weth), 10e18);
        account.keep(4);
        vault.unwindAccount(address(account), address(weth), 10e18);
        assertEq(vault.cashOf(address(weth)), 10e18 - 4);
    }

    function test_onlyWhatAListedAccountHoldsIsUnwound() public {
        weth.mint(address(account), 10e18);
        vault.unwindAccount(address(account), address(weth), 3e18);
        assertEq(vault.cashOf(address(weth)), 3e18);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.NothingToUnwind.selector, account, quote));
        vault.unwindAccount(address(account), address(quote), 1);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.VenueNotListed.selector, BOB));
        vault.unwindAccount(BOB, address(weth), 1);
    }

    /// Twice the health floor of 1.3, whichever asset is owed.
    function test_whileSomethingIsOwedTheAccountStaysHealthyWithoutAnyoneWatching() public {
        weth.mint(address(account), 10e18);
        for (uint256 i; i < 2; ++i) {
            address debt = i == 0 ? address(quote) : address(odd);
            account.owe(debt, 1, 2.6e18 - 1);
            vm.expectRevert(abi.encodeWithSelector(IVaultEvents.HealthTooLow.selector, 2.6e18 - 1, 2.6e18));
            vault.unwindAccount(address(account), address(weth), 1e18);
            account.owe(debt, 1, 2.6e18);
            vault.unwindAccount(address(account), address(weth), 1e18);
            account.owe(debt, 0, type(uint256).max);
        }
    }

    function test_nothingNewIsListed() public {
        address asset = address(new Token("ASSET", 18));
        vm.expectRevert(IVaultEvents.WindingDown.selector);
        vault.listUnderlying(asset, Boundaries(1e18, 0, 0, 0));
        vm.expectRevert(IVaultEvents.WindingDown.selector);
        vault.setVenue(BOB, VenueKind.Swap);
        vm.expectRevert(IVaultEvents.WindingDown.selector);
        vault.startWindDown();
        vault.setVenue(address(account), VenueKind.None);
    }

    function test_aVaultIsClosedWithEmptyAccountsOnlyAndOnce() public {
        weth.mint(address(account), 5);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.VenueInUse.selector, account));
        vault.finishWindDown();
        vm.expectRevert(IVaultEvents.NotClosed.selector);
        vault.payInKind(1, 1, ALICE, ALICE);
        vm.warp(block.timestamp + 90 days);
        vault.finishWindDown();
        Action[] memory none = new Action[](0);
        bytes[5] memory entries = [
            abi.encodeCall(vault.finishWindDown, ()),
            abi.encodeCall(vault.rebalance, (none)),
            abi.encodeCall(vault.emergencyHedge, (address(weth))),
            abi.encodeCall(vault.net, (SeriesId.wrap(1), SeriesId.wrap(2), 1)),
            abi.encodeCall(vault.unnet, (SeriesId.wrap(1), SeriesId.wrap(2), 1))
        ];
        for (uint256 i; i < entries.length; ++i) {
            (bool done, bytes memory reason) = address(vault).call(entries[i]);
            assertFalse(done);
            assertEq(reason, abi.encodeWithSelector(IVaultEvents.VaultClosed.selector));
        }
    }

    function test_onlyTheQueuePaysInKindAndOnlyTheOwnerClaims() public {
        _close(100e6, 0, 0);
        vm.prank(ALICE);
        vm.expectRevert(abi.encodeWithSelector(IVaultEvents.NotQueue.selector, ALICE));
        vault.payInKind(1, 1, ALICE, ALICE);
        quote.blacklist(ALICE, true);
        vault.payInKind(1, 2, ALICE, ALICE);
        vm.prank(BOB);
        assertEq(vault.claimUnpaid(address(quote), BOB), 0);
        assertEq(vault.unpaidOf(ALICE, address(quote)), 50e6);
    }
}
