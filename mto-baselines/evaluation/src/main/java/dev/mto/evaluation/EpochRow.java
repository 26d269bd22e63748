package dev.mto.evaluation;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * What an epoch of a classifier gave that was measured.
 *
 * @param epoch from 1
 * @param step optimizer steps done
 * @param loss mean training loss in nats
 * @param learningRate of the epoch's last step
 * @param top1 of the validation images
 * @param top5 of the validation images
 */
record EpochRow(
    int epoch,
    long step,
    double loss,
    @JsonProperty("lr") double learningRate,
    double top1,
    double top5) {}
