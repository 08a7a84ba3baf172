// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {IVolSurface, Slice} from "./interfaces/IVolSurface.sol";
import {PackedSlice, PackedSliceLibrary} from "./libraries/PackedSlice.sol";

/// @title One smile per underlying and expiry, each in one storage word
/// @notice What a post proves, on the slice as rounded (PackedSlice.sol) and with T the time to expiry at the post:
/// - every vol of the slice is at least 1 % (its minimum variance a + bσ√(1−ρ²) is), and at the five watched points at most 500 %;
/// - total variance grows no faster than 2|k| in the wings: b(1+|ρ|)T ≤ 2 (Lee 2004);
/// - no butterfly arbitrage at the grid points k − m = ±σ·sinh(j·ln 1.4), j = 0, 1, …, to |k − m| ≥ 4: Gatheral's density factor
///   g(k) = (1 − kv'/2v)² − T·v'²/4·(1/v + T/4) + T·v''/2 ≥ 0. Between grid points nothing is proven. As T falls to zero
///   g is concave in T and its limit is a square, so a point that passes once passes for the rest of the slice's life;
/// - since the last post, the vol at the watched points and the carry moved no faster than the limits.
/// The watched points are k = 0, ±1 and ±2 at-the-money standard deviations of the slice being replaced: five points for five
/// parameters. Calendar arbitrage between expiries is the poster's duty. A first post has none to be measured against: its expiry waits
/// `seasoning` before it trades, in which it can be seen.
contract VolSurface is IVolSurface, AccessManaged {
    /// @notice Speed limits, WAD, and the wait after a first post, seconds.
    struct Limits {
        uint256 volMovePerHour;
        /// However long ago the last post was.
        uint256 maxVolMove;
        uint256 carryMovePerHour;
        uint256 seasoning;
    }

    int256 private constant WAD = 1e18;
    uint256 private constant YEAR = 365 days;
    uint256 private constant MAX_HORIZON = 5 * YEAR;
    int256 private constant MIN_VOL = 0.01e18;
    int256 private constant MAX_VOL = 5e18;
    int256 private constant MIN_SIGMA = 1e14;
    int256 private constant MAX_ABS_M = 2e18;
    int256 private constant MAX_ABS_CARRY = 0.25e18;
    int256 private constant MAX_WING = 2e18;
    int256 private constant GRID_RATIO = 1.4e18;
    int256 private constant GRID_REACH = 4e18;

    uint256 public immutable volMovePerHour;
    uint256 public immutable maxVolMove;
    uint256 public immutable carryMovePerHour;
    /// @inheritdoc IVolSurface
    uint256 public immutable seasoning;

    mapping(address underlying => mapping(uint256 expiry => PackedSlice)) private _slices;
    mapping(address underlying => mapping(uint256 expiry => uint256)) private _tradableFrom;

    constructor(address authority, Limits memory limits) AccessManaged(authority) {
        volMovePerHour = limits.volMovePerHour;
        maxVolMove = limits.maxVolMove;
        carryMovePerHour = limits.carryMovePerHour;
        seasoning = limits.seasoning;
    }

    /// @inheritdoc IVolSurface
    function post(address underlying, uint256 expiry, Slice calldata slice) external restricted {
        if (expiry <= block.timestamp) revert SliceExpired(expiry);
        uint256 secondsLeft = expiry - block.timestamp;
        if (secondsLeft > MAX_HORIZON) revert SliceOutOfBounds("expiry", int256(expiry));
        int256 time = int256(secondsLeft) * WAD / int256(YEAR);

        PackedSlice word = PackedSliceLibrary.pack(slice, block.timestamp);
        Slice memory rounded = word.unpack();
        _checkBounds(rounded, time);
        _checkButterfly(rounded, time);
        PackedSlice replaced = _slices[underlying][expiry];
        _checkMove(rounded, replaced, time);

        if (PackedSlice.unwrap(replaced) == 0) _tradableFrom[underlying][expiry] = block.timestamp + seasoning;
        _slices[underlying][expiry] = word;
        emit SlicePosted(underlying, expiry, rounded);
    }

    /// @inheritdoc IVolSurface
    function sliceOf(address underlying, uint256 expiry) external view returns (Slice memory slice, uint256 postedAt) {
        PackedSlice word = _slices[underlying][expiry];
        if (PackedSlice.unwrap(word) == 0) revert SliceMissing(underlying, expiry);
        return (word.unpack(), word.postedAt());
    }

    /// @inheritdoc IVolSurface
    function packedSlice(address underlying, uint256 expiry) external view returns (uint256 word) {
        return PackedSlice.unwrap(_slices[underlying][expiry]);
    }

    /// @inheritdoc IVolSurface
    function tradableFrom(address underlying, uint256 expiry) external view returns (uint256) {
        uint256 time = _tradableFrom[underlying][expiry];
        return time == 0 ? type(uint256).max : time;
    }

    function _checkBounds(Slice memory slice, int256 time) private pure {
        int256 rho = slice.rho;
        int256 sigma = int256(slice.sigma);
        if (_abs(rho) >= WAD) revert SliceOutOfBounds("rho", rho);
        if (sigma < MIN_SIGMA) revert SliceOutOfBounds("sigma", sigma);
        if (_abs(slice.m) > MAX_ABS_M) revert SliceOutOfBounds("m", slice.m);
        if (_abs(slice.carry) > MAX_ABS_CARRY) revert SliceOutOfBounds("carry", slice.carry);

        int256 lowest = slice.a + int256(slice.b) * sigma / WAD * _root(WAD * WAD - rho * rho) / WAD;
        if (lowest < MIN_VOL * MIN_VOL / WAD) revert SliceOutOfBounds("variance", lowest);
        if (int256(slice.b) * (WAD + _abs(rho)) / WAD * time / WAD > MAX_WING) revert ArbitrageInSlice("wing");
    }

    /// @dev With k − m = σ·t and h = √(1+t²): v = a + bσ(ρt + h), v' = b(ρ + t/h), v'' = b/(σh³); t, h = (q ∓ 1/q)/2 walks both wings
    /// without a root. Unchecked: within the bounds already checked (b < 1100, 1e-4 ≤ σ < 4.3, v ≥ 1e-4, |k| < 12) no product reaches 2^200.
    function _checkButterfly(Slice memory slice, int256 time) private pure {
        unchecked {
            int256 sigma = int256(slice.sigma);
            int256 b = int256(slice.b);
            if (b == 0) return;
            for (int256 q = WAD; ; q = q * GRID_RATIO / WAD) {
                int256 inverse = WAD * WAD / q;
                int256 t = (q - inverse) / 2;
                int256 h = (q + inverse) / 2;
                int256 ratio = t * WAD / h;
                int256 curvature = b * WAD / sigma * WAD / h * WAD / h * WAD / h;
                for (uint256 side; side < 2; ++side) {
                    int256 k = slice.m + sigma * t / WAD;
                    int256 v = slice.a + b * sigma / WAD * (slice.rho * t / WAD + h) / WAD;
                    int256 slope = b * (slice.rho + ratio) / WAD;
                    int256 skew = WAD - k * slope / (2 * v);
                    int256 slopeTime = slope * slope / WAD * time;
                    int256 density =
                        skew * skew / WAD - slopeTime / v / 4 - slopeTime / WAD * time / WAD / 16 + curvature * time / WAD / 2;
                    if (density < 0) revert ArbitrageInSlice("butterfly");
                    (t, ratio) = (-t, -ratio);
                }
                if (sigma * t >= GRID_REACH * WAD) return;
            }
        }
    }

    /// @dev Vol limits at the watched points, and speed limits against the slice being replaced.
    function _checkMove(Slice memory slice, PackedSlice replaced, int256 time) private view {
        bool isFirst = PackedSlice.unwrap(replaced) == 0;
        Slice memory last = isFirst ? slice : replaced.unpack();
        uint256 elapsed = isFirst ? 0 : block.timestamp - replaced.postedAt();

        uint256 carryMove = uint256(_abs(slice.carry - last.carry));
        uint256 carryLimit = carryMovePerHour * elapsed / 1 hours;
        if (carryMove > carryLimit) revert CarryMovedTooFast(carryMove, carryLimit);

        uint256 volLimit = FixedPointMathLib.min(maxVolMove, volMovePerHour * elapsed / 1 hours);
        int256 deviation = _vol(last, 0) * _root(time * WAD) / WAD;
        for (int256 i = -2; i <= 2; ++i) {
            int256 vol = _vol(slice, i * deviation);
            if (vol < MIN_VOL || vol > MAX_VOL) revert SliceOutOfBounds("vol", vol);
            uint256 move = uint256(_abs(vol - _vol(last, i * deviation)));
            if (move > volLimit) revert SliceMovedTooFast(move, volLimit);
        }
    }

    function _vol(Slice memory slice, int256 k) private pure returns (int256) {
        int256 z = k - slice.m;
        int256 root = _root(z * z + int256(slice.sigma * slice.sigma));
        return _root((slice.a + int256(slice.b) * (slice.rho * z / WAD + root) / WAD) * WAD);
    }

    /// @dev √ of a WAD², a WAD, rounded down.
    function _root(int256 x) private pure returns (int256) {
        return int256(FixedPointMathLib.sqrt(uint256(x)));
    }

    function _abs(int256 x) private pure returns (int256) {
        return int256(FixedPointMathLib.abs(x));
    }
}
