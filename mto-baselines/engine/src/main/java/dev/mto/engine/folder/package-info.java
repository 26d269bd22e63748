/**
 * The files of a run: its folder, log, provenance and checkpoints, each written whole or not at
 * all.
 */
package dev.mto.engine.folder;
