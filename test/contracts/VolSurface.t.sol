// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {deployed, KeelTest} from "./fixture/KeelTest.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IVolSurface, Slice} from "../../contracts/interfaces/IVolSurface.sol";
import {PackedSliceLibrary} from "../../contracts/libraries/PackedSlice.sol";

contract VolSurfaceTest is KeelTest {
    address private constant UNDERLYING = address(0xE7);
    IVolSurface private _surface;
    uint256 private _expiry;

    function setUp() external {
        vm.warp(1_700_000_000);
        address manager = deployed("AccessManager", abi.encode(address(this)));
        _surface = IVolSurface(deployed("VolSurface", abi.encode(manager, 0.1e18, 0.3e18, 0.02e18, 6 hours)));
        _expiry = block.timestamp + 30 days;
    }

    function test_keepsWhatWasPosted() external {
        _surface.post(UNDERLYING, _expiry, _smile());
        (Slice memory stored, uint256 postedAt) = _surface.sliceOf(UNDERLYING, _expiry);
        assertEq(keccak256(abi.encode(stored)), keccak256(abi.encode(_smile())));
        assertEq(postedAt, block.timestamp);
    }

    function test_roundsAwayFromArbitrage() external {
        Slice memory slice = Slice(0.2e18 + 1, 0.4e18 + 1, -0.2e18 - 1, 0.01e18 + 1, 0.15e18 + 1, -0.05e18 - 1);
        _surface.post(UNDERLYING, _expiry, slice);
        (Slice memory stored,) = _surface.sliceOf(UNDERLYING, _expiry);
        assertEq(stored.a, 0.2e18 + 1e6);
        assertEq(stored.b, 0.4e18);
        assertEq(stored.rho, -0.2e18);
        assertEq(stored.m, 0.01e18);
        assertEq(stored.sigma, 0.15e18 + 1e9);
        assertEq(stored.carry, -0.05e18);
    }

    function test_hasNoSliceBeforeThePost() external {
        assertEq(_surface.packedSlice(UNDERLYING, _expiry), 0);
        try _surface.sliceOf(UNDERLYING, _expiry) {
            fail();
        } catch (bytes memory reason) {
            assertEq(bytes32(bytes4(reason)), bytes32(IVolSurface.SliceMissing.selector));
        }
    }

    function test_anExpiryIsTradableItsSeasoningAfterTheFirstPostAlone() external {
        assertEq(_surface.seasoning(), 6 hours);
        assertEq(_surface.tradableFrom(UNDERLYING, _expiry), type(uint256).max);
        uint256 first = block.timestamp;
        _surface.post(UNDERLYING, _expiry, _smile());
        assertEq(_surface.tradableFrom(UNDERLYING, _expiry), first + 6 hours);
        skip(4 hours);
        _surface.post(UNDERLYING, _expiry, _smile());
        assertEq(_surface.tradableFrom(UNDERLYING, _expiry), first + 6 hours);

        assertEq(_surface.tradableFrom(UNDERLYING, _expiry + 1), type(uint256).max);
        assertEq(_surface.tradableFrom(address(0xE8), _expiry), type(uint256).max);
        _surface.post(UNDERLYING, _expiry + 1, _smile());
        assertEq(_surface.tradableFrom(UNDERLYING, _expiry + 1), first + 10 hours);
        assertEq(_surface.tradableFrom(UNDERLYING, _expiry), first + 6 hours);
    }

    function test_onlyTheVolatilityRolePosts() external {
        vm.prank(address(0xBAD));
        _refused(_smile(), _expiry, IAccessManaged.AccessManagedUnauthorized.selector);
    }

    function test_refusesExpiredAndDistantExpiries() external {
        _refused(_smile(), block.timestamp, IVolSurface.SliceExpired.selector);
        _refused(_smile(), block.timestamp + 6 * 365 days, IVolSurface.SliceOutOfBounds.selector);
    }

    function test_refusesParametersOutOfBounds() external {
        Slice memory slice = _smile();
        slice.rho = 1e18;
        _refused(slice, _expiry, IVolSurface.SliceOutOfBounds.selector);
        slice = _smile();
        slice.sigma = 0;
        _refused(slice, _expiry, IVolSurface.SliceOutOfBounds.selector);
        slice = _smile();
        slice.carry = 0.2501e18;
        _refused(slice, _expiry, IVolSurface.SliceOutOfBounds.selector);
        slice = _smile();
        slice.m = -2.1e18;
        _refused(slice, _expiry, IVolSurface.SliceOutOfBounds.selector);
    }

    function test_takesTheEndsOfEveryRangeAndNamesWhatIsBeyond() external {
        for (int256 i; i < 2; ++i) {
            int256 sign = 1 - 2 * i;
            _assertBound(Slice(0.25e18, 0, 0, sign * 2e18, 0.1e18, 0), "", 0);
            _assertBound(Slice(0.25e18, 0, 0, sign * (2e18 + 1e9), 0.1e18, 0), "m", sign * (2e18 + 1e9));
            _assertBound(Slice(0.25e18, 0, 0, 0, 0.1e18, sign * 0.25e18), "", 0);
            _assertBound(Slice(0.25e18, 0, 0, 0, 0.1e18, sign * (0.25e18 + 1e9)), "carry", sign * (0.25e18 + 1e9));
            _assertBound(Slice(0.25e18, 0, sign * (1e18 - 1e9), 0, 0.1e18, 0), "", 0);
            _assertBound(Slice(0.25e18, 0, sign * 1e18, 0, 0.1e18, 0), "rho", sign * 1e18);
        }
        _assertBound(Slice(0.25e18, 0, 0, 0, 1e14, 0), "", 0);
        _assertBound(Slice(0.25e18, 0, 0, 0, 1e14 - 1e9, 0), "sigma", 1e14 - 1e9);
        _assertBound(Slice(0.25e18, 0, 0, 0, 4294967295e9, 0), "", 0);
        _assertBound(Slice(1e14, 0, 0, 0, 0.1e18, 0), "", 0);
        _assertBound(Slice(1e14 - 1e6, 0, 0, 0, 0.1e18, 0), "variance", 1e14 - 1e6);
        _assertBound(Slice(25e18, 0, 0, 0, 0.1e18, 0), "", 0);
        _assertBound(Slice(25e18 + 1e12, 0, 0, 0, 0.1e18, 0), "vol", 5e18 + 1e11 - 1000);
        _expiry = block.timestamp + 5 * 365 days;
        _assertBound(_flat(0.5e18), "", 0);
        _expiry += 1;
        _assertBound(_flat(0.5e18), "expiry", int256(_expiry));
    }

    /// @param bound the range it is outside of, none if empty
    function _assertBound(Slice memory slice, string memory bound, int256 value) private {
        // Each is the first of its underlying: nothing moved.
        address underlying = address(uint160(uint256(keccak256(abi.encode(slice, _expiry)))));
        bytes memory said;
        try _surface.post(underlying, _expiry, slice) {} catch (bytes memory reason) {
            said = reason;
        }
        bool fine = bytes(bound).length == 0;
        assertEq(said, fine ? bytes("") : abi.encodeWithSelector(IVolSurface.SliceOutOfBounds.selector, bound, value), bound);
    }

    function test_refusesVolsOutsideOneToFiveHundredPercent() external {
        _refused(Slice(0.9e14, 0, 0, 0, 0.1e18, 0), _expiry, IVolSurface.SliceOutOfBounds.selector);
        _refused(Slice(25.1e18, 0, 0, 0, 0.1e18, 0), _expiry, IVolSurface.SliceOutOfBounds.selector);
        // lowest variance −0.06 + 0.4 · 0.15 = 0
        _refused(Slice(-0.06e18, 0.4e18, 0, 0, 0.15e18, 0), _expiry, IVolSurface.SliceOutOfBounds.selector);
        _surface.post(UNDERLYING, _expiry, Slice(24.9e18, 0, 0, 0, 0.1e18, 0));
    }

    /// Axel Vogt's smile (Gatheral and Jacquier 2014, example 3.1): positive variance, yet negative density around k = 0.88.
    function test_refusesVogtsButterfly() external {
        Slice memory vogt = Slice(-0.041e18, 0.1331e18, 0.306e18, 0.3586e18, 0.4153e18, 0);
        _refused(vogt, block.timestamp + 365 days, IVolSurface.ArbitrageInSlice.selector);
    }

    /// Its density dips to −0.04 between 1.2 and 3 sigmas to the right of its centre and is positive everywhere else.
    function test_refusesAShallowDentInTheDensity() external {
        Slice memory dented = Slice(-1.0243e18, 0.637e18, -0.1221e18, 1.698e18, 1.958e18, 0);
        _refused(dented, block.timestamp + 365 days, IVolSurface.ArbitrageInSlice.selector);
    }

    function test_zeroIsKeptAsZero() external {
        Slice memory slice = Slice(0, 0.4e18, 0, 0, 0.15e18, 0);
        _surface.post(UNDERLYING, _expiry, slice);
        (Slice memory stored,) = _surface.sliceOf(UNDERLYING, _expiry);
        assertEq(keccak256(abi.encode(stored)), keccak256(abi.encode(slice)));
    }

    function test_refusesWhatAWordCannotHold() external {
        bytes4 refusal = PackedSliceLibrary.SliceUnrepresentable.selector;
        for (int256 i; i < 2; ++i) {
            int256 sign = 1 - 2 * i;
            _refused(Slice(sign * 141e18, 0, 0, 0, 0.1e18, 0), _expiry, refusal);
            _refused(Slice(0.25e18, 0, sign * 2.2e18, 0, 0.1e18, 0), _expiry, refusal);
            _refused(Slice(0.25e18, 0, 0, sign * 2.2e18, 0.1e18, 0), _expiry, refusal);
            _refused(Slice(0.25e18, 0, 0, 0, 0.1e18, sign * 2.2e18), _expiry, refusal);
        }
        _refused(Slice(0.25e18, 1100e18, 0, 0, 0.1e18, 0), _expiry, refusal);
        _refused(Slice(0.25e18, 0, 0, 0, 4.3e18, 0), _expiry, refusal);
    }

    /// A steep left wing around m = 2 makes the vol at the money 6, around m = −2 it would be 1.4.
    function test_theMoneyLiesToTheLeftOfAPositiveM() external {
        uint256 expiry = block.timestamp + 3 days;
        _refused(Slice(1e18, 9e18, -0.9e18, 2e18, 0.1e18, 0), expiry, IVolSurface.SliceOutOfBounds.selector);
    }

    /// What bends sharply at the money is convex there: the density is 3 at k = 0 and stays above 0.19 everywhere.
    function test_takesASharpSmileThatIsConvex() external {
        _surface.post(UNDERLYING, block.timestamp + 365 days, Slice(0.04e18, 0.4e18, 0, 0, 0.1e18, 0));
    }

    /// Lee 2004: total variance may not grow faster than 2|k|.
    function test_refusesWingsTooSteep() external {
        Slice memory steep = Slice(1e18, 1.4e18, 0.5e18, 0, 1e18, 0);
        _refused(steep, block.timestamp + 365 days, IVolSurface.ArbitrageInSlice.selector);
    }

    function test_aWingOfTwoIsNotTooSteepYet() external {
        uint256 year = block.timestamp + 365 days;
        for (int256 sign = -1; sign < 2; sign += 2) {
            bytes memory tooSteep = abi.encodeWithSelector(IVolSurface.ArbitrageInSlice.selector, "wing");
            assertEq(keccak256(_refusal(Slice(1e18, 1.6e18 + 1e12, sign * 0.25e18, 0, 1e18, 0), year)), keccak256(tooSteep));
            assertNotEq(keccak256(_refusal(Slice(1e18, 1.6e18, sign * 0.25e18, 0, 1e18, 0), year)), keccak256(tooSteep));
        }
    }

    /// Its density falls to −0.21, by the term in the square of both slope and time.
    function test_refusesASlopeThatIsTooSteepForItsTime() external {
        Slice memory slice = Slice(0.8815e18, 1.0901e18, 0.7231e18, 0.303e18, 0.1723e18, 0);
        _refused(slice, block.timestamp + 365 days, IVolSurface.ArbitrageInSlice.selector);
    }

    /// 0.4 · 0.15 · √(1 − 0.6²) = 0.048.
    function test_theLowestVarianceIsThatOfTheSkewedSmile() external {
        _assertBound(Slice(-0.048e18 + 1e14 - 1e6, 0.4e18, 0.6e18, 0, 0.15e18, 0), "variance", 1e14 - 1e6);
    }

    function test_volMovesNoFasterThanTheHourlyLimit() external {
        _surface.post(UNDERLYING, _expiry, _flat(0.5e18));
        _refused(_flat(0.501e18), _expiry, IVolSurface.SliceMovedTooFast.selector);
        vm.warp(block.timestamp + 1 hours);
        _refused(_flat(0.6011e18), _expiry, IVolSurface.SliceMovedTooFast.selector);
        _refused(_flat(0.3989e18), _expiry, IVolSurface.SliceMovedTooFast.selector);
        _surface.post(UNDERLYING, _expiry, _flat(0.5999e18));
        // Time spent silent counts only up to the cap.
        vm.warp(block.timestamp + 10 hours);
        _refused(_flat(0.9e18 + 1e15), _expiry, IVolSurface.SliceMovedTooFast.selector);
        _surface.post(UNDERLYING, _expiry, _flat(0.8998e18));
    }

    function test_carryMovesNoFasterThanTheHourlyLimit() external {
        _surface.post(UNDERLYING, _expiry, _smile());
        Slice memory slice = _smile();
        slice.carry += 0.011e18;
        vm.warp(block.timestamp + 30 minutes);
        _refused(slice, _expiry, IVolSurface.CarryMovedTooFast.selector);
        slice.carry -= 0.002e18;
        _surface.post(UNDERLYING, _expiry, slice);
    }

    function testFuzz_aWingCannotJumpBehindAStillCentre(uint256 b) external {
        Slice memory flat = _flat(0.5e18);
        _surface.post(UNDERLYING, _expiry, flat);
        vm.warp(block.timestamp + 1 minutes);
        // Same vol at the money, a slope around it.
        uint256 slope = 0.2e18 + b % 0.2e18;
        Slice memory bent = Slice(0.25e18 - int256(slope / 20), slope, 0, 0, 0.05e18, 0);
        _refused(bent, _expiry, IVolSurface.SliceMovedTooFast.selector);
    }

    /// Two standard deviations to the right vol moves by 0.052, nowhere else by more than 0.016.
    function test_theFarRightIsWatchedToo() external {
        _surface.post(UNDERLYING, _expiry, _flat(0.5e18));
        vm.warp(block.timestamp + 30 minutes);
        _refused(Slice(0.25e18, 0.33e18, 0.9e18, 0.2e18, 0.01e18, 0), _expiry, IVolSurface.SliceMovedTooFast.selector);
    }

    function test_gasOfAPost() external {
        uint256 start = gasleft();
        _surface.post(UNDERLYING, _expiry, _smile());
        uint256 used = start - gasleft();
        emit log_named_uint("gas: first post of a slice", used);
        assertLe(used, 150_000);
    }

    function _smile() private pure returns (Slice memory) {
        return Slice(0.2e18, 0.4e18, -0.2e18, 0.01e18, 0.15e18, 0.05e18);
    }

    function _flat(uint256 vol) private pure returns (Slice memory) {
        return Slice(int256(vol * vol / 1e18), 0, 0, 0, 0.1e18, 0);
    }

    function _refusal(Slice memory slice, uint256 expiry) private returns (bytes memory) {
        try _surface.post(UNDERLYING, expiry, slice) {
            return "";
        } catch (bytes memory reason) {
            return reason;
        }
    }

    function _refused(Slice memory slice, uint256 expiry, bytes4 selector) private {
        try _surface.post(UNDERLYING, expiry, slice) {
            fail();
        } catch (bytes memory reason) {
            assertEq(bytes32(bytes4(reason)), bytes32(selector));
        }
    }
}
