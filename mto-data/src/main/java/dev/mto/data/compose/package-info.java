/**
 * Makes images of which everything is known: garments, turned and tinted at random, before coloured
 * noise.
 */
package dev.mto.data.compose;
