/** MAE, a baseline of masked image modelling. */
package dev.mto.mae;
