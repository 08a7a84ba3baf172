// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {deployed, KeelTest} from "./fixture/KeelTest.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IOptionMarket} from "../../contracts/interfaces/IOptionMarket.sol";
import {Greeks, IRiskEngine, Leg} from "../../contracts/interfaces/IRiskEngine.sol";
import {IVolSurface, Slice} from "../../contracts/interfaces/IVolSurface.sol";
import {SeriesId, SeriesIdLibrary} from "../../contracts/interfaces/SeriesId.sol";

/// The one call the engine makes to a market.
contract SettledPrices {
    mapping(address => mapping(uint256 => uint256)) public settlementPrice;

    function settle(address underlying, uint256 expiry, uint256 priceWad) external {
        settlementPrice[underlying][expiry] = priceWad;
    }
}

/// A book in storage, read the way a vault reads it.
contract StoredBook {
    Leg[] private _legs;

    function add(Leg leg) external {
        _legs.push(leg);
    }

    function measure(IRiskEngine engine, address underlying, uint256 spotWad) external view returns (Greeks memory greeks) {
        (greeks,) = engine.measure(underlying, spotWad, 1e18, _legs);
    }
}

contract RiskEngineTest is KeelTest {
    address private constant UNDERLYING = address(0xE7);
    uint256 private constant SPOT = 3000e18;
    Slice private _smile = Slice(0.2e18, 0.4e18, -0.2e18, 0.01e18, 0.15e18, 0.05e18);

    IVolSurface private _surface;
    SettledPrices private _market;
    IRiskEngine private _engine;
    uint256 private _near;
    uint256 private _far;
    StoredBook private _small;
    StoredBook private _large;

    function setUp() external {
        address manager = deployed("AccessManager", abi.encode(address(this)));
        _surface = IVolSurface(deployed("VolSurface", abi.encode(manager, 0.1e18, 0.5e18, 0.02e18, 0)));
        _market = new SettledPrices();
        _engine = IRiskEngine(deployed("RiskEngine", abi.encode(_surface, _market)));
        _near = block.timestamp + 7 days;
        _far = block.timestamp + 180 days;
        _surface.post(UNDERLYING, _near, _smile);
        _surface.post(UNDERLYING, _far, _smile);
        _small = _book(8);
        _large = _book(40);
    }

    function testFuzz_decodeUndoesLeg(uint256 strike, uint256 expiry, bool isPut, int256 size) external {
        SeriesId series = SeriesIdLibrary.pack(UNDERLYING, 1 + strike % ((1 << 56) - 1), expiry % (1 << 39), isPut);
        size = size % (1 << 47);
        (SeriesId decoded, int256 decodedSize) = _engine.decode(UNDERLYING, _engine.leg(series, size));
        assertEq(SeriesId.unwrap(decoded), SeriesId.unwrap(series));
        assertEq(decodedSize, size);
    }

    function test_refusesSizesALegCannotHold() external {
        SeriesId series = SeriesIdLibrary.pack(UNDERLYING, 1e6, _near, false);
        for (int256 sign = -1; sign <= 1; sign += 2) {
            int256 size = sign * (1 << 47);
            vm.expectRevert(abi.encodeWithSelector(IRiskEngine.LegSizeOutOfRange.selector, size));
            _engine.leg(series, size);
            _engine.leg(series, size - sign);
        }
    }

    function testFuzz_callMinusPutIsTheForwardMinusTheStrike(uint256 strike, uint256 spot, uint256 volScale) external {
        strike = 1e6 + strike % 1e11;
        spot = 1e18 + spot % 1e23;
        volScale = 0.1e18 + volScale % 2e18;
        Leg[] memory legs = new Leg[](2);
        legs[0] = _leg(strike, _far, false, 1e9);
        legs[1] = _leg(strike, _far, true, -1e9);
        (Greeks memory greeks,) = _engine.measure(UNDERLYING, spot, volScale, legs);
        int256 growth = FixedPointMathLib.expWad(int256(0.05e18) * 180 / 365);
        int256 expected = 1000 * (int256(spot) * growth / 1e18 - int256(strike * 1e12));
        _close(greeks.value, expected, (spot + strike * 1e12) / 1e12);
        _close(greeks.delta, 1000 * growth, 1e7);
        assertEq(greeks.gamma, 0);
        assertEq(greeks.vega, 0);
    }

    function testFuzz_longOptionsHavePositiveValueGammaAndVega(uint256 strike, uint256 spot, bool isPut) external {
        Leg[] memory legs = new Leg[](1);
        legs[0] = _leg(1 + strike % 1e13, _near, isPut, 1e6);
        (Greeks memory greeks,) = _engine.measure(UNDERLYING, 1 + spot % 1e27, 1e18, legs);
        assertGe(greeks.value, 0);
        assertGe(greeks.gamma, 0);
        assertGe(greeks.vega, 0);
        assertTrue(isPut ? greeks.delta <= 0 : greeks.delta >= 0);
    }

    function testFuzz_callsFallAndPutsRiseWithTheStrike(uint256 strike, uint256 step) external {
        strike = 100e6 + strike % 10_000e6;
        step = 1e6 + step % 100e6;
        Leg[] memory legs = new Leg[](2);
        for (uint256 put; put < 2; ++put) {
            legs[0] = _leg(strike, _far, put == 1, put == 1 ? -int256(1e6) : int256(1e6));
            legs[1] = _leg(strike + step, _far, put == 1, put == 1 ? int256(1e6) : -int256(1e6));
            (Greeks memory spread,) = _engine.measure(UNDERLYING, SPOT, 1e18, legs);
            assertGe(spread.value, -1e8);
            assertLe(spread.value, int256(step * 1e12) + 1e8);
        }
    }

    function testFuzz_aBookIsTheSumOfItsLegs(uint256 seed) external {
        uint256 count = 1 + seed % 12;
        Leg[] memory book = new Leg[](count);
        Leg[] memory one = new Leg[](1);
        int256[4] memory sum;
        for (uint256 i; i < count; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            book[i] = _leg(1000e6 + seed % 5000e6, seed & 2 == 0 ? _near : _far, seed & 1 == 0, int256(seed >> 200 & 0xffffff) - 0x800000);
            one[0] = book[i];
            (Greeks memory single,) = _engine.measure(UNDERLYING, SPOT, 1e18, one);
            sum[0] += single.value;
            sum[1] += single.delta;
            sum[2] += single.gamma;
            sum[3] += single.vega;
        }
        (Greeks memory whole,) = _engine.measure(UNDERLYING, SPOT, 1e18, book);
        // Each measurement rounds to a WAD, and gamma once more before it is divided by spot.
        _close(whole.value, sum[0], 2 * count);
        _close(whole.delta, sum[1], 2 * count);
        _close(whole.gamma, sum[2], 2 * count);
        _close(whole.vega, sum[3], 2 * count);
    }

    function test_expiredLegsCountAsWhatTheyPayAtSettlementOrElseAtSpot() external {
        Leg[] memory legs = new Leg[](3);
        legs[0] = _leg(2500e6, block.timestamp, false, 2e6);
        legs[1] = _leg(3500e6, block.timestamp, true, -1e6);
        legs[2] = _leg(9999e6, block.timestamp, false, 5e6);
        // Calls pay 500/3000 of a unit.
        _expectExpired(legs, SPOT, 2 * 500e18 - 500e18, 333333333333333333);
        _expectExpired(legs, 10_000e18, 2 * 7500e18 + 5 * 1e18, 1.5e18 + 0.0005e18);

        // 100/2600 each, whatever spot does then; of the put 900 in quote.
        _market.settle(UNDERLYING, block.timestamp, 2600e18);
        _expectExpired(legs, 2600e18, 2 * 100e18 - 900e18, 76923076923076923);
        _expectExpired(legs, 5200e18, 2 * 200e18 - 900e18, 76923076923076923);
        _expectExpired(legs, 1300e18, 2 * 50e18 - 900e18, 76923076923076923);
    }

    /// `measure` and `exposures` agree on them, at every vol.
    function _expectExpired(Leg[] memory legs, uint256 spot, int256 value, int256 delta) private view {
        for (uint256 scale = 0.7e18; scale <= 1.4e18; scale += 0.7e18) {
            (Greeks memory greeks, uint256 post) = _engine.measure(UNDERLYING, spot, scale, legs);
            assertEq(abi.encode(greeks, post), abi.encode(Greeks(value, delta, 0, 0), type(uint256).max));
        }
        (Greeks memory seen, int256 calm, int256 wild, uint256 oldest) = _engine.exposures(UNDERLYING, spot, legs);
        assertEq(abi.encode(seen, calm, wild, oldest), abi.encode(Greeks(0, delta, 0, 0), delta, delta, type(uint256).max));
    }

    function testFuzz_expiredLegsAddUpInAnyOrderAndBesideLiveOnes(uint256 seed, uint256 settled, uint256 spot) external {
        spot = 1e18 + spot % 20_000e18;
        if (seed % 3 != 0) _market.settle(UNDERLYING, block.timestamp, 1e18 + settled % 20_000e18);
        Leg[] memory legs = new Leg[](9);
        Leg[] memory turned = new Leg[](9);
        Leg[] memory one = new Leg[](1);
        int256[5] memory sums;
        for (uint256 i; i < 9; ++i) {
            uint256 word = uint256(keccak256(abi.encode(seed, i)));
            // Its live legs part the expired ones into runs.
            uint256 expiry = i % 4 == 3 ? _far : block.timestamp;
            one[0] = legs[i] = turned[8 - i] = _leg(1e6 + word % 20_000e6, expiry, word >> 255 == 0, int256((word >> 200) % 2e9) - 1e9);
            (Greeks memory alone,) = _engine.measure(UNDERLYING, spot, 1e18, one);
            (Greeks memory side, int256 low, int256 high,) = _engine.exposures(UNDERLYING, spot, one);
            sums = [sums[0] + alone.value, sums[1] + alone.delta, sums[2] + side.delta, sums[3] + low, sums[4] + high];
        }
        for (uint256 i; i < 2; ++i) {
            (Greeks memory greeks, uint256 oldest) = _engine.measure(UNDERLYING, spot, 1e18, i == 0 ? legs : turned);
            _close(greeks.value, sums[0], 9);
            _close(greeks.delta, sums[1], 9);
            assertEq(oldest, block.timestamp);
            (Greeks memory seen, int256 calm, int256 wild, uint256 post) = _engine.exposures(UNDERLYING, spot, i == 0 ? legs : turned);
            _close(seen.delta, sums[2], 9);
            _close(calm, sums[3], 9);
            _close(wild, sums[4], 9);
            assertEq(post, block.timestamp);
        }
    }

    function test_anEmptyBookIsWorthNothing() external {
        (Greeks memory greeks, uint256 oldest) = _engine.measure(UNDERLYING, SPOT, 1e18, new Leg[](0));
        assertEq(greeks.value, 0);
        assertEq(oldest, type(uint256).max);
    }

    function test_refusesALiveLegWithoutASlice() external {
        Leg[] memory legs = new Leg[](1);
        legs[0] = _leg(3000e6, _far + 1, false, 1e6);
        try _engine.measure(UNDERLYING, SPOT, 1e18, legs) {
            fail();
        } catch (bytes memory reason) {
            assertEq(keccak256(reason), keccak256(abi.encodeWithSelector(IVolSurface.SliceMissing.selector, UNDERLYING, _far + 1)));
        }
    }

    function test_reportsThePostItLeansOn() external {
        Leg[] memory legs = new Leg[](1);
        legs[0] = _leg(3000e6, _far, false, 1e6);
        (, uint256 oldest) = _engine.measure(UNDERLYING, SPOT, 1e18, legs);
        assertEq(oldest, block.timestamp);
    }

    function test_noVolScaleLeavesTheIntrinsicValueOfTheForward() external {
        Leg[] memory legs = new Leg[](1);
        legs[0] = _leg(2000e6, _near, false, 1e6);
        (Greeks memory greeks,) = _engine.measure(UNDERLYING, SPOT, 0, legs);
        int256 forward = 3000 * FixedPointMathLib.expWad(int256(0.05e18) * 7 / 365);
        _close(greeks.value, forward - 2000e18, 1e6);
        assertEq(greeks.gamma, 0);
    }

    function testFuzz_exposuresAreTheMeasuredOnesAndTheOtherDeltasNearlySo(uint256 seed, uint256 spot) external {
        spot = 200e18 + spot % 20_000e18;
        Leg[] memory legs = _legs(12);
        uint256 sizes;
        for (uint256 i; i < legs.length; ++i) {
            int256 size = int256(uint256(keccak256(abi.encode(seed, i))) % 2e9) - 1e9;
            sizes += FixedPointMathLib.abs(size);
            legs[i] = _leg((200 + 250 * i) * 1e6, i % 3 == 0 ? _near : _far, i % 2 == 0, size);
        }
        (Greeks memory greeks,) = _engine.measure(UNDERLYING, spot, 1e18, legs);
        (Greeks memory seen, int256 low, int256 high,) = _engine.exposures(UNDERLYING, spot, legs);
        uint256 unit = sizes * 1e12;
        assertEq(seen.value, 0);
        _close(seen.delta, greeks.delta, unit / 1e14);
        _close(seen.gamma, greeks.gamma, unit / 1e14);
        _close(seen.vega, greeks.vega, unit * spot / 1e32);
        (greeks,) = _engine.measure(UNDERLYING, spot, 0.7e18, legs);
        _close(low, greeks.delta, unit / 5e6);
        (greeks,) = _engine.measure(UNDERLYING, spot, 1.4e18, legs);
        _close(high, greeks.delta, unit / 5e6);
    }

    function test_gasOfOneMoreLegWithItsSmile() external {
        _gas(_legs(1));
        uint256 perLeg = (_gas(_legs(40)) - _gas(_legs(8))) / 32;
        emit log_named_uint("gas: one leg with its smile", perLeg);
        assertLe(perLeg, 1550);
    }

    function test_gasOfOneMoreLegFromAColdSlot() external {
        _gas(_legs(1));
        uint256 start = gasleft();
        _small.measure(_engine, UNDERLYING, SPOT);
        uint256 middle = gasleft();
        _large.measure(_engine, UNDERLYING, SPOT);
        uint256 end = gasleft();
        uint256 perLeg = ((middle - end) - (start - middle)) / 32;
        emit log_named_uint("gas: one leg all-in from a cold slot", perLeg);
        emit log_named_uint("gas: a cold book of eight", start - middle);
        assertLe(perLeg, 4000);
        // A slot that was warm would hide its 2,000.
        assertGe(perLeg, 3000);
    }

    /// Of the engine: the caller's encoding is done before.
    function _gas(Leg[] memory legs) private view returns (uint256) {
        bytes memory call_ = abi.encodeCall(IRiskEngine.measure, (UNDERLYING, SPOT, 1e18, legs));
        address engine = address(_engine);
        uint256 start = gasleft();
        (bool done,) = engine.staticcall(call_);
        uint256 used = start - gasleft();
        assertTrue(done);
        return used;
    }

    function _legs(uint256 count) private view returns (Leg[] memory legs) {
        legs = new Leg[](count);
        for (uint256 i; i < count; ++i) {
            legs[i] = _leg((1500 + 50 * i) * 1e6, _far, i % 2 == 0, int256(i * 1e5) - 3e6);
        }
    }

    function _book(uint256 count) private returns (StoredBook book) {
        book = new StoredBook();
        Leg[] memory legs = _legs(count);
        for (uint256 i; i < count; ++i) {
            book.add(legs[i]);
        }
    }

    function _leg(uint256 strike, uint256 expiry, bool isPut, int256 size) private view returns (Leg) {
        return _engine.leg(SeriesIdLibrary.pack(UNDERLYING, strike, expiry, isPut), size);
    }

    function _close(int256 actual, int256 expected, uint256 tolerance) private {
        if (FixedPointMathLib.abs(actual - expected) > tolerance) {
            emit log_named_int("expected", expected);
            emit log_named_int("actual", actual);
            fail();
        }
    }
}
