/**
 * What a trained classifier says of images, one row an image, in a file of CSV or JSON ({@link
 * dev.mto.evaluation.predict.Predictor}).
 */
package dev.mto.evaluation.predict;
