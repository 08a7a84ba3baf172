// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ERC165} from "@openzeppelin/contracts/utils/introspection/ERC165.sol";
import {FixedPointMathLib} from "solady/src/utils/FixedPointMathLib.sol";
import {SafeCastLib} from "solady/src/utils/SafeCastLib.sol";
import {IERC7540Deposit, IERC7540Operator, IERC7540Redeem, IERC7575} from "./interfaces/IERC7540.sol";
import {IShareQueue, ShareTerms} from "./interfaces/IShareQueue.sol";
import {IVault, IVaultEvents} from "./interfaces/IVault.sol";
import {CarryPool, Pool} from "./queue/CarryPool.sol";
import {Fees} from "./queue/Fees.sol";
import {Requests} from "./queue/Requests.sol";

/// @title The vault's shares and the queue for them
/// @notice Holds pending deposits, requested shares and everything struck but not yet claimed; the vault never sees them.
/// All divisions round against the caller. Nothing loops over users.
contract ShareQueue is Requests, Fees, ERC165 {
    using SafeERC20 for IERC20;
    using FixedPointMathLib for uint256;
    using SafeCastLib for uint256;
    using CarryPool for Pool;

    uint256 private constant WAD = 1e18;
    uint256 private constant VIRTUAL_ASSETS = 1;

    uint256 public immutable spreadWad;
    uint256 public immutable strikeTimeout;
    uint256 private immutable _wadPerUnit;

    /// Price of the last strike: assets for shares, virtual ones included.
    uint128 private _priceAssets;
    uint128 private _priceShares;
    uint64 private _struckAt;

    constructor(IVault vault_, IERC20 asset_, ShareTerms memory terms)
        ERC20(terms.name, terms.symbol)
        Requests(vault_, asset_, terms)
        Fees(terms)
    {
        if (terms.spreadWad > 0.05e18) revert ParameterOutOfRange("spreadWad", terms.spreadWad);
        if (terms.strikeTimeout < 2 * terms.epochLength || terms.strikeTimeout > 90 days) {
            revert ParameterOutOfRange("strikeTimeout", terms.strikeTimeout);
        }
        (spreadWad, strikeTimeout) = (terms.spreadWad, terms.strikeTimeout);
        _wadPerUnit = 10 ** (18 - IERC20Metadata(address(asset_)).decimals());
        (_priceAssets, _priceShares) = (VIRTUAL_ASSETS.toUint128(), _virtualShares.toUint128());
        _struckAt = terms.firstCutoff.toUint64();
    }

    // ── Strike ───────────────────────────────────────────────────────────────

    /// @inheritdoc IShareQueue
    function strike() external nonReentrant {
        (uint256 windDownAt, bool closed) = vault.windDown();
        if (closed) revert IVaultEvents.VaultClosed();
        bool windingDown = windDownAt != 0;
        (uint64 depositEpoch, uint64 redeemEpoch) = _dueEpochs(windingDown);

        uint256 notBefore = uint256(_epochs[depositEpoch].cutoff).max(_epochs[redeemEpoch].cutoff);
        int256 equityWad = vault.strictEquity(notBefore);
        uint256 supply = totalSupply();
        // Shares that a rounding left over, less than one unit's worth, do not make a vault without assets insolvent.
        if (equityWad < 0 || (equityWad == 0 && supply >= _virtualShares)) revert NotSolvent(equityWad);
        uint256 assets = uint256(equityWad) / _wadPerUnit;
        if (!windingDown) _takeFees(assets + VIRTUAL_ASSETS, _virtualShares);
        (_priceAssets, _priceShares) = ((assets + VIRTUAL_ASSETS).toUint128(), (totalSupply() + _virtualShares).toUint128());
        _struckAt = uint64(block.timestamp);

        (uint256 deposited, uint256 minted) = depositEpoch == 0 ? (0, 0) : _strikeDeposits(depositEpoch);
        (uint256 paid, uint256 burned) = redeemEpoch == 0 ? (0, 0) : _strikeRedeems(redeemEpoch);
        emit Struck(depositEpoch, redeemEpoch, assets, supply, deposited, minted, paid, burned);
    }

    /// @inheritdoc IShareQueue
    function redeemInKind(uint256 shares, address receiver, address owner) external nonReentrant {
        _spend(owner, shares);
        if (shares == 0) revert RequestTooSmall(0, 1);
        uint256 supply = totalSupply();
        _burn(owner, shares);
        emit RedeemedInKind(owner, receiver, msg.sender, shares, supply);
        vault.payInKind(shares, supply, owner, receiver);
    }

    /// @return depositEpoch the oldest closed epoch of deposits, 0 if there is none or deposits must wait
    /// @return redeemEpoch the same of redemptions
    function _dueEpochs(bool windingDown) private returns (uint64 depositEpoch, uint64 redeemEpoch) {
        uint64 open = _roll();
        (depositEpoch, redeemEpoch) = (_struckDeposits + 1, _struckRedeems + 1);
        if (depositEpoch >= open || windingDown || vault.paused()) depositEpoch = 0;
        if (redeemEpoch >= open) redeemEpoch = 0;
        if (depositEpoch == 0 && redeemEpoch == 0) revert EpochOpen(open, _epochs[open].cutoff);
    }

    function _strikeDeposits(uint64 id) private returns (uint256 deposited, uint256 minted) {
        _struckDeposits = id;
        Epoch storage epoch = _epochs[id];
        deposited = epoch.deposited;
        if (deposited == 0) return (0, 0);
        minted = deposited.fullMulDiv(_priceShares, _priceAssets).mulWad(WAD - spreadWad);
        epoch.minted = minted.toUint128();
        _mint(address(this), minted);
        _asset.forceApprove(address(vault), deposited);
        vault.takeIn(deposited);
    }

    /// @dev The epoch's shares join those carried over, then all are paid the same fraction.
    function _strikeRedeems(uint64 id) private returns (uint256 paid, uint256 burned) {
        _struckRedeems = id;
        Epoch storage epoch = _epochs[id];
        epoch.entry = _pool.enter(epoch.requested);
        uint256 waiting = _pool.shares;
        if (waiting == 0) return (0, 0);
        uint256 due = waiting.fullMulDiv(_priceAssets, _priceShares).mulWad(WAD - spreadWad);
        paid = due.min(vault.freeLiquidity());
        burned = paid == due ? waiting : waiting.fullMulDivUp(paid, due);
        if (burned == 0) return (0, 0);
        _pool.pay(burned, paid);
        _burn(address(this), burned);
        if (paid != 0) vault.payOut(paid);
    }

    // ── Views ────────────────────────────────────────────────────────────────

    /// @inheritdoc IERC7540Deposit
    function pendingDepositRequest(uint256 requestId, address controller) external view returns (uint256 assets) {
        if (requestId == 0) (assets,) = _readDeposits(controller);
    }

    /// @inheritdoc IERC7540Deposit
    function claimableDepositRequest(uint256 requestId, address controller) external view returns (uint256) {
        return requestId == 0 ? maxDeposit(controller) : 0;
    }

    /// @inheritdoc IERC7540Redeem
    function pendingRedeemRequest(uint256 requestId, address controller) external view returns (uint256 shares) {
        if (requestId != 0) return 0;
        (uint256 queued, uint256 carried,) = _readRedeems(controller);
        return queued + carried;
    }

    /// @inheritdoc IERC7540Redeem
    function claimableRedeemRequest(uint256 requestId, address controller) external view returns (uint256) {
        return requestId == 0 ? maxRedeem(controller) : 0;
    }

    /// @inheritdoc IERC7575
    function maxDeposit(address controller) public view returns (uint256) {
        (, Claim memory claim) = _readDeposits(controller);
        return claim.assets;
    }

    /// @inheritdoc IERC7575
    function maxMint(address controller) external view returns (uint256) {
        (, Claim memory claim) = _readDeposits(controller);
        return claim.shares;
    }

    /// @inheritdoc IERC7575
    function maxRedeem(address controller) public view returns (uint256) {
        (,, Claim memory claim) = _readRedeems(controller);
        return claim.shares;
    }

    /// @inheritdoc IERC7575
    function maxWithdraw(address controller) external view returns (uint256) {
        (,, Claim memory claim) = _readRedeems(controller);
        return claim.assets;
    }

    /// @inheritdoc IERC7575
    function previewDeposit(uint256) external pure returns (uint256) {
        revert PreviewUnavailable();
    }

    /// @inheritdoc IERC7575
    function previewMint(uint256) external pure returns (uint256) {
        revert PreviewUnavailable();
    }

    /// @inheritdoc IERC7575
    function previewRedeem(uint256) external pure returns (uint256) {
        revert PreviewUnavailable();
    }

    /// @inheritdoc IERC7575
    function previewWithdraw(uint256) external pure returns (uint256) {
        revert PreviewUnavailable();
    }

    /// @inheritdoc IERC7575
    function convertToAssets(uint256 shares) public view returns (uint256) {
        return shares.fullMulDiv(_priceAssets, _priceShares);
    }

    /// @inheritdoc IERC7575
    function convertToShares(uint256 assets) external view returns (uint256) {
        return assets.fullMulDiv(_priceShares, _priceAssets);
    }

    /// @inheritdoc IERC7575
    function totalAssets() external view returns (uint256) {
        return convertToAssets(totalSupply());
    }

    /// @inheritdoc IERC7575
    function asset() external view returns (address) {
        return address(_asset);
    }

    /// @inheritdoc IERC7575
    function share() external view returns (address) {
        return address(this);
    }

    function decimals() public view override returns (uint8) {
        return _decimals;
    }

    /// @inheritdoc IShareQueue
    function openEpoch() external view returns (uint64 epoch, uint256 cutoff) {
        (epoch, cutoff) = (_open, _epochs[_open].cutoff);
        if (block.timestamp >= cutoff) return (epoch + 1, _nextCutoff(cutoff));
    }

    /// @inheritdoc IShareQueue
    function struck() external view returns (uint64 deposits, uint64 redemptions) {
        return (_struckDeposits, _struckRedeems);
    }

    /// @inheritdoc IShareQueue
    function carriedShares() external view returns (uint256) {
        return _pool.shares;
    }

    /// @inheritdoc IShareQueue
    function isOverdue() external view returns (bool) {
        return block.timestamp > _struckAt + strikeTimeout;
    }

    function supportsInterface(bytes4 id) public view override returns (bool) {
        return id == type(IERC7540Operator).interfaceId || id == type(IERC7540Deposit).interfaceId
            || id == type(IERC7540Redeem).interfaceId || id == type(IERC7575).interfaceId || super.supportsInterface(id);
    }
}
