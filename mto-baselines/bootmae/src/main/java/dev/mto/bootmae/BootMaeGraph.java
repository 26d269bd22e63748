package dev.mto.bootmae;

import org.nd4j.autodiff.samediff.SDVariable;

/**
 * BootMAE as a graph. Shapes: B images, N patches, V visible ones, D width of the encoder, C
 * channels, H x W pixels, P pixels a side of a patch.
 *
 * @param images placeholder [B, C, H, W] of normalised pixels
 * @param mask placeholder [B, N], 1 = masked, 0 = visible
 * @param selection placeholder [B, V, N], one-hot rows of the visible patches
 * @param featureWeight placeholder, the scalar weight of the feature loss
 * @param lossWeights how much the error of each patch counts [B, N]
 * @param pixel pixels, normalised by patch and channel: [B*N, C*P*P], channel first
 * @param feature the teacher's tokens after its last block, before any norm: [B*N, D]
 * @param loss the weighted sum of both losses, a scalar
 * @param features patch tokens [B, N, D] of the encoder after its norm, nothing masked
 * @param picture predicted image [B, C, H, W] in statistics from visible patches
 * @param pictureOfOriginalStatistics the same in statistics of the original patches
 */
public record BootMaeGraph(
    SDVariable images,
    SDVariable mask,
    SDVariable selection,
    SDVariable featureWeight,
    SDVariable lossWeights,
    Branch pixel,
    Branch feature,
    SDVariable loss,
    SDVariable features,
    SDVariable picture,
    SDVariable pictureOfOriginalStatistics) {}
