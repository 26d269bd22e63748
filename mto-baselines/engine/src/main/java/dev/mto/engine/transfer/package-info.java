/** A pre-trained encoder put to use: its features, a classifier trained on it, a linear probe. */
package dev.mto.engine.transfer;
