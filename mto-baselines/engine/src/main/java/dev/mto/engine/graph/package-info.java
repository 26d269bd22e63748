/**
 * What a training step works on: a baseline's graph with MTO and loss, and the images fed to it.
 */
package dev.mto.engine.graph;
