/**
 * A pre-trained encoder put to use: frozen, exported, its features and their nearest neighbours.
 */
package dev.mto.engine.encoder;
