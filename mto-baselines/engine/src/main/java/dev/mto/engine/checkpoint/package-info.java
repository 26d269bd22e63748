/** Checkpoints: atomic, checksummed, the newest few kept. */
package dev.mto.engine.checkpoint;
