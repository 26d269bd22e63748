/**
 * BootMAE, a baseline of masked image modelling: one decoder predicts pixels, another the features
 * of a teacher that follows the model.
 */
package dev.mto.bootmae;
